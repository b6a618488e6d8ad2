// What a worker process does with the queue: its slots for each kind of job, and how a job is settled.
import type { PgBoss } from 'pg-boss';

import { gather } from '#base/gather.ts';
import type { Log } from '#base/log.ts';
import { listen } from '#db/notify.ts';

import { type Handler, type Handlers, JOBS_CHANNEL, type JobName } from './queue.ts';
import { createSlots, type SlotJob, type Slots, type Turn, UNHURRIED } from './slots.ts';

// How many of each a worker does at once. Mailboxes with much to read have slots of their own, a third, so that they
// never keep those waiting that have little.
const SLOTS: Record<JobName, (concurrency: number) => number> = {
  sweep: () => 1,
  'match-threads': () => 2,
  'take-nudges': () => 1,
  'keep-subscription': () => 4,
  'purge-mailbox': () => 1,
  'sync-mailbox': (concurrency) => Math.max(1, concurrency - catchUpSlots(concurrency)),
  'catch-up-mailbox': (concurrency) => catchUpSlots(concurrency),
};
const catchUpSlots = (concurrency: number) => Math.max(1, Math.round(concurrency / 3));
const TOUCH_EVERY_MS = 10_000;
/** A mailbox gives its slot back after this when others wait; its cursor makes that free. */
const SLICE_MS = 20_000;

/** What jobs are done with. `leaving` aborts when the worker is told to stop. */
export type Work = { handlers: Handlers; log: Log; leaving: AbortSignal };
export type Working = { stop(): Promise<void> };

/** Starts working: about `concurrency` mailboxes at once. */
export async function work(
  boss: PgBoss,
  masterUrl: string,
  { concurrency, ...works }: Work & { concurrency: number },
): Promise<Working> {
  const desks = new Map(
    (Object.keys(SLOTS) as JobName[]).map((name) => {
      const slots = SLOTS[name](concurrency);
      return [name, openSlots(boss, { ...works, name, slots })];
    }),
  );
  const wakeAll = () => {
    for (const slots of desks.values()) slots.wake();
  };
  const bell = await listen(masterUrl, JOBS_CHANNEL, (name) => desks.get(name as JobName)?.wake(), {
    onReconnect: wakeAll,
    onError: (err) => works.log.debug({ err }, 'new jobs are found a little later'),
  });
  const heartbeat = setInterval(() => void touch(boss, desks, works.log), TOUCH_EVERY_MS);
  wakeAll();
  return {
    stop: async () => {
      await bell.close();
      await Promise.all([...desks.values()].map((slots) => slots.stop()));
      clearInterval(heartbeat);
    },
  };
}

type BossJob = SlotJob & { name: string; data: object };

function openSlots(boss: PgBoss, { name, slots, ...works }: Work & { name: JobName; slots: number }): Slots {
  const complete = completerOf(boss, name);
  return createSlots<BossJob>({
    slots,
    sliceMs: SLICE_MS,
    fetch: async (ignoreGroups) => {
      const [job] = await boss.fetch<object>(name, { batchSize: 1, ignoreGroups });
      return job ? { ...job, yacht: job.groupId ?? null } : null;
    },
    run: (job, turn) => settle({ boss, complete, ...works }, { ...job, turn }),
    onError: (err) => works.log.warn({ err, job: name }, 'the queue could not be asked for jobs'),
  });
}

/** Marks jobs as done; those that end together, together. */
function completerOf(boss: PgBoss, name: string): (ids: string[]) => Promise<void> {
  return gather(async (ids) => void (await boss.complete(name, ids)));
}

/** Shows that the jobs in hand are not those of a worker that died. */
async function touch(boss: PgBoss, desks: Map<JobName, Slots>, log: Log): Promise<void> {
  for (const [name, slots] of desks) {
    const ids = slots.inHand();
    if (ids.length === 0) continue;
    await boss.touch(name, ids).catch((err: unknown) => log.debug({ err }, 'a heartbeat was missed'));
  }
}

/** Does every job that is due, and those they lead to. */
export async function drain(boss: PgBoss, names: JobName[], works: Work): Promise<void> {
  await works.handlers.sweep({ whole: true }, works.leaving, UNHURRIED);
  for (let busy = true; busy; ) {
    busy = false;
    for (const name of names) {
      const jobs = await boss.fetch<object>(name, { batchSize: 100 });
      busy ||= jobs.length > 0;
      const settling = { boss, complete: completerOf(boss, name), ...works };
      await Promise.all(jobs.map((job) => settle(settling, { ...job, turn: UNHURRIED })));
    }
  }
}

type Settling = Work & { boss: PgBoss; complete: (ids: string[]) => Promise<void> };
type RunningJob = { id: string; name: string; data: object; turn: Turn };

/** A failure is the job's own affair: what is still to do stands in TENANT. Never rejects. */
async function settle(
  { boss, complete, handlers, log, leaving }: Settling,
  { id, name, data, turn }: RunningJob,
) {
  const handler = handlers[name as JobName] as Handler<object>;
  try {
    await handler(data, AbortSignal.any([turn.giveWay, leaving]), turn);
    await complete([id]);
  } catch (err) {
    log.error({ err, job: name, ...data }, 'a job failed; the sweep will ask for it again');
    const reason = err instanceof Error ? { message: err.message } : {};
    await boss.fail(name, id, reason).catch((error: unknown) => log.debug({ err: error }, 'nor be marked'));
  }
}
