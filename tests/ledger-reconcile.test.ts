// Once a day counts are compared with Microsoft's: what delta never told is found and repaired, and what only looks
// wrong is left alone.
import { afterEach, beforeEach, describe, expect, it } from 'vitest';

import type { Principal } from '#directory/principal.ts';

import { createMailWorld, type MailWorld } from './support/mail.ts';
import { fillMailbox, letter } from './support/mail-story.ts';

const MINUTE = 60_000;
const DAY = 24 * 60 * MINUTE;

let world: MailWorld;
let engineer: Principal;
let address: string;

beforeEach(async () => {
  world = await createMailWorld();
  engineer = world.person('chief.engineer@corvina.test');
  address = engineer.email;
  fillMailbox(world.store, address);
  await world.connect(engineer);
  await world.sync(engineer);
  await makeDue();
});
afterEach(() => world.close());

const makeDue = () =>
  world.db.updateTable('email_watchers').set({ next_reconcile_at: world.clock.now() }).execute();
/** The round that compares; a quarter of an hour later, the next one. */
const round = async () => {
  world.clock.forward(15 * MINUTE);
  return world.sync(engineer);
};
const gaps = () => world.gaps(engineer);
const firstIn = (folder: string) => world.store.folder(address, folder).messages[0]?.id ?? '';

describe('a mailbox whose counts agree', () => {
  it('is compared once a day, at the cost of two requests', async () => {
    const quiet = await world.sync(engineer, {});
    expect(quiet).toMatchObject({ outcome: 'synced', reconciliation: 'equal' });
    const { reconciled_at, next_reconcile_at } = await world.watcher(engineer);
    expect(reconciled_at).not.toBeNull();
    const ahead = next_reconcile_at.getTime() - world.clock.now().getTime();
    expect(ahead).toBeGreaterThan(0.8 * DAY);
    expect(ahead).toBeLessThan(1.2 * DAY);
    const next = await round();
    expect(next).toMatchObject({ outcome: 'synced', reconciliation: null });
    expect(quiet.requests - next.requests).toBe(2);
    expect(await gaps()).toEqual([]);
  });
});

describe('a mailbox that differs', () => {
  it.each([
    [
      'a message that delta never told of',
      () => world.db.deleteFrom('email_messages').where('message_id', '=', firstIn('inbox')).execute(),
    ],
    [
      'a message that is gone without a tombstone',
      async () => {
        const id = firstIn('inbox');
        world.store.deleteMessage(address, id, { permanent: true });
        await world.sync(engineer);
        await makeDue();
        await world.db
          .updateTable('email_messages')
          .set({ removed_at: null })
          .where('message_id', '=', id)
          .execute();
      },
    ],
    [
      'read state that changed unseen',
      () =>
        world.db
          .updateTable('email_messages')
          .set((eb) => ({ is_read: eb.not('is_read') }))
          .where('message_id', '=', firstIn('inbox'))
          .execute(),
    ],
  ])('by %s is repaired at the second look, and that folder alone is read again', async (_, damage) => {
    await damage();
    expect(await round()).toMatchObject({ outcome: 'synced', reconciliation: 'suspicious' });
    expect(await gaps()).toEqual([]);
    expect(await round()).toMatchObject({
      outcome: 'synced',
      reconciliation: 'repaired',
      ledger: { opened: ['count_mismatch'], repaired: ['count_mismatch'] },
    });
    await world.expectEqual(engineer);
    expect(await gaps()).toMatchObject([
      { kind: 'count_mismatch', folder: 'Inbox', found: 1, repaired_at: expect.any(Date) },
    ]);
    const again = await world.db
      .selectFrom('email_folders')
      .select('well_known_name')
      .where('round', '>', 1)
      .execute();
    expect(again).toEqual([{ well_known_name: 'inbox' }]);
    expect(await round()).toMatchObject({ reconciliation: null });
  });

  it('by a folder we never heard of gets it from the whole tree', async () => {
    const { id } = world.store.folder(address, 'Yard period');
    const gone = await world.db
      .deleteFrom('email_messages')
      .where('parent_folder_id', '=', id)
      .returning('thread_id')
      .execute();
    const threads = gone.map((row) => row.thread_id);
    await world.db.deleteFrom('email_threads').where('id', 'in', threads).execute();
    await world.db.deleteFrom('email_folders').where('provider_folder_id', '=', id).execute();
    expect(await round()).toMatchObject({ outcome: 'synced', reconciliation: 'equal' });
    await world.expectEqual(engineer);
  });
});

describe('a mailbox that only looks different', () => {
  it('because mail arrives while one counts is not touched', async () => {
    const busy = (subject: string) =>
      world.sync(engineer, {
        onProgress: () => void world.store.deliver(address, 'Yard period', letter(subject)),
      });
    world.store.deliver(address, 'inbox', letter('One'));
    await busy('Two');
    world.clock.forward(15 * MINUTE);
    expect(await round()).toMatchObject({ outcome: 'synced', reconciliation: 'equal' });
    expect(await gaps()).toEqual([]);
    await world.expectEqual(engineer);
  });

  it('because a folder holds items that are no mail is not read again', async () => {
    // Contacts among the deleted: Microsoft counts them, and no list of messages shows them.
    world.store.setOtherItems(address, 'deleteditems', 2);
    const { id } = await world.db
      .selectFrom('email_folders')
      .select('id')
      .where('well_known_name', '=', 'deleteditems')
      .executeTakeFirstOrThrow();
    expect((await round()).reconciliation).toBe('suspicious');
    expect((await round()).reconciliation).toBe('equal');
    await makeDue();
    expect((await round()).reconciliation).toBe('equal');
    expect(await gaps()).toEqual([]);
    const known = await world.db.selectFrom('email_folder_counts').selectAll().execute();
    expect(known).toMatchObject([{ folder_id: id, other_total: 2, differs_total: 0 }]);
  });
});
