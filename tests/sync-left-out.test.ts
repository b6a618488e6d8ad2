// A folder that cannot be read, for good or for long: the mailbox goes on without it and says so, and once it can be
// read again nothing is missing.
import { afterEach, beforeEach, describe, expect, it } from 'vitest';

import type { Principal } from '#directory/principal.ts';
import { watchersSchedule } from '#mailboxes/due-watchers.ts';
import { openGap } from '#mailboxes/gaps.ts';
import { setSyncInterval } from '#mailboxes/interval.ts';
import { listNotices } from '#mailboxes/notices.ts';
import { attend } from '#mailboxes/oversight.ts';
import { getWatcher } from '#mailboxes/watchers.ts';
import { asWorker, type TenantWriter } from '#tenants/tenants.ts';

import { createMailWorld, type MailWorld } from './support/mail.ts';
import { fillMailbox, letter } from './support/mail-story.ts';

const MINUTE = 60_000;
const HOUR = 60 * MINUTE;
const VENDORS = 'Inbox/Vendors';

let world: MailWorld;
let engineer: Principal;
let address: string;

beforeEach(async () => {
  world = await createMailWorld();
  engineer = world.person('chief.engineer@corvina.test');
  address = engineer.email;
  fillMailbox(world.store, address);
  await world.connect(engineer);
});
afterEach(() => world.close());

const transact = <T>(fn: (tx: TenantWriter) => Promise<T>) =>
  world.tenants.transact(asWorker(world.yachtId), fn);
const state = async () => {
  const { id } = await world.watcher(engineer);
  return transact((tx) => getWatcher(tx, id, world.clock.now()));
};
const folderState = async (name: string) => (await state()).folders.find((folder) => folder.name === name);
const gaps = () => world.gaps(engineer);
const notices = () => transact((tx) => listNotices(tx, world.clock.now()));
const close = (folder: string) =>
  world.sandbox.faults.add({
    match: { path: world.store.folder(address, folder).id.replaceAll('=', '') },
    count: 100_000,
    fault: { status: 403, code: 'ErrorAccessDenied' },
  });
/** Rounds as the schedule has them, a quarter of an hour apart, with the sweep between. */
async function rounds(count: number) {
  for (let n = 0; n < count; n += 1) {
    world.clock.forward(15 * MINUTE);
    await world.sync(engineer);
    await transact((tx) => attend(tx, world.clock.now()));
  }
}

const INCOMPLETE = { outcome: 'degraded', code: 'folders_incomplete' };
const WITHOUT = { outcome: 'synced', code: 'folders_left_out' };

describe('a folder that is closed from the beginning', () => {
  it('keeps the mailbox in its first sync for half an hour, then is left out by name', async () => {
    close(VENDORS);
    expect(await world.sync(engineer)).toMatchObject(INCOMPLETE);
    world.clock.forward(10 * MINUTE);
    expect(await world.sync(engineer)).toMatchObject(INCOMPLETE);
    expect(await state()).toMatchObject({ first_sync_done: false, complete_up_to: null });
    expect(await gaps()).toEqual([]);
    world.clock.forward(25 * MINUTE);
    const before = world.clock.now();
    expect(await world.sync(engineer)).toMatchObject({ ...WITHOUT, ledger: { opened: ['folder_unread'] } });

    const watcher = await state();
    expect(watcher).toMatchObject({
      status: 'degraded',
      first_sync_done: true,
      folders_left_out: 1,
      problem: { code: 'folders_left_out', advice: expect.stringContaining('sync page') },
    });
    expect(watcher.complete_up_to?.getTime()).toBeGreaterThanOrEqual(before.getTime());
    expect(await folderState('Vendors')).toMatchObject({
      problem: { code: 'graph_forbidden', advice: expect.stringContaining('share') },
      failing_since: expect.any(Date),
    });
    expect(await folderState('Inbox')).toMatchObject({ problem: null, failing_since: null });
    expect(await gaps()).toMatchObject([
      { kind: 'folder_unread', folder: 'Vendors', detail: 'graph_forbidden', since: null, repaired_at: null },
    ]);
  });

  it('costs the rest of the mailbox nothing: not its lane, its comparison, its gaps, its good name', async () => {
    close(VENDORS);
    await world.sync(engineer);
    await rounds(8);
    const { id, whole_requested_at } = await world.watcher(engineer);
    expect(whole_requested_at).toBeNull();
    expect(await notices()).toEqual([]);
    const missed = { watcherId: id, kind: 'push_missed', at: world.clock.now() } as const;
    await transact((tx) => openGap(tx, missed));
    await rounds(1);
    const open = (await gaps()).filter(({ repaired_at }) => repaired_at === null);
    expect(open).toMatchObject([{ kind: 'folder_unread', folder: 'Vendors' }]);
    world.clock.forward(30 * HOUR);
    const { due } = await transact((tx) => watchersSchedule(tx, world.clock.now(), 10));
    expect(due).toEqual([{ id, catchesUp: false }]);
    expect(await world.sync(engineer)).toMatchObject({ ...WITHOUT, reconciliation: 'equal' });
    expect((await state()).reconciled_at).not.toBeNull();
  });

  it('leaves the mailbox to its interval, also to a shorter one', async () => {
    close(VENDORS);
    await rounds(8);
    const { id: watcherId } = await world.watcher(engineer);
    await world.db.updateTable('email_watchers').set({ sync_interval_minutes: 1440 }).execute();
    await rounds(1);
    const now = world.clock.now();
    const { userId, yachtId, role } = engineer;
    const asEngineer = { yachtId, caller: { kind: 'person', userId, role } } as const;
    const { next_sync_at } = await world.tenant.tenants.transact(asEngineer, (tx) =>
      setSyncInterval(tx, engineer, { watcherId, minutes: 15, now }),
    );
    expect(next_sync_at).toEqual(new Date(now.getTime() + 15 * 60_000));
  });

  it('is not taken for the whole mailbox, though it be among the first', async () => {
    for (const folder of ['inbox', 'sentitems', VENDORS]) close(folder);
    expect(await world.sync(engineer)).toMatchObject(INCOMPLETE);
    const read = (await state()).folders.filter((folder) => folder.phase === 'delta');
    expect(read.length).toBeGreaterThan(3);
    await rounds(3);
    expect(await state()).toMatchObject({ first_sync_done: true, folders_left_out: 3 });
  });

  it('has its mail filled in once it opens', async () => {
    const closed = close(VENDORS);
    await world.sync(engineer);
    await rounds(4);
    world.store.deliver(address, VENDORS, letter('Came while it was closed'));
    world.sandbox.faults.remove(closed.id);
    const inside = world.store.folder(address, VENDORS).messages.length;
    expect(await world.sync(engineer)).toMatchObject({
      outcome: 'synced',
      code: null,
      ledger: { repaired: ['folder_unread'] },
    });
    expect(await state()).toMatchObject({ status: 'active', folders_left_out: 0, problem: null });
    expect(await folderState('Vendors')).toMatchObject({ problem: null, failing_since: null });
    expect(await gaps()).toMatchObject([{ found: inside, repaired_at: expect.any(Date) }]);
    await world.expectEqual(engineer);
  });
});

describe('a mailbox in sync', () => {
  beforeEach(() => world.sync(engineer));

  it('goes on without a folder that is poisoned for good, and complete is what it says without it', async () => {
    const { complete_up_to } = await state();
    const before = await folderState('Inbox');
    const { id } = world.store.deliver(address, 'inbox', letter('Poison'));
    world.store.poisonMessage(address, id, 'always');
    await rounds(1);
    expect(await state()).toMatchObject({ complete_up_to, problem: { code: 'folders_incomplete' } });
    await rounds(6);
    const watcher = await state();
    expect(watcher).toMatchObject({ status: 'degraded', folders_left_out: 1 });
    expect(watcher.complete_up_to?.getTime()).toBeGreaterThan(world.clock.now().getTime() - MINUTE);
    expect(await notices()).toEqual([]);
    expect(await gaps()).toMatchObject([
      { kind: 'folder_unread', folder: 'Inbox', since: before?.synced_at, repaired_at: null },
    ]);
    world.store.poisonMessage(address, id, null);
    expect(await world.sync(engineer)).toMatchObject({ outcome: 'synced', code: null });
    expect(await gaps()).toMatchObject([{ kind: 'folder_unread', repaired_at: expect.any(Date) }]);
    await world.expectEqual(engineer);
  });

  it('is not complete without the inbox because that failed twice, well between', async () => {
    for (let n = 0; n < 3; n += 1) {
      const closed = close('inbox');
      world.store.deliver(address, 'inbox', letter(`Late ${n}`));
      await rounds(1);
      expect((await state()).problem).toMatchObject({ code: 'folders_incomplete' });
      world.sandbox.faults.remove(closed.id);
      await rounds(1);
      expect((await state()).problem).toBeNull();
    }
    expect(await gaps()).toEqual([]);
    await world.expectEqual(engineer);
  });

  it('goes on without an answer about one message, whose folder is named', async () => {
    const { id } = world.store.deliver(address, VENDORS, letter('In doubt'));
    await world.sync(engineer);
    world.store.poisonMessage(address, id, 'id');
    await world.db
      .updateTable('email_messages')
      .set({ removal_suspected_at: world.clock.now() })
      .where('message_id', '=', id)
      .execute();
    expect(await world.sync(engineer)).toMatchObject(INCOMPLETE);
    await rounds(3);
    expect(await state()).toMatchObject({ folders_left_out: 1 });
    expect(await folderState('Vendors')).toMatchObject({ problem: { code: 'message_unanswered' } });
    expect(await gaps()).toMatchObject([{ kind: 'folder_unread', folder: 'Vendors', repaired_at: null }]);
    world.store.poisonMessage(address, id, null);
    expect(await world.sync(engineer)).toMatchObject({ outcome: 'synced', code: null });
    expect(await gaps()).toMatchObject([{ repaired_at: expect.any(Date) }]);
    expect(await folderState('Vendors')).toMatchObject({ problem: null });
    await world.expectEqual(engineer);
  });

  it('forgets the trouble of a folder that went, and of one that came back', async () => {
    close(VENDORS);
    world.store.deliver(address, VENDORS, letter('Behind a closed door'));
    await rounds(4);
    expect(await gaps()).toMatchObject([{ kind: 'folder_unread', repaired_at: null }]);
    world.store.deleteFolder(address, world.store.folder(address, VENDORS).id, { permanent: true });
    await rounds(2);
    expect(await gaps()).toMatchObject([{ kind: 'folder_unread', repaired_at: expect.any(Date) }]);
    expect(await state()).toMatchObject({ folders_left_out: 0 });
  });
});

it('a mailbox of which no folder can be read is never called complete', async () => {
  world.sandbox.faults.add({
    match: { path: 'mailFolders.*messages' },
    count: 100_000,
    fault: { status: 403, code: 'ErrorAccessDenied' },
  });
  await world.sync(engineer);
  await rounds(6);
  expect(await state()).toMatchObject({
    ...{ first_sync_done: false, complete_up_to: null, status: 'degraded' },
    problem: { code: 'graph_forbidden' },
  });
  expect(await notices()).toMatchObject([{ kind: 'stale' }]);
});
