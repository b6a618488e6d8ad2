// Whether more workers do more: two hundred mailboxes on twenty yachts, kept in sync by one, two and four `celeste work`
// processes, with a sandbox that takes 30 ms for each answer.
import { row } from './row.ts';
import {
  connectMailboxes,
  LATENCY_MS,
  makeDue,
  settled,
  type WorkersWorld,
  withWorkers,
  withWorld,
} from './workers-world.ts';

const YACHTS = 20;
const MAILBOXES_EACH = 10;
const MAILBOXES = YACHTS * MAILBOXES_EACH;
const MESSAGES = 40;
/** Few, so that waiting for Microsoft is what limits a worker. */
const CONCURRENCY = 3;
const ROUNDS = 2;

export function scale(): Promise<void> {
  return withWorld({ yachts: YACHTS, concurrency: CONCURRENCY }, async (world) => {
    const { yachtIds } = world.fleet;
    for (const yachtId of yachtIds) {
      await connectMailboxes(world, { yachtId, count: MAILBOXES_EACH, messages: MESSAGES });
    }
    await withWorkers(world, 2, () => settled(world, yachtIds));
    const rates: number[] = [];
    for (const workers of [1, 2, 4]) {
      rates.push(await withWorkers(world, workers, () => roundsPerSecond(world)));
    }
    report(rates);
  });
}

/** All mailboxes fall due at once, twice; rounds a second until the last is done. */
async function roundsPerSecond(world: WorkersWorld): Promise<number> {
  const { yachtIds } = world.fleet;
  let seconds = 0;
  for (let n = 0; n < ROUNDS; n += 1) {
    const since = new Date();
    await makeDue(world, yachtIds, since);
    await settled(world, yachtIds, since);
    seconds += (Date.now() - since.getTime()) / 1000;
  }
  return (ROUNDS * MAILBOXES) / seconds;
}

function report([one = 0, two = 0, four = 0]: number[]): void {
  const times = (n: number) => `${n.toFixed(1)} /s, ${(n / one).toFixed(2)} x`;
  console.log(
    `scale: rounds of ${MAILBOXES} mailboxes, ${CONCURRENCY} at once in a worker, answers taking ${LATENCY_MS} ms`,
  );
  row('1 worker process', `${one.toFixed(1)} /s`);
  row('2 worker processes (1.8 x or better)', times(two));
  row('4 worker processes (no loss)', times(four));
}
