// Whether one yacht can hold up another: how long a quiet mailbox waits from falling due to being in sync, alone and
// beside a yacht with fifty mailboxes that are refused with 429 again and again, or that are read for the first time.
// Two `celeste work` processes; a sandbox takes 30 ms for each answer. The fifty are at one of their own, see
// docs/decisions/0080-fairness-is-measured-at-two-sandboxes.md.
import { setTimeout as pause } from 'node:timers/promises';

import { asWorker } from '#tenants/tenants.ts';

import { row } from './row.ts';
import {
  connectMailboxes,
  control,
  makeDue,
  onEach,
  settled,
  type WorkersWorld,
  withWorkers,
  withWorld,
} from './workers-world.ts';

const WORKERS = 2;
/** The product's default. */
const CONCURRENCY = 8;
const QUIET = { yachts: 4, mailboxes: 5, messages: 40 };
const HOGS = 50;
const HUGE_MESSAGES = 10_000;
/** One short enough to be sat out by the worker, one for the schedule. */
const RETRY_AFTER_SECONDS = [2, 30];
/** On each quiet yacht, one after the other. */
const PROBES = 25;
const PROBES_DIFFER_MS = 1_000;
const LOOK_EVERY_MS = 30;
const PRESS_EVERY_MS = 1_000;

/** Milliseconds each probe took, sorted; and how many hogs were at it when the last one ended, with the evidence. */
type Probed = { times: number[]; hogs: number; evidence: string };

export function fairness(): Promise<void> {
  return withWorld({ yachts: QUIET.yachts + 2, hogs: 2, concurrency: CONCURRENCY }, async (world) => {
    const quiet = world.fleet.yachtIds.slice(0, QUIET.yachts);
    const [throttled = '', huge = ''] = world.fleet.yachtIds.slice(QUIET.yachts);
    for (const yachtId of quiet) {
      await connectMailboxes(world, { yachtId, count: QUIET.mailboxes, messages: QUIET.messages });
    }
    const refused = await connectMailboxes(world, { yachtId: throttled, count: HOGS, messages: 5 });
    await withWorkers(world, WORKERS, () => settled(world, [...quiet, throttled]));
    await stop(world, throttled);

    const before = await withWorkers(world, WORKERS, () => probe(world, quiet));
    const besideThrottled = await withWorkers(world, WORKERS, () =>
      besideRefused(world, { quiet, hog: throttled, addresses: refused }),
    );
    await connectMailboxes(world, { yachtId: huge, count: HOGS, messages: HUGE_MESSAGES });
    const besideHuge = await withWorkers(world, WORKERS, () => besideFirstSyncs(world, { quiet, hog: huge }));
    const after = await withWorkers(world, WORKERS, () => probe(world, quiet));
    report([...before, ...after], { throttled: besideThrottled, huge: besideHuge });
  });
}

type Beside = { quiet: string[]; hog: string };

/** Every request about the hogs is answered 429 for as long as the probes last. */
async function besideRefused(
  world: WorkersWorld,
  { quiet, hog, addresses }: Beside & { addresses: string[] },
): Promise<Probed> {
  for (const [n, mailbox] of addresses.entries()) {
    const retry_after = { seconds: RETRY_AFTER_SECONDS[n % RETRY_AFTER_SECONDS.length] };
    const fault = { name: 'TooManyRequests', retry_after };
    await control(world.sandboxOf(hog), 'faults', { match: { mailbox }, count: 1_000_000, fault });
  }
  await onEach(world, [hog], async (tx) => {
    await tx.updateTable('email_watchers').set({ sync_status: 'active' }).execute();
  });
  const pressing = new AbortController();
  const pressed = pressAgain(world, hog, pressing.signal);
  const struck = () => refusals(world.sandboxOf(hog));
  while ((await struck()) < HOGS) await pause(LOOK_EVERY_MS);
  const refusedBefore = await struck();
  const times = await probe(world, quiet);
  pressing.abort();
  await pressed;
  const rows = await watchersOf(world, hog);
  const hogs = rows.filter(({ last_round }) => last_round?.outcome === 'throttled').length;
  const evidence = `${(await struck()) - refusedBefore} times refused meanwhile`;
  await stop(world, hog);
  return { times, hogs, evidence };
}

/** Has the hogs fall due every second, as notifications and impatient people do; their schedule alone is a minute. */
async function pressAgain(world: WorkersWorld, hog: string, signal: AbortSignal): Promise<void> {
  while (!signal.aborted) {
    await makeDue(world, [hog], new Date());
    await pause(PRESS_EVERY_MS);
  }
}

async function besideFirstSyncs(world: WorkersWorld, { quiet, hog }: Beside): Promise<Probed> {
  await makeDue(world, [hog], new Date());
  const reading = async () => (await watchersOf(world, hog)).filter((row) => row.messages_done > 0).length;
  while ((await reading()) === 0) await pause(LOOK_EVERY_MS);
  const times = await probe(world, quiet);
  const rows = await watchersOf(world, hog);
  const unread = rows.filter((row) => row.first_synced_at === null);
  const held = unread.filter((row) => row.lease_until !== null).length;
  await stop(world, hog);
  return { times, hogs: unread.length, evidence: `${held} of them held by a worker` };
}

/** How often the faults have struck. */
async function refusals(sandboxUrl: string): Promise<number> {
  const { faults } = (await control(sandboxUrl, 'faults')) as { faults: { fired: number }[] };
  return faults.reduce((sum, { fired }) => sum + fired, 0);
}

function watchersOf({ fleet: { tenants } }: WorkersWorld, yachtId: string) {
  return tenants.read(asWorker(yachtId), (db) => db.selectFrom('email_watchers').selectAll().execute());
}

/** Nobody asks for the mailboxes of this yacht any more. */
async function stop(world: WorkersWorld, yachtId: string): Promise<void> {
  await onEach(world, [yachtId], async (tx) => {
    await tx.updateTable('email_watchers').set({ sync_status: 'paused', next_sync_at: null }).execute();
  });
}

/** Milliseconds from falling due to being in sync, of one mailbox of each yacht after the other. */
async function probe(world: WorkersWorld, yachtIds: string[]): Promise<number[]> {
  const times = await Promise.all(yachtIds.map((yachtId) => probeYacht(world, yachtId)));
  return times.flat();
}

async function probeYacht(world: WorkersWorld, yachtId: string): Promise<number[]> {
  const { tenants, master } = world.fleet;
  const at = asWorker(yachtId);
  const ids = (await watchersOf(world, yachtId)).map((row) => row.id);
  const times: number[] = [];
  for (let n = 0; n < PROBES; n += 1) {
    await pause(Math.random() * PROBES_DIFFER_MS);
    const id = ids[n % ids.length] ?? '';
    const due = new Date();
    await tenants.transact(at, (tx) =>
      tx.updateTable('email_watchers').set({ next_sync_at: due }).where('id', '=', id).execute(),
    );
    await master
      .updateTable('yacht_schedule')
      .set({ next_look_at: due })
      .where('yacht_id', '=', yachtId)
      .execute();
    const inSync = (): Promise<unknown> =>
      tenants.read(at, (db) =>
        db
          .selectFrom('email_watchers')
          .select('id')
          .where('id', '=', id)
          .where('last_sync_at', '>', due)
          .executeTakeFirst(),
      );
    while (!(await inSync())) await pause(LOOK_EVERY_MS);
    times.push(Date.now() - due.getTime());
  }
  return times;
}

function report(alone: number[], beside: { throttled: Probed; huge: Probed }): void {
  const p95 = (times: number[]) => times.toSorted((a, b) => a - b)[Math.ceil(times.length * 0.95) - 1] ?? 0;
  const p50 = (times: number[]) => times.toSorted((a, b) => a - b)[Math.ceil(times.length * 0.5) - 1] ?? 0;
  const figures = (times: number[]) =>
    `p50 ${(p50(times) / 1000).toFixed(2)} s, p95 ${(p95(times) / 1000).toFixed(2)} s`;
  console.log(
    `fairness: from due to in sync, on ${QUIET.yachts} quiet yachts; ${WORKERS} workers, ${CONCURRENCY} at once`,
  );
  row(`alone, before and after (${alone.length} probes)`, figures(alone));
  const show = (name: string, { times, hogs, evidence }: Probed) => {
    row(`beside ${HOGS} ${name} on another yacht`, figures(times));
    row('  p95 against alone (1.2 x or less)', `${(p95(times) / p95(alone)).toFixed(2)} x`);
    row(`  still at it at the last probe: ${evidence}`, `${hogs} of ${HOGS}`);
    if (hogs === 0) row('  the hogs were done too soon: this says nothing', '');
  };
  show('mailboxes answered 429', beside.throttled);
  show(`first syncs of ${HUGE_MESSAGES} messages`, beside.huge);
}
