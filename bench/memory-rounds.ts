// The measured process of bench/memory.ts: syncs its mailboxes over and over until it is told to stop, and says
// every so often how large it is.
import { once } from 'node:events';

import { systemClock } from '#base/clock.ts';
import { boundYoungGeneration } from '#base/heap.ts';
import { createLog } from '#base/log.ts';
import { createSealer } from '#base/sealing.ts';
import { syncMailbox } from '#sync/sync.ts';
import { createTenants } from '#tenants/tenants.ts';

import { wire } from '../tests/support/wiring.ts';
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

boundYoungGeneration();
const [line] = (await once(process.stdin.setEncoding('utf8'), 'data')) as [string];
const tasks = JSON.parse(line) as BenchTask[];
const first = tasks[0];
if (!first) throw new Error('there is no mailbox to sync');
const tenants = createTenants({
  locate: async () => ({ url: first.tenantUrl }),
  poolMax: 4,
  idleMs: 5_000,
  log: createLog('silent'),
});
const sealer = createSealer([{ kid: 'bench', key: Buffer.from(first.tokenKey, 'base64url') }]);
const { syncDeps, graph } = wire({ sandbox: { url: first.sandboxUrl }, tenants, sealer, clock: systemClock });

let stopped = false;
process.stdin.once('end', () => {
  stopped = true;
});
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
const worker = async (own: BenchTask[]) => {
  while (!stopped) {
    for (const { yachtId, watcherId } of own) {
      const result = await syncMailbox(syncDeps, { yachtId, watcherId });
      rounds += 1;
      changes += result.changes;
    }
  }
};
await Promise.all(
  Array.from({ length: AT_ONCE }, (_, n) => worker(tasks.filter((_, at) => at % AT_ONCE === n))),
);
clearInterval(sampling);
await graph.close();
await tenants.close();
