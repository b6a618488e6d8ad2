// The measured process of bench/memory.ts: syncs its mailboxes over and over until it is told to stop, and says
// every so often how large it is.
import { keepHeapSmall } from '#base/heap.ts';
import { syncMailbox } from '#sync/sync.ts';

import { openWorker, readGiven } from './rounds.ts';
import type { BenchTask } from './yacht.ts';

export type MemorySample = {
  minute: number;
  rssMiB: number;
  heapMiB: number;
  rounds: number;
  changes: number;
};

const AT_ONCE = 4;
const SAMPLE_MS = 60_000;
const MIB = 1024 * 1024;

keepHeapSmall();
const { tasks, stopping } = await readGiven();
const { syncDeps, close } = openWorker(tasks[0]);
let rounds = 0;
let changes = 0;
const startedAt = Date.now();
const sampling = setInterval(() => {
  const { rss, heapUsed } = process.memoryUsage();
  const minute = Math.round((Date.now() - startedAt) / 60_000);
  const sample: MemorySample = {
    minute,
    rssMiB: Math.round(rss / MIB),
    heapMiB: Math.round(heapUsed / MIB),
    rounds,
    changes,
  };
  console.log(JSON.stringify(sample));
}, SAMPLE_MS);
const readOverAndOver = async (own: BenchTask[]) => {
  while (!stopping.aborted) {
    for (const { yachtId, watcherId } of own) {
      const result = await syncMailbox(syncDeps, { yachtId, watcherId });
      rounds += 1;
      changes += result.changes;
    }
  }
};
await Promise.all(
  Array.from({ length: AT_ONCE }, (_, n) => readOverAndOver(tasks.filter((_, at) => at % AT_ONCE === n))),
);
clearInterval(sampling);
await close();
