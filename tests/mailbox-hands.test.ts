// Mailboxes that change hands: a role that another person takes over, one that is shared after it was somebody's own.
// One copy of each mail, complete for whoever Microsoft lets in, and never two watchers at it.
import { afterEach, beforeEach, expect, it, vi } from 'vitest';

import type { Principal } from '#directory/principal.ts';
import { beginAuthorize, finishAuthorize } from '#mailboxes/connect.ts';
import { disconnect } from '#mailboxes/disconnect.ts';
import { addSharedMailbox } from '#mailboxes/shared.ts';
import { type SyncResult, syncMailbox } from '#sync/sync.ts';
import { asWorker } from '#tenants/tenants.ts';

import { expectGoodConduct } from './support/conduct.ts';
import { CALLBACK } from './support/connect.ts';
import { createMailWorld, type MailWorld } from './support/mail.ts';
import { letter } from './support/mail-story.ts';
import { expectEqualToMailbox } from './support/oracle.ts';
import { signInAtSandbox } from './support/sign-in.ts';

const ROLE = 'engineering@corvina.test';
const ALIAS = 'Engine.Room@corvina.test';
let world: MailWorld;
let engineer: Principal;
let eto: Principal;
beforeEach(async () => {
  world = await createMailWorld();
  engineer = world.person('chief.engineer@corvina.test');
  eto = world.person('eto@corvina.test');
  const access = [engineer.email, eto.email];
  world.store.createMailbox({ address: ROLE, aliases: [ALIAS], displayName: 'Engineering', access });
  world.store.deliver(ROLE, 'inbox', letter('Injector for the port engine'));
});
afterEach(() => world.close());

async function connectForShared(principal: Principal): Promise<void> {
  const trip = { purpose: 'read', redirectUri: CALLBACK, shared: true } as const;
  const { url } = await beginAuthorize(world.connectDeps, principal, trip);
  const back = (await signInAtSandbox(url, principal.email)).searchParams;
  const answer = { state: back.get('state') ?? '', code: back.get('code') ?? undefined };
  expect((await finishAuthorize(world.connectDeps, principal, answer)).refusal).toBeNull();
}
const add = (principal: Principal, address = ROLE) =>
  addSharedMailbox({ ...world, syncIntervalMinutes: 15 }, principal, address);
const watchers = () => world.db.selectFrom('email_watchers').select(['id', 'kind']).execute();
const sync = (watcherId: string): Promise<SyncResult> =>
  syncMailbox(world.syncDeps, { yachtId: world.yachtId, watcherId });
const expectEqual = (watcherId: string) =>
  expectEqualToMailbox(world.store, ROLE, { db: world.db, watcherId });
const leave = ({ userId }: Principal) =>
  world.tenants.transact(asWorker(world.yachtId), (tx) =>
    disconnect(
      tx,
      { yachtId: world.yachtId, userId, purpose: 'read' },
      { mail: 'keep', now: world.clock.now() },
    ),
  );

it('shared, it is nobody’s own', async () => {
  await connectForShared(engineer);
  await sync(await add(engineer));
  const { refusal } = await world.connect(world.person(ROLE));
  const advice = expect.stringMatching(/the captain.* list of readers/);
  expect(refusal).toMatchObject({ code: 'mailbox_shared', advice });
});

it('shared by one address, it is nobody’s own by another', async () => {
  await connectForShared(engineer);
  await add(engineer, ALIAS);
  const { refusal } = await world.connect(world.person(ROLE));
  expect(refusal).toMatchObject({ code: 'mailbox_shared' });
  expect(await watchers()).toHaveLength(2);
});

it('added again by another of its addresses, it is the same, and has one reader more', async () => {
  await connectForShared(engineer);
  await connectForShared(eto);
  const [shared] = await Promise.all([add(engineer), add(engineer, ALIAS)]);
  expect(await sync(shared)).toMatchObject({ outcome: 'synced' });
  expect(await add(eto, ALIAS)).toBe(shared);
  expect((await watchers()).filter((row) => row.kind === 'shared')).toHaveLength(1);
  const readers = await world.db.selectFrom('email_mailbox_readers').select('user_id').execute();
  expect(readers.map((row) => row.user_id).sort()).toEqual([engineer.userId, eto.userId].sort());
  await sync(shared);
  await expectEqual(shared);
});

it('known by an address that it no longer has, it goes on by the one that it is added by', async () => {
  await connectForShared(engineer);
  const shared = await add(engineer);
  await sync(shared);
  await connectForShared(eto);
  world.sandbox.faults.add({
    match: { path: '/users/engineering' },
    count: 100,
    fault: { status: 404, code: 'ErrorInvalidUser' },
  });
  expect(await sync(shared)).toMatchObject({ outcome: 'degraded' });
  world.store.deliver(ROLE, 'inbox', letter('To its new address'));
  expect(await add(eto, ALIAS)).toBe(shared);
  expect(await sync(shared)).toMatchObject({ outcome: 'synced' });
  await expectEqual(shared);
});

it('somebody’s own, it is not shared, by another of its addresses neither', async () => {
  const role = world.person(ROLE);
  await world.connect(role);
  await world.sync(role);
  // The person is known by an address that it had before.
  await world.db.updateTable('email_watchers').set({ mailbox: 'second.engineer@corvina.test' }).execute();
  await connectForShared(engineer);
  await expect(add(engineer)).rejects.toMatchObject({ code: 'mailbox_in_use' });
});

it('somebody’s own from the moment it is connected, it is not shared by another of its addresses', async () => {
  await world.connect(world.person(ROLE));
  await connectForShared(engineer);
  await expect(add(engineer, ALIAS)).rejects.toMatchObject({ code: 'mailbox_in_use' });
});

async function connectUntold(role: Principal): Promise<void> {
  const path = '/mailFolders/inbox';
  const silent = world.sandbox.faults.add({ match: { path }, count: 100, fault: { status: 503, body: '' } });
  expect((await world.connect(role)).refusal).toBeNull();
  world.sandbox.faults.remove(silent.id);
  expect((await world.watcher(role)).inbox_id).toBeNull();
}

it('somebody’s own whose inbox was not told when it was connected, and shared since, it says so', async () => {
  const role = world.person(ROLE);
  await connectUntold(role);
  await connectForShared(engineer);
  const shared = await add(engineer, ALIAS);
  expect(await world.sync(role)).toMatchObject({ outcome: 'degraded', code: 'mailbox_shared' });
  const problem = { code: 'mailbox_shared', message: 'This mailbox is kept in sync aboard as a shared one.' };
  expect((await world.sync(role)).after).toMatchObject({ complete_up_to: null, problem });
  await sync(shared);
  await expectEqual(shared);
  await world.db
    .updateTable('email_watchers')
    .set({ sync_status: 'disconnected' })
    .where('id', '=', shared)
    .execute();
  expect(await world.sync(role)).toMatchObject({ outcome: 'synced' });
  await world.expectEqual(role);
});

it('somebody’s own whose inbox was not told when it was connected, it is known by the first round', async () => {
  const role = world.person(ROLE);
  await connectUntold(role);
  await world.sync(role);
  await connectForShared(engineer);
  await expect(add(engineer, ALIAS)).rejects.toMatchObject({ code: 'mailbox_in_use' });
});

it('connected by one at the moment at which another adds it as shared, it is one of both', async () => {
  await connectForShared(engineer);
  const role = world.person(ROLE);
  const holdup = await world.tenant.pool.connect();
  await holdup.query('begin; lock table email_mailbox_readers in share mode');
  const adding = add(engineer, ALIAS);
  await vi.waitFor(async () => expect(await waiting()).toBe(1), 10_000);
  const connecting = world.connect(role);
  await Promise.race([connecting, vi.waitFor(async () => expect(await waiting()).toBe(2), 10_000)]);
  await holdup.query('commit');
  holdup.release();
  await adding;
  expect((await connecting).refusal).toMatchObject({ code: 'mailbox_shared' });
  expect((await watchers()).map((row) => row.kind).sort()).toEqual(['own', 'shared']);
});

/** How many on this yacht wait for a lock. */
async function waiting(): Promise<number> {
  const { rows } = await world.tenant.pool.query(
    `select count(*)::int as n from pg_stat_activity where datname = current_database() and wait_event_type = 'Lock'`,
  );
  return rows[0].n;
}

it('disconnected with its mail kept and then shared, it is complete, and each mail stays one', async () => {
  const role = world.person(ROLE);
  await world.connect(role);
  await world.sync(role);
  const before = await world.db.selectFrom('email_messages').select(['id', 'thread_id']).execute();
  await leave(role);
  world.store.deliver(ROLE, 'inbox', letter('After it left'));
  await connectForShared(engineer);
  const shared = await add(engineer);
  expect(await sync(shared)).toMatchObject({ outcome: 'synced' });
  await expectEqual(shared);
  const after = await world.db.selectFrom('email_messages').select(['id', 'thread_id']).execute();
  expect(after).toEqual(expect.arrayContaining(before));
  const rows = await world.db.selectFrom('email_thread_mailboxes').select('watcher_id').execute();
  expect(new Set(rows.map((row) => row.watcher_id))).toEqual(new Set([shared]));
});

it('its next holder connects it, and is shown what is in it; the last one may not come back meanwhile', async () => {
  const first = world.person(ROLE);
  await world.connect(first);
  await world.sync(first);
  await leave(first);
  const gone = world.store.folder(ROLE, 'inbox').messages[0]?.id ?? '';
  world.store.deliver(ROLE, 'inbox', letter('For the next'));
  world.store.deleteMessage(ROLE, gone, { permanent: true });
  const next = world.person('successor@corvina.test');
  expect((await world.connect(next, { account: ROLE })).refusal).toBeNull();
  expect(await world.sync(next)).toMatchObject({ outcome: 'synced' });
  const { id } = await world.watcher(next);
  await expectEqual(id);
  // What was deleted before is not handed over.
  const rows = await world.db.selectFrom('email_messages').select(['message_id', 'watcher_id']).execute();
  expect(rows.find((row) => row.message_id === gone)?.watcher_id).not.toBe(id);
  expect((await world.connect(first)).refusal).toMatchObject({ code: 'mailbox_in_use' });
});

it('whoever Microsoft lets in takes over from an opener whom it no longer lets in', async () => {
  await connectForShared(engineer);
  await connectForShared(eto);
  const shared = await add(engineer);
  await sync(shared);
  const closed = world.sandbox.faults.add({
    match: { path: '/users/' },
    count: 100,
    fault: { status: 403, code: 'ErrorAccessDenied' },
  });
  expect(await sync(shared)).toMatchObject({ outcome: 'degraded' });
  world.sandbox.faults.remove(closed.id);
  expect(await add(eto)).toBe(shared);
  const watcher = await world.db
    .selectFrom('email_watchers')
    .select('user_id')
    .where('id', '=', shared)
    .executeTakeFirst();
  expect(watcher?.user_id).toBe(eto.userId);
  expect(await sync(shared)).toMatchObject({ outcome: 'synced' });
  await expectEqual(shared);
});

it('one that is throttled is not asked for by whoever wants to read it too', async () => {
  await connectForShared(engineer);
  await connectForShared(eto);
  const shared = await add(engineer);
  world.sandbox.faults.add({
    match: { path: '/users/' },
    fault: { name: 'TooManyRequests', retry_after: { seconds: 60 } },
  });
  expect(await sync(shared)).toMatchObject({ outcome: 'throttled' });
  await expect(add(eto)).rejects.toMatchObject({ code: 'throttled' });
  expectGoodConduct(world.sandbox);
});
