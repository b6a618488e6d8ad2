import { randomUUID } from 'node:crypto';
import { setTimeout as pause } from 'node:timers/promises';

import { afterAll, beforeAll, beforeEach, expect, it } from 'vitest';

import { createLog } from '#base/log.ts';
import { GraphError } from '#microsoft/errors.ts';
import type { Gate } from '#microsoft/graph-client.ts';
import type { Purpose } from '#microsoft/scopes.ts';
import { asWorker } from '#tenants/tenants.ts';

import { createMaster, createTenant } from '../../tests/support/postgres.ts';
import { createGates } from './gate.ts';
import { claimWatcher, type Lease, releaseLease } from './lease.ts';

const YACHT = 'corvina';
let tenant: Awaited<ReturnType<typeof createTenant>>;
let master: Awaited<ReturnType<typeof createMaster>>;
let watcherId: string;
let ahead: number;
const clock = { now: () => new Date(Date.now() + ahead) };

beforeAll(async () => {
  [master, tenant] = await Promise.all([createMaster(), createTenant()]);
});
afterAll(() => Promise.all([master.close(), tenant.close()]));
beforeEach(async () => {
  ahead = 0;
  const name = randomUUID();
  const { id } = await tenant.db
    .insertInto('email_watchers')
    .values({
      user_id: randomUUID(),
      yacht_id: YACHT,
      mailbox: `${name}@corvina.test`,
      microsoft_user_id: name,
    })
    .returning('id')
    .executeTakeFirstOrThrow();
  watcherId = id;
});

/** A gate as another process has it. */
function gateOf({ app = 'read', lease }: { app?: Purpose; lease?: Lease } = {}): Gate {
  const gates = createGates({ tenants: tenant.tenants, master: master.db, clock, log: createLog('silent') });
  return lease ? gates.ofLease(YACHT, lease) : gates.of({ yachtId: YACHT, watcherId, app });
}

async function takeLease(): Promise<Lease> {
  const lease = { watcherId, owner: randomUUID() };
  expect(await tenant.tenants.transact(asWorker(YACHT), (tx) => claimWatcher(tx, lease))).not.toBeNull();
  return lease;
}

/** Whether a request that wants in is let in, given time enough to ask several times. */
async function isLetIn(entering: Promise<unknown>): Promise<boolean> {
  return Promise.race([entering.then(() => true), pause(400, false)]);
}

/** Whether one more of people's requests has to wait; it does not go on waiting. */
async function isRefused(): Promise<boolean> {
  const leaving = new AbortController();
  const entering = gateOf().enter(leaving.signal);
  const waited = !(await isLetIn(entering));
  leaving.abort();
  await entering.catch(() => undefined);
  return waited;
}

const throttled = (retryAfterMs: number) => new GraphError({ kind: 'throttled', status: 429, retryAfterMs });

it('lets four in over all processes, and a fifth when one of them leaves', async () => {
  const leaves = await Promise.all([1, 2, 3, 4].map(() => gateOf().enter()));
  const fifth = gateOf().enter();
  expect(await isLetIn(fifth)).toBe(false);
  leaves[0]?.();
  (await fifth)();
});

it('counts the two apps apart', async () => {
  await Promise.all([1, 2, 3, 4].map(() => gateOf().enter()));
  await gateOf({ app: 'write' }).enter();
});

it('lets in the one that has waited longest', async () => {
  const held = await Promise.all([1, 2, 3, 4].map(() => gateOf().enter()));
  const order: number[] = [];
  const waiting: Promise<() => void>[] = [];
  for (const n of [1, 2, 3]) {
    waiting.push(
      gateOf()
        .enter()
        .finally(() => order.push(n)),
    );
    await expect.poll(async () => (await places()).length).toBe(4 + n);
  }
  for (const [n, entering] of waiting.entries()) {
    held[n]?.();
    await entering;
  }
  expect(order).toEqual([1, 2, 3]);
});

it('keeps a place in people’s reach while the mailbox is synced, and counts a batch for four', async () => {
  const lease = await takeLease();
  const sync = gateOf({ lease });
  const pages = await Promise.all([1, 2, 3].map(() => sync.enter()));
  const fourth = sync.enter();
  const reader = await gateOf().enter();
  expect(await isRefused()).toBe(true);
  pages[0]?.();
  (await fourth)();
  const batch = sync.enter(undefined, 4);
  pages[1]?.();
  pages[2]?.();
  expect(await isLetIn(batch)).toBe(false);
  reader();
  const leaveBatch = await batch;
  const next = gateOf().enter();
  expect(await isLetIn(next)).toBe(false);
  leaveBatch();
  (await next)();
});

it('lets whoever waits go before the next of many batches', async () => {
  const sync = gateOf({ lease: await takeLease() });
  const first = await sync.enter(undefined, 4);
  const reader = gateOf().enter();
  await expect.poll(async () => (await places()).length).toBe(2);
  first();
  const second = sync.enter(undefined, 4);
  const leaveReader = await reader;
  expect(await isLetIn(second)).toBe(false);
  leaveReader();
  (await second)();
});

it('waits for people’s requests on their way when it takes up a mailbox', async () => {
  const readers = await Promise.all([1, 2, 3].map(() => gateOf().enter()));
  const sync = gateOf({ lease: await takeLease() });
  const page = sync.enter();
  expect(await isLetIn(page)).toBe(false);
  readers[0]?.();
  readers[1]?.();
  await page;
});

it('frees what a worker that died held, when its lease is over', async () => {
  const dead = await takeLease();
  await gateOf({ lease: dead }).enter(undefined, 4);
  expect(await isRefused()).toBe(true);
  await tenant.db
    .updateTable('email_watchers')
    .set({ lease_until: new Date(0) })
    .where('id', '=', watcherId)
    .execute();
  await gateOf({ lease: await takeLease() }).enter(undefined, 4);
});

it('gives everything back with the lease', async () => {
  const lease = await takeLease();
  (await gateOf({ lease }).enter(undefined, 4))();
  await tenant.tenants.transact(asWorker(YACHT), (tx) => releaseLease(tx, lease));
  expect(await places()).toEqual([]);
  await Promise.all([1, 2, 3, 4].map(() => gateOf().enter()));
});

it('frees the place of a reader whose process died once it has lapsed', async () => {
  await Promise.all([1, 2, 3, 4].map(() => gateOf().enter()));
  await tenant.tenants.transact(asWorker(YACHT), (tx) =>
    tx
      .updateTable('email_request_places')
      .set({ until: new Date(0) })
      .where('watcher_id', '=', watcherId)
      .execute(),
  );
  await gateOf().enter();
});

it('is silent in every process until Retry-After has passed, a fraction rounded up', async () => {
  const from = performance.now();
  await gateOf().refused(throttled(1_128));
  await gateOf().enter();
  expect(performance.now() - from).toBeGreaterThanOrEqual(1_990);
});

it('hands a long wait to the schedule', async () => {
  await gateOf().refused(throttled(60_000));
  await expect(gateOf().enter()).rejects.toMatchObject({ code: 'throttled' });
  ahead = 60_000;
  (await gateOf().enter())();
});

it('hands a round to the schedule that was told to wait a little again and again', async () => {
  const sync = gateOf({ lease: await takeLease() });
  const given = async (signal?: AbortSignal) => {
    await sync.refused(throttled(4_000));
    const entering = sync.enter(signal);
    const reason = await entering.catch((error: unknown) => error);
    ahead += 4_000;
    return reason;
  };
  expect(await given(AbortSignal.timeout(200))).toMatchObject({ name: 'TimeoutError' });
  expect(await given(AbortSignal.timeout(200))).toMatchObject({ name: 'TimeoutError' });
  expect(await given()).toMatchObject({ code: 'throttled' });
});

it('leaves nothing behind when the asker gives up', async () => {
  const held = await Promise.all([1, 2, 3, 4].map(() => gateOf().enter()));
  const leaving = new AbortController();
  const entering = gateOf().enter(leaving.signal);
  await expect.poll(async () => (await places()).length).toBe(5);
  leaving.abort(new Error('the page was closed'));
  await expect(entering).rejects.toThrow('the page was closed');
  for (const leave of held) leave();
  await expect.poll(places).toEqual([]);
});

function places() {
  return tenant.tenants.read(asWorker(YACHT), (db) =>
    db.selectFrom('email_request_places').select('granted').where('watcher_id', '=', watcherId).execute(),
  );
}
