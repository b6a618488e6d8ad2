import { randomUUID } from 'node:crypto';
import { setTimeout as pause } from 'node:timers/promises';

import { afterAll, beforeAll, beforeEach, expect, it } from 'vitest';

import { createLog } from '#base/log.ts';
import { GraphError } from '#microsoft/errors.ts';
import type { Gate } from '#microsoft/graph-client.ts';
import { asWorker } from '#tenants/tenants.ts';

import { createMaster, createTenant } from '../../tests/support/postgres.ts';
import { createGates } from './gate.ts';
import { claimWatcher, type Lease } from './lease.ts';

const YACHTS = ['corvina', 'meltemi-rose'];
let tenant: Awaited<ReturnType<typeof createTenant>>;
let master: Awaited<ReturnType<typeof createMaster>>;
let gate: string;
let watchers: Map<string, string>;
const clock = { now: () => new Date() };

beforeAll(async () => {
  [master, tenant] = await Promise.all([createMaster(), createTenant()]);
});
afterAll(() => Promise.all([master.close(), tenant.close()]));
beforeEach(async () => {
  gate = randomUUID();
  watchers = new Map();
  for (const yacht_id of YACHTS) {
    const { id } = await tenant.db
      .insertInto('email_watchers')
      .values({
        user_id: randomUUID(),
        yacht_id,
        mailbox: 'relief@fleet.test',
        microsoft_user_id: randomUUID(),
        common_gate: gate,
      })
      .returning('id')
      .executeTakeFirstOrThrow();
    watchers.set(yacht_id, id);
  }
});

/** A gate as another process has it. */
function gateOn(yacht: string, { lease }: { lease?: Lease } = {}): Gate {
  const gates = createGates({ tenants: tenant.tenants, master: master.db, clock, log: createLog('silent') });
  const watcherId = watchers.get(yacht) ?? '';
  return lease ? gates.ofLease(yacht, lease) : gates.of({ yachtId: yacht, watcherId, app: 'read' });
}

async function syncOn(yacht: string): Promise<Gate> {
  const lease = { watcherId: watchers.get(yacht) ?? '', owner: randomUUID() };
  expect(await tenant.tenants.transact(asWorker(yacht), (tx) => claimWatcher(tx, lease))).not.toBeNull();
  return gateOn(yacht, { lease });
}

const [CORVINA = '', MELTEMI = ''] = YACHTS;
const isLetIn = (entering: Promise<unknown>) => Promise.race([entering.then(() => true), pause(400, false)]);
const waiting = () =>
  master.db
    .selectFrom('mailbox_request_places')
    .select('places')
    .where('gate', '=', gate)
    .where('granted', '=', false)
    .execute();

it('lets four in over both yachts, and a fifth when one of them leaves', async () => {
  const leaves = await Promise.all(
    [CORVINA, CORVINA, MELTEMI, MELTEMI].map((yacht) => gateOn(yacht).enter()),
  );
  const fifth = gateOn(MELTEMI).enter();
  expect(await isLetIn(fifth)).toBe(false);
  leaves[0]?.();
  (await fifth)();
});

it('counts a batch for four, and pages of both one by one', async () => {
  const [one, other] = [await syncOn(CORVINA), await syncOn(MELTEMI)];
  const leaveBatch = await one.enter(undefined, 4);
  const page = other.enter();
  expect(await isLetIn(page)).toBe(false);
  leaveBatch();
  const leavePage = await page;
  const batch = one.enter(undefined, 4);
  expect(await isLetIn(batch)).toBe(false);
  leavePage();
  (await batch)();
});

it('lets a person go ahead of a batch that has waited less than a second, and of none that has waited longer', async () => {
  const leaves = await Promise.all([gateOn(CORVINA).enter(), gateOn(CORVINA).enter()]);
  const batch = (await syncOn(MELTEMI)).enter(undefined, 4);
  await expect.poll(async () => (await waiting()).length).toBe(1);
  leaves.push(await gateOn(CORVINA).enter());
  await pause(1_100);
  const late = gateOn(CORVINA).enter();
  expect(await isLetIn(late)).toBe(false);
  for (const leave of leaves) leave();
  (await batch)();
  (await late)();
});

it('gives both yachts their turns when both want all they can get', async () => {
  const turns = new Map(YACHTS.map((yacht) => [yacht, 0]));
  const end = performance.now() + 3_000;
  const ask = async (yacht: string, sync: Gate, places: number) => {
    while (performance.now() < end) {
      const leave = await sync.enter(undefined, places);
      await pause(20);
      leave();
      turns.set(yacht, (turns.get(yacht) ?? 0) + 1);
    }
  };
  const [pages, batches] = [await syncOn(CORVINA), await syncOn(MELTEMI)];
  const all = [1, 1, 1].map((places) => ask(CORVINA, pages, places));
  await Promise.all([...all, ask(MELTEMI, batches, 4)]);
  expect(turns.get(MELTEMI)).toBeGreaterThanOrEqual(4);
  expect(turns.get(CORVINA)).toBeGreaterThanOrEqual(4);
});

it('is silent on both yachts until the Retry-After that one was told has passed', async () => {
  const from = performance.now();
  await gateOn(CORVINA).refused(new GraphError({ kind: 'throttled', status: 429, retryAfterMs: 1_128 }));
  (await gateOn(MELTEMI).enter())();
  expect(performance.now() - from).toBeGreaterThanOrEqual(1_990);
});

it('frees the places of a process that died once they have lapsed', async () => {
  await Promise.all([1, 2, 3, 4].map(() => gateOn(CORVINA).enter()));
  await master.db
    .updateTable('mailbox_request_places')
    .set({ until: new Date(0) })
    .where('gate', '=', gate)
    .execute();
  (await gateOn(MELTEMI).enter())();
});

it('leaves nothing behind, on its yacht either, when the asker gives up', async () => {
  const held = await Promise.all([1, 2, 3, 4].map(() => gateOn(CORVINA).enter()));
  const leaving = new AbortController();
  const entering = gateOn(MELTEMI).enter(leaving.signal);
  await expect.poll(async () => (await waiting()).length).toBe(1);
  leaving.abort(new Error('the page was closed'));
  await expect(entering).rejects.toThrow('the page was closed');
  for (const leave of held) leave();
  const places = async () => [
    ...(await master.db.selectFrom('mailbox_request_places').select('id').where('gate', '=', gate).execute()),
    ...(await tenant.db
      .selectFrom('email_request_places')
      .select('id')
      .where('watcher_id', 'in', [...watchers.values()])
      .execute()),
  ];
  await expect.poll(places).toEqual([]);
});
