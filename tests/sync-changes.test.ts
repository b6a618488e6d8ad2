// Everything that can happen to mail between two rounds: after the next one, our copy is the mailbox.
import { afterEach, beforeEach, describe, expect, it } from 'vitest';

import type { Principal } from '#directory/principal.ts';

import { createMailWorld, type MailWorld } from './support/mail.ts';
import { fillMailbox, letter } from './support/mail-story.ts';

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
});
afterEach(() => world.close());

/** One more round, without faults, after which everything must be equal. */
async function settle(): Promise<void> {
  expect(await world.sync(engineer)).toMatchObject({ outcome: 'synced' });
  await world.expectEqual(engineer);
}

const find = (subject: string) => {
  const found = [...(world.store.mailbox(address)?.messages.values() ?? [])].find(
    (message) => message.subject === subject,
  );
  if (!found) throw new Error(`no mail about ${subject}`);
  return found;
};

const rowOf = (messageId: string) =>
  world.db
    .selectFrom('email_messages')
    .selectAll()
    .where('message_id', '=', messageId)
    .executeTakeFirstOrThrow();

describe('a message', () => {
  it('arrives', async () => {
    world.store.deliver(address, 'inbox', letter('New filters'));
    await settle();
  });

  it('is read, unread, flagged and put in a category, and keeps everything else', async () => {
    const { id } = find('Daily report 1');
    const before = await rowOf(id);
    world.store.updateMessage(address, id, { isRead: true });
    world.store.updateMessage(address, find('Daily report 2').id, { isRead: false });
    world.store.updateMessage(address, find('Daily report 3').id, {
      flag: 'complete',
      categories: ['Done', 'Deck'],
    });
    await settle();
    const after = await rowOf(id);
    expect(after.is_read).toBe(true);
    expect(after.body_text).toBe(before.body_text);
    expect(after.body_text).toContain('Daily report 1');
  });

  it('moves and stays the same row', async () => {
    const { id } = find('Daily report 4');
    const before = await rowOf(id);
    world.store.moveMessage(address, id, 'Yard period');
    await settle();
    expect(await rowOf(id)).toMatchObject({ id: before.id, thread_id: before.thread_id });
  });

  it('moves there and back while delta tells only of the leaving', async () => {
    world.sandbox.settings.quirks.abaLost = true;
    const { id } = find('Daily report 5');
    world.store.moveMessage(address, id, 'Yard period');
    world.store.moveMessage(address, id, 'inbox');
    await settle();
    expect((await rowOf(id)).removed_at).toBeNull();
  });

  it('comes, leaves and comes back before it was ever seen, while delta tells only of the leaving', async () => {
    world.sandbox.settings.quirks.abaLost = true;
    const { id } = world.store.deliver(address, 'inbox', letter('Gone for lunch'));
    world.store.moveMessage(address, id, 'Yard period');
    world.store.moveMessage(address, id, 'inbox');
    const gone = world.store.deliver(address, 'inbox', letter('Gone for good'));
    world.store.moveMessage(address, gone.id, 'Yard period');
    world.store.moveMessage(address, gone.id, 'inbox');
    world.store.deleteMessage(address, gone.id, { permanent: true });
    await settle();
    expect((await rowOf(id)).subject).toBe('Gone for lunch');
  });

  it('moves before a folder is read that is later in the plan, and before one that is earlier', async () => {
    world.store.moveMessage(address, find('Crane times').id, 'inbox');
    world.store.moveMessage(address, find('Daily report 6').id, 'junkemail');
    await settle();
  });

  it('is deleted, deleted for good, and restored', async () => {
    const gone = find('Daily report 7').id;
    world.store.deleteMessage(address, find('Daily report 8').id);
    world.store.deleteMessage(address, find('Daily report 9').id, { permanent: true });
    // Into Deleted Items, and out of it: what Outlook can still recover.
    world.store.deleteMessage(address, gone);
    world.store.deleteMessage(address, gone);
    await settle();
    const removed = await rowOf(gone);
    expect(removed.removed_at).not.toBeNull();

    world.store.restoreMessage(address, gone);
    await settle();
    expect(await rowOf(gone)).toMatchObject({
      id: removed.id,
      thread_id: removed.thread_id,
      removed_at: null,
    });
  });

  it('vanishes by the hundred', async () => {
    world.store.bulk(address, { count: 250, seed: 7, folder: 'Yard period' });
    await settle();
    for (const message of [...world.store.folder(address, 'Yard period').messages]) {
      world.store.deleteMessage(address, message.id, { permanent: true });
    }
    await settle();
  });

  it('is edited as a draft, and sent', async () => {
    const { id } = find('Half a letter');
    world.store.updateMessage(address, id, {
      subject: 'A whole letter',
      body: { contentType: 'html', content: '<p>Now with an end.</p>' },
      to: [{ name: 'Agent', address: 'agent@port.test' }],
    });
    await settle();
    expect(await rowOf(id)).toMatchObject({
      subject: 'A whole letter',
      body_text: expect.stringContaining('with an end'),
    });
    world.store.sendMessage(address, id);
    await settle();
  });

  it('comes back as a change before it was ever seen, and cannot be asked for at that moment', async () => {
    const { id } = world.store.deliver(address, 'inbox', letter('Seen late'));
    await settle();
    const { thread_id } = await rowOf(id);
    await world.db.deleteFrom('email_messages').where('message_id', '=', id).execute();
    await world.db.deleteFrom('email_thread_mailboxes').where('thread_id', '=', thread_id).execute();
    world.store.updateMessage(address, id, { isRead: true });
    const fault = { status: 500, code: 'ErrorInternalServerError' };
    world.sandbox.faults.add({ match: { path: '/me/messages/' }, count: 4, fault });
    await world.sync(engineer);
    await settle();
    expect((await rowOf(id)).subject).toBe('Seen late');
  });

  it('comes back as a change before it was ever seen', async () => {
    const { id } = world.store.deliver(address, 'inbox', letter('Seen late'));
    await settle();
    const { thread_id } = await rowOf(id);
    await world.db.deleteFrom('email_messages').where('message_id', '=', id).execute();
    await world.db.deleteFrom('email_thread_mailboxes').where('thread_id', '=', thread_id).execute();
    world.store.updateMessage(address, id, { isRead: true });
    await settle();
    expect((await rowOf(id)).subject).toBe('Seen late');
  });
});

describe('a folder', () => {
  it('is made, filled, renamed and moved', async () => {
    const folder = world.store.createFolder(address, { name: 'Class', parent: 'inbox' });
    world.store.deliver(address, folder.id, letter('Survey due'));
    await settle();
    world.store.renameFolder(address, folder.id, 'Class and flag');
    world.store.moveFolder(address, folder.id, 'Yard period');
    await settle();
  });

  it('goes to Deleted Items with its mail, which leaves the inbox list', async () => {
    world.store.deleteFolder(address, 'Inbox/Vendors');
    await settle();
    const rows = await world.db
      .selectFrom('email_thread_mailboxes')
      .select('subject')
      .where('in_inbox', '=', true)
      .execute();
    expect(rows.map((row) => row.subject)).not.toContain('Price list');
  });

  it('is deleted for good with everything below it', async () => {
    world.store.deleteFolder(address, 'Inbox/Vendors', { permanent: true });
    await settle();
  });

  it('is deleted and made again under the same name', async () => {
    world.store.deleteFolder(address, 'Yard period', { permanent: true });
    world.store.createFolder(address, { name: 'Yard period' });
    world.store.deliver(address, 'Yard period', letter('Crane times, again'));
    await settle();
  });
});

describe('delta as it is in the field', () => {
  it('repeats, shuffles, sends empty pages and tombstones of strangers', async () => {
    Object.assign(world.sandbox.settings.quirks, {
      shuffle: true,
      duplicates: true,
      emptyPages: true,
      unknownTombstones: true,
    });
    for (let n = 0; n < 40; n += 1) world.store.deliver(address, 'inbox', letter(`Burst ${n}`));
    world.store.moveMessage(address, find('Daily report 9').id, 'archive');
    world.store.deleteMessage(address, find('Daily report 10').id, { permanent: true });
    await settle();
  });

  it('shows a move late', async () => {
    world.sandbox.settings.quirks.lateVisibilityMs = 60_000;
    world.store.moveMessage(address, find('Daily report 11').id, 'Yard period');
    await world.sync(engineer);
    world.sandbox.settings.quirks.lateVisibilityMs = 0;
    await settle();
  });
});

describe('what odd mail does', () => {
  it('costs a field at most, never the page', async () => {
    world.store.deliver(
      address,
      'inbox',
      letter('NUL \u0000 and half \ud83d', { body: { contentType: 'text', content: 'a\u0000b\udc00' } }),
    );
    world.store.deliver(
      address,
      'inbox',
      letter('Nobody', {
        from: null,
        omit: [
          'from',
          'sender',
          'receivedDateTime',
          'internetMessageId',
          'body',
          'bodyPreview',
          'toRecipients',
        ],
      }),
    );
    world.store.deliver(
      address,
      'inbox',
      letter('Large', { body: { contentType: 'text', content: 'x'.repeat(1_500_000) } }),
    );
    world.store.deliver(address, 'inbox', letter('After them'));
    expect(await world.sync(engineer)).toMatchObject({ outcome: 'synced' });
    const rows = await world.db
      .selectFrom('email_messages')
      .select(['subject', 'sync_level', 'body_text'])
      .execute();
    const bySubject = new Map(rows.map((row) => [row.subject, row]));
    expect(bySubject.get('After them')).toBeDefined();
    expect(bySubject.get('Nobody')).toBeDefined();
    expect([...bySubject.keys()].some((subject) => subject?.startsWith('NUL  and half'))).toBe(true);
    expect(bySubject.get('Large')).toMatchObject({ sync_level: 'partial' });
  });
});
