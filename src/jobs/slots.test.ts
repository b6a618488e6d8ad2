import { expect, it } from 'vitest';

import { createSlots, othersWait, type SlotJob, type Slots, type Turn } from './slots.ts';

type Job = SlotJob & { finish: PromiseWithResolvers<void>; turn?: Turn };

/** A queue in memory, and the slots that work it off. */
function harness(slots: number, sliceMs = 60_000) {
  const waiting: Job[] = [];
  const begun: Job[] = [];
  const worker = createSlots<Job>({
    slots,
    sliceMs,
    fetch: async (leaveOut) => {
      const at = waiting.findIndex(({ yacht }) => yacht === null || !leaveOut.includes(yacht));
      return at < 0 ? null : (waiting.splice(at, 1)[0] ?? null);
    },
    run: async (job, turn) => {
      begun.push(job);
      job.turn = turn;
      turn.giveWay.addEventListener('abort', () => job.finish.resolve());
      await job.finish.promise;
    },
    onError: (error) => {
      throw error;
    },
  });
  const add = (yacht: string, count: number) => {
    const jobs = Array.from(
      { length: count },
      (_, n): Job => ({
        id: `${yacht}-${waiting.length}-${n}`,
        yacht,
        finish: Promise.withResolvers<void>(),
      }),
    );
    waiting.push(...jobs);
    worker.wake();
    return jobs;
  };
  const ofYacht = (yacht: string) => begun.filter((job) => job.yacht === yacht).length;
  return { worker, add, begun, ofYacht, end: () => end(worker, [...begun, ...waiting]) };
}

async function end(worker: Slots, jobs: Job[]): Promise<void> {
  for (const job of jobs) job.finish.resolve();
  await worker.stop();
}

it('lets one yacht use what nobody else wants, and keeps slots free for the next', async () => {
  const { add, begun, ofYacht, end } = harness(6);
  add('hog', 50);
  await expect.poll(() => ofYacht('hog')).toBe(4);
  add('quiet', 1);
  await expect.poll(() => ofYacht('quiet')).toBe(1);
  expect(begun).toHaveLength(5);
  await end();
});

it('gives a slot that falls free to the yacht that has the fewest', async () => {
  const { add, begun, ofYacht, end } = harness(3);
  add('hog', 10);
  await expect.poll(() => ofYacht('hog')).toBe(2);
  add('other', 2);
  await expect.poll(() => ofYacht('other')).toBe(1);
  add('late', 1);
  begun[0]?.finish.resolve();
  await expect.poll(() => ofYacht('late')).toBe(1);
  expect(ofYacht('hog')).toBe(2);
  await end();
});

it('goes on by itself as slots fall free', async () => {
  const { add, worker, begun } = harness(2);
  const jobs = add('corvina', 20);
  for (const job of jobs) job.finish.resolve();
  await expect.poll(() => begun.length).toBe(20);
  await worker.stop();
});

it('has a job that takes long give its slot back when others wait, and only then', async () => {
  const { add, begun, ofYacht, end } = harness(1, 1);
  const [long] = add('hog', 1);
  await expect.poll(() => begun.length).toBe(1);
  await new Promise((resolve) => setTimeout(resolve, 5));
  expect(long?.turn?.giveWay.aborted).toBe(false);
  add('quiet', 1);
  await expect.poll(() => ofYacht('quiet')).toBe(1);
  expect(long?.turn?.giveWay.reason).toBe(othersWait);
  await end();
});

it('does not wait for the end of its slice when a job says that it takes long', async () => {
  const { add, begun, ofYacht, end } = harness(1);
  const [long] = add('hog', 1);
  await expect.poll(() => begun.length).toBe(1);
  long?.turn?.takesLong();
  expect(long?.turn?.giveWay.aborted).toBe(false);
  add('quiet', 1);
  await expect.poll(() => ofYacht('quiet')).toBe(1);
  expect(long?.turn?.giveWay.reason).toBe(othersWait);
  await end();
});

it('says what is in hand, and takes nothing more once it is told to stop', async () => {
  const { add, worker, begun } = harness(1);
  const [first] = add('corvina', 2);
  await expect.poll(() => worker.inHand()).toEqual([first?.id]);
  const stopping = worker.stop();
  first?.finish.resolve();
  await stopping;
  expect(begun).toHaveLength(1);
  expect(worker.inHand()).toEqual([]);
});
