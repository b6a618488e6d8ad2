// The measured process of bench/idle.ts: reads every mailbox for the first time, lets it settle, then counts a round.
import pg from 'pg';

import { createLog } from '#base/log.ts';
import { createKysely, openPool } from '#db/connect.ts';
import { createEvents } from '#directory/events.ts';
import type { MasterSchema } from '#directory/schema.ts';
import { announceDue } from '#directory/yacht-schedule.ts';
import { UNHURRIED } from '#jobs/slots.ts';
import { runSyncMailbox, type SyncMailboxDeps } from '#jobs/sync-mailbox.ts';
import { type SyncDeps, type SyncResult, syncMailbox } from '#sync/sync.ts';

import { openWorker, readGiven } from './rounds.ts';
import type { BenchTask } from './yacht.ts';

export type IdleFigures = {
  requests: number;
  /** Everything sent to PostgreSQL, `begin`, `commit` and the setting of the caller included. */
  statements: number;
  cpuMs: number;
  milliseconds: number;
};

/** `round`: the sync alone. `job`: with what the worker does around it, but for taking it from the queue. */
export type IdleMeasured = { mailboxes: number; round: IdleFigures; job: IdleFigures };

type Read = (task: BenchTask) => Promise<SyncResult>;

const AT_ONCE = 8;
// Counts that moved while the tree was read for the first time are told in the next round.
const SETTLING_ROUNDS = 2;

const { tasks } = await readGiven();
const count = countStatements();
const log = createLog('silent');

const preparing = openWorker(tasks[0], { hasty: true });
for (let round = 0; round <= SETTLING_ROUNDS; round += 1) await roundOfAll(readBy(preparing.syncDeps));
await preparing.close();

const worker = openWorker(tasks[0]);
const { masterUrl } = tasks[0];
const master = createKysely<MasterSchema>(openPool(masterUrl, { max: 4, idleMs: 30_000 }));
const measured: IdleMeasured = {
  mailboxes: tasks.length,
  round: await measure(readBy(worker.syncDeps)),
  job: await measure(workOffBy(worker.syncDeps)),
};
console.log(JSON.stringify(measured));
await master.destroy();
await worker.close();
// What is said last; the input may stay open.
process.exit();

function readBy(deps: SyncDeps): Read {
  return ({ yachtId, watcherId }) => syncMailbox(deps, { yachtId, watcherId });
}

function workOffBy(sync: SyncDeps): Read {
  const events = createEvents({ master, masterUrl, log });
  const queue: SyncMailboxDeps['queue'] = {
    send: (name) => Promise.reject(new Error(`a quiet round asked for ${name}`)),
  };
  return async ({ yachtId, watcherId }) => {
    const ended = Promise.withResolvers<SyncResult>();
    const deps: SyncMailboxDeps = {
      ...{ sync, events, queue, log },
      announceDue: (id, at) => announceDue(master, id, at),
      onRound: ended.resolve,
    };
    const slot = { signal: UNHURRIED.giveWay, turn: UNHURRIED };
    await runSyncMailbox(deps, { yacht_id: yachtId, watcher_id: watcherId }, slot);
    return ended.promise;
  };
}

async function measure(read: Read): Promise<IdleFigures> {
  const before = count();
  const cpu = process.cpuUsage();
  const started = performance.now();
  const { requests, changes } = await roundOfAll(read);
  const milliseconds = performance.now() - started;
  const { user, system } = process.cpuUsage(cpu);
  if (changes > 0) throw new Error(`the mailboxes were not quiet: ${changes} changes`);
  return { requests, statements: count() - before, cpuMs: (user + system) / 1000, milliseconds };
}

async function roundOfAll(read: Read): Promise<{ requests: number; changes: number }> {
  const queue = [...tasks];
  const all = { requests: 0, changes: 0 };
  const readNext = async () => {
    for (let task = queue.shift(); task; task = queue.shift()) {
      const result = await read(task);
      if (result.outcome !== 'synced') throw new Error(`a round ended ${result.outcome} (${result.code})`);
      all.requests += result.requests;
      all.changes += result.changes;
    }
  };
  await Promise.all(Array.from({ length: AT_ONCE }, readNext));
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
