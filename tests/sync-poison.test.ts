// A message over which Microsoft itself stumbles: what it spoils is said, everything else goes on, and once it is
// mended nothing is missing.
import { sql } from 'kysely';
import { afterEach, beforeEach, expect, it } from 'vitest';

import type { Principal } from '#directory/principal.ts';
import { applyNudge } from '#sync/nudges.ts';
import { asWorker } from '#tenants/tenants.ts';

import { createMailWorld, type MailWorld } from './support/mail.ts';
import { fillMailbox, letter } from './support/mail-story.ts';

const HOUR = 3_600_000;

let world: MailWorld;
let engineer: Principal;

beforeEach(async () => {
  world = await createMailWorld();
  engineer = world.person('chief.engineer@corvina.test');
  fillMailbox(world.store, engineer.email);
  await world.connect(engineer);
  await world.sync(engineer);
});
afterEach(() => world.close());

const deliver = (folder: string, subject: string) =>
  world.store.deliver(engineer.email, folder, letter(subject));
const isHere = async (subject: string) =>
  (await world.db.selectFrom('email_messages').select('id').where('subject', '=', subject).execute()).length >
  0;
/** After so many rounds in trouble, an hour or more apart. */
const codeAfter = (rounds: number) => (rounds === 0 ? 'folders_incomplete' : 'folders_left_out');
const troubles = () =>
  world.db
    .selectFrom('email_folders')
    .select(['display_name', 'last_error'])
    .where('last_error', 'is not', null)
    .execute();

it.each(['page', 'body'] as const)('%s: holds up its folder alone', async (kind) => {
  const { id } = deliver('inbox', 'Poison');
  world.store.poisonMessage(engineer.email, id, kind);
  deliver('Inbox/Vendors', 'Elsewhere');
  expect(await world.sync(engineer)).toMatchObject({ outcome: 'degraded', code: 'folders_incomplete' });
  expect(await isHere('Elsewhere')).toBe(true);
  expect(await troubles()).toEqual([{ display_name: 'Inbox', last_error: 'graph_transient' }]);
  deliver('inbox', 'Behind it');
  world.store.poisonMessage(engineer.email, id, null);
  expect(await world.sync(engineer)).toMatchObject({ outcome: 'synced' });
  expect(await troubles()).toEqual([]);
  await world.expectEqual(engineer);
});

it.each(['page', 'body', 'always'] as const)(
  '%s: for good: what comes after it is read all the same',
  async (kind) => {
    const { id } = deliver('inbox', 'Poison');
    deliver('inbox', 'Beside it');
    world.store.poisonMessage(engineer.email, id, kind);
    await world.sync(engineer);
    const behind = deliver('inbox', 'Behind it');
    expect(await world.sync(engineer)).toMatchObject({ outcome: 'degraded', code: 'folders_incomplete' });
    expect([await isHere('Beside it'), await isHere('Behind it')]).toEqual([true, true]);
    expect(await troubles()).toEqual([{ display_name: 'Inbox', last_error: 'graph_transient' }]);
    world.store.updateMessage(engineer.email, behind.id, { isRead: true });
    await world.sync(engineer);
    const row = await world.db
      .selectFrom('email_messages')
      .select('is_read')
      .where('message_id', '=', behind.id)
      .executeTakeFirst();
    expect(row).toEqual({ is_read: true });
    world.store.poisonMessage(engineer.email, id, null);
    expect(await world.sync(engineer)).toMatchObject({ outcome: 'synced' });
    await world.expectEqual(engineer);
  },
);

it.each(['page', 'always'] as const)(
  '%s: for good: what leaves its folder is noticed all the same',
  async (kind) => {
    const [moving, going] = [deliver('inbox', 'Moving'), deliver('inbox', 'Going')];
    deliver('inbox', 'Staying');
    await world.sync(engineer);
    const { id } = deliver('inbox', 'Poison');
    world.store.poisonMessage(engineer.email, id, kind);
    await world.sync(engineer);
    world.store.moveMessage(engineer.email, moving.id, 'archive');
    world.store.deleteMessage(engineer.email, going.id, { permanent: true });
    expect(await world.sync(engineer)).toMatchObject({ outcome: 'degraded', code: 'folders_incomplete' });
    const rows = await world.db
      .selectFrom('email_messages as m')
      .innerJoin('email_folders as f', 'f.provider_folder_id', 'm.parent_folder_id')
      .select(['m.subject', 'f.display_name', sql<boolean>`m.removed_at is not null`.as('gone')])
      .where('m.subject', 'in', ['Moving', 'Going', 'Staying'])
      .orderBy('m.subject')
      .execute();
    expect(rows).toEqual([
      { subject: 'Going', display_name: 'Inbox', gone: true },
      { subject: 'Moving', display_name: 'Archive', gone: false },
      { subject: 'Staying', display_name: 'Inbox', gone: false },
    ]);
    world.store.poisonMessage(engineer.email, id, null);
    expect(await world.sync(engineer)).toMatchObject({ outcome: 'synced' });
    await world.expectEqual(engineer);
  },
);

it('that cannot be asked for by its id stays while it is in doubt, and holds up nothing', async () => {
  const { id } = deliver('inbox', 'Poison');
  await world.sync(engineer);
  world.store.poisonMessage(engineer.email, id, 'id');
  await world.db
    .updateTable('email_messages')
    .set({ removal_suspected_at: world.clock.now() })
    .where('message_id', '=', id)
    .execute();
  deliver('inbox', 'Beside it');
  expect(await world.sync(engineer)).toMatchObject({ outcome: 'degraded', code: 'folders_incomplete' });
  expect([await isHere('Poison'), await isHere('Beside it')]).toEqual([true, true]);
  world.store.poisonMessage(engineer.email, id, null);
  expect(await world.sync(engineer)).toMatchObject({ outcome: 'synced' });
  await world.expectEqual(engineer);
});

it('leaves the rest of the mailbox its interval, and its notifications', async () => {
  const { id } = deliver('archive', 'Poison');
  world.store.poisonMessage(engineer.email, id, 'always');
  for (let n = 0; n < 7; n += 1) {
    world.clock.forward(HOUR);
    expect(await world.sync(engineer)).toMatchObject({ code: codeAfter(n) });
  }
  const watcher = await world.watcher(engineer);
  // Past the pause between two rounds.
  world.clock.forward(3_000);
  const now = world.clock.now();
  expect((watcher.next_sync_at?.getTime() ?? 0) - now.getTime()).toBeLessThan(20 * 60_000);
  const nudge = { key: '', yachtId: world.yachtId, watcherId: watcher.id, version: '1', lifecycleEvents: [] };
  const effect = await world.tenants.transact(asWorker(world.yachtId), (tx) => applyNudge(tx, nudge, now));
  expect(effect.round).toBe('now');
});

it('does not keep the other folders from being compared with Microsoft’s counts', async () => {
  const { id } = deliver('archive', 'Poison');
  world.store.poisonMessage(engineer.email, id, 'always');
  // As if Microsoft had never told of it.
  await world.db.deleteFrom('email_messages').where('subject', '=', 'Daily report 3').execute();
  for (let n = 0; n < 5; n += 1) {
    world.clock.forward(20 * HOUR);
    expect(await world.sync(engineer)).toMatchObject({ code: codeAfter(n) });
  }
  expect(await isHere('Daily report 3')).toBe(true);
});

it('a message known by a few fields only is asked for until it is whole', async () => {
  const { id } = deliver('inbox', 'Seen late');
  world.sandbox.settings.quirks.sparse = true;
  world.store.poisonMessage(engineer.email, id, 'id');
  for (const isRead of [true, false]) {
    world.store.updateMessage(engineer.email, id, { isRead });
    await world.sync(engineer);
  }
  world.store.poisonMessage(engineer.email, id, null);
  expect(await world.sync(engineer)).toMatchObject({ outcome: 'synced' });
  await world.expectEqual(engineer);
});
