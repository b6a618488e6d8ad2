// Rows for tests of threads and links: mail put straight into a yacht's tables, the way the sync puts it there.
import { randomUUID } from 'node:crypto';

import { sql } from 'kysely';

import { openPool, type Pool } from '#db/connect.ts';
import { asWorker, type Tenants } from '#tenants/tenants.ts';
import { assignThreads, findKnownThreads, lockGrouping } from '#threads/assign.ts';
import { createThreads, readSurroundings } from '#threads/create.ts';
import { refreshThreads } from '#threads/refresh.ts';

export const YACHT = 'corvina';

export type Mailbox = { watcherId: string; userId: string; address: string };

export type Letter = {
  /** Graph's id; made up when left out. */
  id?: string;
  conversation?: string | null;
  mail?: string | null;
  subject?: string | null;
  text?: string;
  from?: string;
  to?: string[];
  at?: Date;
  folder?: 'inbox' | 'junk' | 'drafts';
  isRead?: boolean;
  isDraft?: boolean;
  hasAttachments?: boolean;
};

export type Delivered = { emailId: string; threadId: string; messageId: string };

/** A mailbox with an inbox, Junk and Drafts. */
export async function addMailbox(
  tenants: Tenants,
  address: string,
  userId: string = randomUUID(),
): Promise<Mailbox> {
  const watcherId = randomUUID();
  await tenants.transact(asWorker(YACHT), async (tx) => {
    await tx
      .insertInto('email_watchers')
      .values({
        id: watcherId,
        user_id: userId,
        yacht_id: YACHT,
        mailbox: address,
        microsoft_user_id: watcherId,
      })
      .execute();
    const folder = (name: string, in_inbox: boolean) => ({
      watcher_id: watcherId,
      user_id: userId,
      yacht_id: YACHT,
      provider_folder_id: `${watcherId}/${name}`,
      display_name: name,
      well_known_name: name,
      in_inbox,
    });
    const folders = [folder('inbox', true), folder('junk', false), folder('drafts', false)];
    await tx.insertInto('email_folders').values(folders).execute();
  });
  return { watcherId, userId, address };
}

let letters = 0;

/** Applies a page of letters to a mailbox: grouped, stored and summed up in one transaction. */
export async function deliver(tenants: Tenants, mailbox: Mailbox, page: Letter[]): Promise<Delivered[]> {
  const rows = page.map((letter) => rowOf(mailbox, letter));
  return tenants.transact(asWorker(YACHT), async (tx) => {
    await lockGrouping(tx);
    const keys = rows.map((row) => ({
      messageId: row.message_id,
      conversationId: row.conversation_id,
      internetMessageId: row.internet_message_id,
      subject: row.subject,
      at: row.received_at,
    }));
    const owner = { watcherId: mailbox.watcherId, yachtId: YACHT };
    const { threadOf, begun } = await assignThreads(tx, keys, await findKnownThreads(tx, owner, keys));
    // Empty, so that refreshThreads is what fills them.
    const watcher = { id: mailbox.watcherId, user_id: mailbox.userId };
    const surroundings = await readSurroundings(tx, watcher.id);
    await createThreads(tx, { watcher, surroundings, threads: begun, messages: [], threadOf });
    const values = rows.map((row) => ({ ...row, thread_id: threadOf.get(row.message_id) ?? '' }));
    const stored = await tx
      .insertInto('email_messages')
      .values(values)
      .onConflict((oc) =>
        oc.columns(['provider', 'message_id', 'yacht_id']).doUpdateSet({ is_read: sql`excluded.is_read` }),
      )
      .returning(['id', 'thread_id', 'message_id'])
      .execute();
    await refreshThreads(tx, [...threadOf.values()]);
    const byMessage = new Map(stored.map((row) => [row.message_id, row]));
    return rows.map((row) => {
      const { id = '', thread_id = '' } = byMessage.get(row.message_id) ?? {};
      return { emailId: id, threadId: thread_id, messageId: row.message_id };
    });
  });
}

function rowOf({ watcherId, userId, address }: Mailbox, letter: Letter) {
  letters += 1;
  const id = letter.id ?? `message-${letters}`;
  return {
    watcher_id: watcherId,
    user_id: userId,
    yacht_id: YACHT,
    message_id: id,
    conversation_id: letter.conversation === undefined ? `conversation-${id}` : letter.conversation,
    internet_message_id: letter.mail === undefined ? `<${id}@test>` : letter.mail,
    subject: letter.subject === undefined ? `Subject of ${id}` : letter.subject,
    body_preview: (letter.text ?? `Text of ${id}`).slice(0, 255),
    body_text: letter.text ?? `Text of ${id}`,
    from_address: letter.from ?? 'parts@yard.example',
    from_name: null,
    to_addresses: JSON.stringify((letter.to ?? [address]).map((to) => ({ name: null, address: to }))),
    received_at: letter.at ?? new Date(Date.UTC(2026, 0, 1, 0, letters)),
    is_read: letter.isRead ?? true,
    is_draft: letter.isDraft ?? false,
    has_attachments: letter.hasAttachments ?? false,
    parent_folder_id: `${watcherId}/${letter.folder ?? 'inbox'}`,
  };
}

/** A work order and a piece of equipment, with ids of their own. */
export async function addRecords(
  tenants: Tenants,
  numbers: string[],
): Promise<{ workOrders: string[]; equipment: string }> {
  return tenants.transact(asWorker(YACHT), async (tx) => {
    const equipment = await tx
      .insertInto('pms_equipment')
      .values({ yacht_id: YACHT, code: 'PMP-1', name: 'Bilge pump' })
      .returning('id')
      .executeTakeFirstOrThrow();
    const workOrders: string[] = [];
    for (const wo_number of numbers) {
      const row = await tx
        .insertInto('pms_work_orders')
        .values({
          yacht_id: YACHT,
          wo_number,
          title: `Title of ${wo_number}`,
          status: 'open',
          equipment_id: equipment.id,
        })
        .returning('id')
        .executeTakeFirstOrThrow();
      workOrders.push(row.id);
    }
    return { workOrders, equipment: equipment.id };
  });
}

/** The yacht's rows as the worker sees them, outside the door: row-level security binds the owner as well. */
export function openWorkersView(url: string): Pool {
  const view = new URL(url);
  view.searchParams.set('options', `-c role=celeste_worker -c celeste.yacht_id=${YACHT}`);
  return openPool(view.href, { max: 2, idleMs: 5_000 });
}
