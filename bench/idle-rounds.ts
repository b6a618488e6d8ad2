// The measured process of bench/idle.ts: reads every mailbox for the first time, lets it settle, then counts a round.
import { text } from 'node:stream/consumers';

import pg from 'pg';

import { systemClock } from '#base/clock.ts';
import { createLog } from '#base/log.ts';
import { createSealer } from '#base/sealing.ts';
import { type SyncDeps, syncMailbox } from '#sync/sync.ts';
import { createTenants } from '#tenants/tenants.ts';

import { wire } from '../tests/support/wiring.ts';
import type { BenchTask } from './yacht.ts';

export type IdleMeasured = {
  mailboxes: number;
  requests: number;
  /** Everything sent to PostgreSQL, `begin`, `commit` and the setting of the caller included. */
  statements: number;
  cpuMs: number;
  milliseconds: number;
};

const AT_ONCE = 8;
// Each item of a batch and each statement of a first sync is long past by then.
const SETTLING_ROUNDS = 2;

const tasks = JSON.parse(await text(process.stdin)) as BenchTask[];
const first = tasks[0];
if (!first) throw new Error('there is no mailbox to measure');
const count = countStatements();
const tenants = createTenants({
  locate: async () => ({ url: first.tenantUrl }),
  poolMax: 4,
  idleMs: 5_000,
  log: createLog('silent'),
});
const sealer = createSealer([{ kid: 'bench', key: Buffer.from(first.tokenKey, 'base64url') }]);
const { syncDeps, graph } = wire({ sandbox: { url: first.sandboxUrl }, tenants, sealer, clock: systemClock });

for (let round = 0; round <= SETTLING_ROUNDS; round += 1) { const z=performance.now(); const c=process.cpuUsage(); const r=await roundOfAll(syncDeps); const d=process.cpuUsage(c); console.error('round',round,performance.now()-z,(d.user+d.system)/1000, r); }
const statements = count();
const cpu = process.cpuUsage();
const started = performance.now();
const { requests, changes } = await roundOfAll(syncDeps);
const milliseconds = performance.now() - started;
const { user, system } = process.cpuUsage(cpu);
if (changes > 0) throw new Error(`the mailboxes were not quiet: ${changes} changes`);
const measured: IdleMeasured = {
  mailboxes: tasks.length,
  requests,
  statements: count() - statements,
  cpuMs: (user + system) / 1000,
  milliseconds,
};
console.log(JSON.stringify(measured));
await graph.close();
await tenants.close();

async function roundOfAll(deps: SyncDeps): Promise<{ requests: number; changes: number }> {
  const queue = [...tasks];
  const all = { requests: 0, changes: 0 };
  const worker = async () => {
    for (let task = queue.shift(); task; task = queue.shift()) {
      const { yachtId, watcherId } = task;
      const result = await syncMailbox(deps, { yachtId, watcherId });
      if (result.outcome !== 'synced') throw new Error(`a round ended ${result.outcome} (${result.code})`);
      all.requests += result.requests;
      all.changes += result.changes;
    }
  };
  await Promise.all(Array.from({ length: AT_ONCE }, worker));
  return all;
}

/** Counts at the driver, where nothing can pass uncounted. */
function countStatements(): () => number {
  let statements = 0;
  const { prototype } = pg.Client;
  const query = prototype.query as (...args: unknown[]) => unknown;
  Object.assign(prototype, {
    query(this: pg.Client, ...args: unknown[]) {
      statements += 1;
      return query.apply(this, args);
    },
  });
  return () => statements;
}
