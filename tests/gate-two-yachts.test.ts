// One mailbox, connected on two yachts: Microsoft counts what it is asked about it by both, and so do we.
import { afterEach, beforeEach, describe, expect, it } from 'vitest';

import { createKysely, openPool } from '#db/connect.ts';
import type { Principal } from '#directory/principal.ts';
import type { MasterSchema } from '#directory/schema.ts';
import { runPurgeMailbox } from '#jobs/purge-mailbox.ts';
import { disconnect, type MailChoice } from '#mailboxes/disconnect.ts';
import { endMailbox } from '#mailboxes/end.ts';
import { addSharedMailbox } from '#mailboxes/shared.ts';
import { syncMailbox } from '#sync/sync.ts';
import { asWorker } from '#tenants/tenants.ts';

import { expectGoodConduct } from './support/conduct.ts';
import { createMailWorld, type MailWorld } from './support/mail.ts';
import { startReader } from './support/readers.ts';
import { wire } from './support/wiring.ts';

const RELIEF = 'relief.captain@fleet.test';
let corvina: MailWorld;
let meltemi: MailWorld;

beforeEach(async () => {
  corvina = await createMailWorld();
  meltemi = await createMailWorld({ yachtId: 'meltemi-rose', beside: corvina });
  corvina.store.createMailbox({ address: RELIEF, displayName: 'Relief captain' });
  corvina.sandbox.settings.latencyMs = 30;
  corvina.sandbox.settings.limits.concurrent = 4;
});
afterEach(async () => {
  await meltemi.close();
  await corvina.close();
});

const refused = () => corvina.sandbox.requests.list().filter((request) => request.status === 429);
const gateOn = async (world: MailWorld, person: Principal) => (await world.watcher(person)).common_gate;
const idsOf = (address: string) => [...(corvina.store.mailbox(address)?.messages.keys() ?? [])];

function fill(address: string): void {
  corvina.store.bulk(address, { count: 900, seed: 5, folder: 'inbox' });
  corvina.store.bulk(address, { count: 400, seed: 6, folder: 'sentitems' });
  corvina.store.bulk(address, { count: 300, seed: 7, folder: 'archive' });
}

async function connectOnBoth(): Promise<[Principal, Principal]> {
  const people: [Principal, Principal] = [corvina.person(RELIEF), meltemi.person(RELIEF)];
  expect((await corvina.connect(people[0])).refusal).toBeNull();
  expect((await meltemi.connect(people[1])).refusal).toBeNull();
  return people;
}

describe('four at a time', () => {
  it('from the moment the second yacht connects it, while it is read on the first', async () => {
    fill(RELIEF);
    const one = corvina.person(RELIEF);
    const two = meltemi.person(RELIEF);
    await corvina.connect(one);
    const first = corvina.sync(one);
    await meltemi.connect(two);
    const rounds = await Promise.all([first, meltemi.sync(two)]);
    expect(rounds.map((round) => round.outcome)).toEqual(['synced', 'synced']);
    expect(refused()).toEqual([]);
    expectGoodConduct(corvina.sandbox);
    await corvina.expectEqual(one);
    await meltemi.expectEqual(two);
  }, 60_000);

  it('over the workers and readers of both yachts, with pages, batches and mails', async () => {
    fill(RELIEF);
    const [one, two] = await connectOnBoth();
    const ids = idsOf(RELIEF);
    const readers = [
      startReader(corvina, one, ids.slice(0, 25)),
      startReader(meltemi, two, ids.slice(25, 50)),
    ];
    let reading = true;
    const answers = Promise.all(readers).finally(() => {
      reading = false;
    });
    const syncing = [
      [corvina, one],
      [meltemi, two],
    ] as const;
    for (let n = 0; reading; n += 1) {
      // A round that found no place in time goes to the schedule, as beside the readers of its own yacht.
      const rounds = await Promise.all(syncing.map(([world, person]) => world.sync(person)));
      expect(rounds.every(({ outcome }) => ['synced', 'throttled'].includes(outcome))).toBe(true);
      // What is deleted is asked for in batches.
      for (const id of ids.slice(200 + n * 40, 240 + n * 40))
        corvina.store.deleteMessage(RELIEF, id, { permanent: true });
    }
    for (const { read, longestMs } of await answers) {
      expect(read).toBe(25);
      expect(longestMs).toBeLessThan(20_000);
    }
    for (const [world, person] of syncing) {
      await world.sync(person);
      await world.expectEqual(person);
    }
    expect(refused()).toEqual([]);
    expectGoodConduct(corvina.sandbox);
  }, 90_000);

  it('of a mailbox that one yacht has as shared and the other as somebody’s own', async () => {
    const role = 'engineering@fleet.test';
    corvina.store.createMailbox({
      address: role,
      displayName: 'Engineering',
      access: [RELIEF],
    });
    const captain = corvina.person(RELIEF);
    await corvina.connect(captain, { shared: true });
    const watcherId = await addSharedMailbox({ ...corvina, syncIntervalMinutes: 15 }, captain, role);
    const owner = meltemi.person(role);
    fill(role);
    await meltemi.connect(owner);
    const shared = syncMailbox(corvina.syncDeps, { yachtId: corvina.yachtId, watcherId });
    const rounds = await Promise.all([shared, meltemi.sync(owner)]);
    expect(rounds.map((round) => round.outcome)).toEqual(['synced', 'synced']);
    expect(refused()).toEqual([]);
    expectGoodConduct(corvina.sandbox);
    await meltemi.expectEqual(owner);
  }, 60_000);
});

describe('a wait that one yacht was told', () => {
  it('is kept by the other, to the second', async () => {
    fill(RELIEF);
    const [one, two] = await connectOnBoth();
    // What was on its way when one of them was told is nobody's fault; on a busy machine that takes a while.
    Object.assign(corvina.sandbox.conduct, { crossingMs: 1_500, crossingEach: Number.POSITIVE_INFINITY });
    corvina.sandbox.faults.add({
      match: { path: '/messages' },
      after: 6,
      fault: { name: 'TooManyRequests', retry_after: { seconds: 4 } },
    });
    const rounds = await Promise.all([corvina.sync(one), meltemi.sync(two)]);
    expect(rounds.map((round) => round.outcome)).toEqual(['synced', 'synced']);
    expect(refused()).toHaveLength(1);
    expectGoodConduct(corvina.sandbox);
    await meltemi.expectEqual(two);
  }, 60_000);

  it('goes to the schedule of both when it is long, and was known before the other connected', async () => {
    const one = corvina.person(RELIEF);
    const two = meltemi.person(RELIEF);
    await corvina.connect(one);
    corvina.sandbox.faults.add({
      match: { path: '/mailFolders' },
      fault: { name: 'TooManyRequests', retry_after: { seconds: 120 } },
    });
    expect(await corvina.sync(one)).toMatchObject({ outcome: 'throttled' });
    const { refusal } = await meltemi.connect(two);
    expect(refusal).toMatchObject({ code: 'throttled' });
    corvina.clock.forward(121_000);
    await meltemi.connect(two);
    expect(await meltemi.sync(two)).toMatchObject({ outcome: 'synced' });
    expectGoodConduct(corvina.sandbox);

    corvina.sandbox.faults.add({
      match: { path: '\\$batch' },
      fault: { name: 'TooManyRequests', retry_after: { seconds: 120 } },
    });
    expect(await corvina.sync(one)).toMatchObject({ outcome: 'throttled' });
    const asked = corvina.sandbox.requests.list().length;
    expect(await meltemi.sync(two)).toMatchObject({ outcome: 'throttled' });
    expect(corvina.sandbox.requests.list().length).toBe(asked);
    const { throttled_until, next_sync_at } = await meltemi.watcher(two);
    expect(throttled_until).toEqual((await corvina.watcher(one)).throttled_until);
    expect(next_sync_at).toEqual(throttled_until);
  }, 60_000);
});

describe('what is left', () => {
  const leave = (world: MailWorld, { userId }: Principal, mail: MailChoice = 'keep') =>
    world.tenants.transact(asWorker(world.yachtId), (tx) =>
      disconnect(tx, { yachtId: world.yachtId, userId, purpose: 'read' }, { mail, now: world.clock.now() }),
    );
  const anHourLater = () =>
    corvina.master.db
      .updateTable('connected_mailboxes')
      .set({ announced_at: new Date(Date.now() - 3_600_000) })
      .execute();
  const keepBoth = async () => {
    for (const world of [meltemi, corvina]) await world.connected.keep(world.yachtId);
  };
  const names = () => corvina.master.db.selectFrom('connected_mailboxes').selectAll().execute();

  it('of a mailbox that one yacht has: it is read without a word to MASTER, where nobody learns whose it is', async () => {
    const one = corvina.person(RELIEF);
    await corvina.connect(one);
    const away = createKysely<MasterSchema>(
      openPool('postgres://nobody:x@127.0.0.1:1/away', { max: 1, idleMs: 1 }),
    );
    const process = wire({ ...corvina, master: away });
    const { id: watcherId } = await corvina.watcher(one);
    expect(await syncMailbox(process.syncDeps, { yachtId: corvina.yachtId, watcherId })).toMatchObject({
      outcome: 'synced',
    });
    await process.graph.close();
    await away.destroy();
    for (const word of [RELIEF, corvina.store.mailbox(RELIEF)?.userId ?? ''])
      expect(JSON.stringify(await names())).not.toContain(word);
  });

  it('of a purged mailbox: nothing, in MASTER either', async () => {
    const one = corvina.person(RELIEF);
    await corvina.connect(one);
    const { id: watcher_id } = await corvina.watcher(one);
    await leave(corvina, one, 'purge');
    await anHourLater();
    const { tenants, clock, yachtId, master, connected } = corvina;
    const events = { publish: async () => undefined };
    await runPurgeMailbox(
      { tenants, clock, events, master: master.db, keepConnected: connected.keep },
      { yacht_id: yachtId, watcher_id },
      new AbortController().signal,
    );
    expect(await names()).toEqual([]);
  });

  it('passes one gate on both yachts, until one of them has disconnected it', async () => {
    const [one, two] = await connectOnBoth();
    const gate = await gateOn(corvina, one);
    expect(gate).not.toBeNull();
    expect(await gateOn(meltemi, two)).toBe(gate);
    await leave(meltemi, two);
    await anHourLater();
    await keepBoth();
    expect(await gateOn(corvina, one)).toBeNull();
    expect((await names()).map((name) => name.yacht_id)).toEqual(['corvina', 'corvina']);
    await meltemi.connect(two);
    expect(await gateOn(corvina, one)).toBe(await gateOn(meltemi, two));
    expect(await gateOn(corvina, one)).not.toBeNull();
  });

  it('keeps the other yacht’s waits, also when it is added again', async () => {
    const role = 'engineering@fleet.test';
    corvina.store.createMailbox({ address: role, displayName: 'Engineering', access: [RELIEF] });
    const captain = meltemi.person(RELIEF);
    await meltemi.connect(captain, { shared: true });
    const add = () => addSharedMailbox({ ...meltemi, syncIntervalMinutes: 15 }, captain, role);
    const watcherId = await add();
    const removal = { watcherId, by: 'operator', mail: 'keep' } as const;
    await meltemi.tenants.transact(asWorker(meltemi.yachtId), (tx) =>
      endMailbox(tx, removal, { now: meltemi.clock.now() }),
    );
    const owner = corvina.person(role);
    await corvina.connect(owner);
    corvina.sandbox.faults.add({
      match: { path: '\\$batch|/messages|/mailFolders' },
      fault: { name: 'TooManyRequests', retry_after: { seconds: 120 } },
    });
    expect(await corvina.sync(owner)).toMatchObject({ outcome: 'throttled' });
    await expect(add()).rejects.toMatchObject({ code: 'throttled' });
    expectGoodConduct(corvina.sandbox);
  }, 60_000);

  it('is mended where a crash, or a fleet that was there before, left nothing', async () => {
    const [one, two] = await connectOnBoth();
    await corvina.master.db.deleteFrom('connected_mailboxes').execute();
    for (const { db } of [corvina, meltemi])
      await db.updateTable('email_watchers').set({ common_gate: null }).execute();
    await keepBoth();
    const gate = await gateOn(corvina, one);
    expect(gate).not.toBeNull();
    expect(await gateOn(meltemi, two)).toBe(gate);
  });

  it('does not slow down whom a yacht left behind', async () => {
    const [one] = await connectOnBoth();
    await corvina.master.db
      .updateTable('fleet_registry')
      .set({ active: false })
      .where('yacht_id', '=', 'meltemi-rose')
      .execute();
    await corvina.connected.keep('corvina');
    expect(await gateOn(corvina, one)).toBeNull();
  });

  it('does not keep anybody from connecting while the database of the other yacht is away', async () => {
    const one = corvina.person(RELIEF);
    await corvina.connect(one);
    const url = corvina.urls.get('corvina') ?? '';
    corvina.urls.set('corvina', 'postgres://nobody:x@127.0.0.1:1/away');
    const two = meltemi.person(RELIEF);
    expect((await meltemi.connect(two)).refusal).toBeNull();
    expect(await gateOn(meltemi, two)).not.toBeNull();
    corvina.urls.set('corvina', url);
    await corvina.connected.keep('corvina');
    expect(await gateOn(corvina, one)).toBe(await gateOn(meltemi, two));
  });
});
