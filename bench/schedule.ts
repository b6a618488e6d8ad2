// What it costs to find the mailboxes that are due and to claim them, on a fleet of a thousand yachts with a database
// each, and whether that grows with the mailboxes that are not due. From the sweep's question to MASTER to the lease in
// the yacht's database, jobs and all, in one worker's process; on a server with durable settings.
import { systemClock } from '#base/clock.ts';
import { createLog } from '#base/log.ts';
import { createQueue, type Handlers } from '#jobs/queue.ts';
import { sweep } from '#jobs/sweep.ts';
import { watchersSchedule } from '#mailboxes/due-watchers.ts';
import { claimWatcher } from '#mailboxes/lease.ts';
import { asWorker, createTenants, type Tenants } from '#tenants/tenants.ts';

import { withDataDir } from './data-dir.ts';
import { type BenchFleet, createFleet, withPool } from './fleet.ts';
import { row } from './row.ts';

/** CELESTE_BENCH_YACHTS says how many. */
const YACHTS = Number(process.env.CELESTE_BENCH_YACHTS ?? 1_000);
const WATCHERS_EACH = 100;
/** So many yachts have mailboxes due, and so many each. */
const DUE = { yachts: 200, each: 5 };
/** Of the worker that has every yacht it is asked for open already. */
const KEPT_OPEN = 2 * DUE.yachts;
const RUNS = 3;
const log = createLog('warn', { format: 'text' });

export function schedule(): Promise<void> {
  return withDataDir(async (dataDir) => {
    const fleet = await createFleet(dataDir, YACHTS);
    try {
      const due = fleet.yachtIds.slice(0, DUE.yachts);
      await addWatchers(fleet, due, DUE.each);
      const few = await measure(fleet, due, DUE);
      await addWatchers(fleet, due, WATCHERS_EACH - DUE.each);
      await addWatchers(fleet, fleet.yachtIds.slice(DUE.yachts), WATCHERS_EACH);
      const many = await measure(fleet, due, DUE);
      const connecting = await measure(fleet, due, { each: 1 });
      const kept = await measure(fleet, due, { each: 1, keptOpen: true });
      console.log(
        `schedule: ${YACHTS} yachts, each with its own database; ${DUE.each} mailboxes due on each of ${DUE.yachts}`,
      );
      const total = (YACHTS * WATCHERS_EACH).toLocaleString('en');
      row('1,000 watchers: found and claimed, each', `${few.toFixed(2)} ms`);
      row(`${total} watchers: found and claimed, each (under 5 ms)`, `${many.toFixed(2)} ms`);
      row('growth with those not due (1.5 x or less)', `${(many / few).toFixed(2)} x`);
      row('one due on each, its yacht open already (under 5 ms)', `${kept.toFixed(2)} ms`);
      row('one due on each, connecting to every yacht first', `${connecting.toFixed(2)} ms`);
      await addWatchers(fleet, due.slice(0, 1), 20_000);
      await explain(fleet);
    } finally {
      await fleet.close();
    }
  });
}

/** Mailboxes that are not due for a while, so many on each of these yachts. */
async function addWatchers({ tenantUrl }: BenchFleet, yachtIds: string[], each: number): Promise<void> {
  for (const yachtId of yachtIds) {
    await withPool(tenantUrl(yachtId), async (pool) => {
      await pool.query(
        `insert into email_watchers (user_id, yacht_id, mailbox, microsoft_user_id, sync_status, first_synced_at,
                                     complete_up_to, last_sync_at, next_sync_at)
         select gen_random_uuid(), $1, n || '@bench.test', gen_random_uuid(), 'active', now(), now(), now(),
                now() + interval '1 hour' + random() * interval '15 minutes'
           from generate_series(1, $2::int) n`,
        [yachtId, each],
      );
      await pool.query('analyze email_watchers');
    });
  }
}

type Due = {
  each: number;
  /** The worker was on these yachts within the last minute; else it has to connect to each. */
  keptOpen?: boolean;
};

/** Milliseconds for each mailbox found and claimed: the best of three. */
async function measure(
  fleet: BenchFleet,
  yachtIds: string[],
  { each, keptOpen = false }: Due,
): Promise<number> {
  const times: number[] = [];
  for (let n = 0; n < RUNS; n += 1) {
    await makeDue(fleet, yachtIds, each);
    const tenants = createTenants({
      locate: async (yachtId) => ({ url: fleet.tenantUrl(yachtId) }),
      ...{ poolMax: 5, idleMs: 60_000, log },
      ...(keptOpen && { maxOpen: KEPT_OPEN }),
    });
    if (keptOpen)
      for (const id of yachtIds)
        await tenants.read(asWorker(id), (db) => watchersSchedule(db, new Date(), 1));
    times.push(await claimDue({ ...fleet, tenants }, yachtIds, each));
    await tenants.close();
  }
  return Math.min(...times) / (yachtIds.length * each);
}

/** Sweeps and works until so many mailboxes of each of these yachts are claimed; the time it took. */
async function claimDue(
  { master, masterUrl, tenants }: Pick<BenchFleet, 'master' | 'masterUrl'> & { tenants: Tenants },
  yachtIds: string[],
  each: number,
): Promise<number> {
  const queue = await createQueue({ masterUrl, log, role: 'worker' });
  const done = Promise.withResolvers<void>();
  let claimed = 0;
  const claim: Handlers['sync-mailbox'] = async ({ yacht_id, watcher_id }) => {
    const lease = { watcherId: watcher_id, owner: 'bench' };
    if (await tenants.transact(asWorker(yacht_id), (tx) => claimWatcher(tx, lease))) claimed += 1;
    if (claimed === yachtIds.length * each) done.resolve();
  };
  const nothing = async () => undefined;
  const handlers: Handlers = {
    ...{ 'sync-mailbox': claim, 'catch-up-mailbox': claim, 'match-threads': nothing },
    ...{ 'purge-mailbox': nothing, 'keep-subscription': nothing, 'take-nudges': nothing, sweep: nothing },
  };
  await queue.work(handlers, 8);
  const [events, clock] = [{ publish: nothing }, systemClock];
  // As in a worker that has been up for a while: each yacht was looked after within the last minute.
  const overseen = new Map(yachtIds.map((yachtId) => [yachtId, Date.now()]));
  const started = performance.now();
  await sweep(
    {
      ...{ master, tenants, queue, events, clock, log, overseen, webhookUrl: null },
      ...{ onStanding: () => undefined, keepConnected: nothing },
    },
    { inTrouble: false },
  );
  await done.promise;
  const took = performance.now() - started;
  await queue.stop();
  return took;
}

async function makeDue({ master, tenantUrl }: BenchFleet, yachtIds: string[], each: number) {
  for (const yachtId of yachtIds) {
    await withPool(tenantUrl(yachtId), (pool) =>
      pool.query(
        `update email_watchers set next_sync_at = now(), lease_owner = null, lease_until = null
          where id in (select id from email_watchers order by id limit $1)`,
        [each],
      ),
    );
  }
  const later = new Date(Date.now() + 3_600_000);
  await master.updateTable('yacht_schedule').set({ next_look_at: later }).execute();
  await master
    .updateTable('yacht_schedule')
    .set({ next_look_at: new Date() })
    .where('yacht_id', 'in', yachtIds)
    .execute();
}

/** How the questions of the hot path are answered. */
async function explain({ tenantUrl, yachtIds, masterUrl }: BenchFleet): Promise<void> {
  const running = `sync_status in ('pending', 'active', 'degraded')`;
  const dueWatchers = `select id from email_watchers where ${running} and next_sync_at <= now() order by next_sync_at limit 500`;
  const dueYachts = `select yacht_id from yacht_schedule where next_look_at <= now() and (failures > 0) = false order by next_look_at limit 8`;
  row('due on a yacht, by', await planOf(tenantUrl(yachtIds[0] ?? ''), dueWatchers));
  row('yachts to look at, by', await planOf(masterUrl, dueYachts));
}

async function planOf(url: string, query: string): Promise<string> {
  const rows = await withPool(url, async (pool) => {
    await pool.query('analyze');
    return (await pool.query(`explain ${query}`)).rows;
  });
  const text = rows.map((each: { 'QUERY PLAN': string }) => each['QUERY PLAN']).join('\n');
  return text.match(/(Index Only|Index|Seq|Bitmap Heap) Scan/)?.[0] ?? 'other';
}
