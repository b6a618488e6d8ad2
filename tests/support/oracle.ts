// The true state of a sandbox mailbox beside our rows: after any story the two must be the same.
import type { Kysely } from 'kysely';
import { expect } from 'vitest';

import type { TenantSchema } from '#tenants/schema.ts';

import type { Folder, SandboxStore, StoredMessage } from '../../sandbox/store/types.ts';

export type SeenMessage = {
  folder: string | null;
  subject: string | null;
  from: string | null;
  to: (string | null)[];
  isRead: boolean;
  isDraft: boolean;
  receivedAt: string | null;
  internetMessageId: string | null;
  conversationId: string | null;
  flag: string;
  categories: string[];
  importance: string | null;
  hasAttachments: boolean;
};

export type SeenFolder = {
  name: string;
  parent: string | null;
  wellKnown: string | null;
  total: number;
  unread: number;
};

/** What the mailbox holds, as Graph would show it: by immutable id, without search folders. */
export function truthOf(store: SandboxStore, address: string) {
  const mailbox = store.mailbox(address);
  if (!mailbox) throw new Error(`no mailbox ${address}`);
  const folders = [...mailbox.folders.values()].filter((folder) => isInTree(folder));
  const messages = [...mailbox.messages.values()].filter(
    (message) => message.exists && folders.includes(message.placement.folder),
  );
  return {
    folders: Object.fromEntries(folders.map((folder) => [folder.id, trueFolder(folder)])),
    messages: Object.fromEntries(messages.map((message) => [message.id, trueMessage(message)])),
  };
}

// What is deleted for good is kept aside for a while, in a folder outside the tree.
const ASIDE = new Set(['recoverableitemsdeletions', 'searchfolders']);

function isInTree(folder: Folder): boolean {
  if (!folder.exists || folder.search || folder.parent === null) return false;
  for (let at: Folder | null = folder; at; at = at.parent) {
    if (!at.exists || ASIDE.has(at.wellKnownName ?? '')) return false;
  }
  return true;
}

const KNOWN = ['inbox', 'sentitems', 'drafts', 'deleteditems', 'junkemail', 'outbox', 'archive'];

function trueFolder(folder: Folder): SeenFolder {
  const name = folder.wellKnownName;
  return {
    name: folder.displayName,
    parent: folder.parent?.id ?? null,
    wellKnown: name !== null && KNOWN.includes(name) ? name : null,
    total: folder.messages.length,
    unread: folder.unread,
  };
}

function trueMessage(message: StoredMessage): SeenMessage {
  const omitted = (field: string) => (message.omit as string[]).includes(field);
  return {
    folder: message.placement.folder.id,
    subject: omitted('subject') ? null : message.subject,
    from: omitted('from') ? null : (message.from?.address ?? null),
    to: omitted('toRecipients') ? [] : message.to.map((to) => to.address),
    isRead: message.isRead,
    isDraft: message.isDraft,
    receivedAt: omitted('receivedDateTime') ? null : `${message.receivedAt.toISOString().slice(0, 19)}.000Z`,
    internetMessageId: omitted('internetMessageId') ? null : message.internetMessageId,
    conversationId: message.conversationId,
    flag: message.flag.flagStatus,
    categories: message.categories,
    importance: message.importance,
    hasAttachments: message.attachments.some(
      (attachment) => attachment.kind !== 'file' || !attachment.isInline,
    ),
  };
}

/** What we hold of a mailbox, in the same form. `db` must see past row-level security. */
export async function copyOf(db: Kysely<TenantSchema>, watcherId: string) {
  const folders = await db
    .selectFrom('email_folders')
    .selectAll()
    .where('watcher_id', '=', watcherId)
    .where('removed_at', 'is', null)
    .where('is_search', '=', false)
    .execute();
  const messages = await db
    .selectFrom('email_messages')
    .selectAll()
    .where('watcher_id', '=', watcherId)
    .where('removed_at', 'is', null)
    .execute();
  return {
    folders: Object.fromEntries(
      folders.map((row): [string, SeenFolder] => [
        row.provider_folder_id,
        {
          name: row.display_name,
          parent: row.parent_folder_id,
          wellKnown:
            row.well_known_name !== null && KNOWN.includes(row.well_known_name) ? row.well_known_name : null,
          total: row.total_item_count,
          unread: row.unread_item_count,
        },
      ]),
    ),
    messages: Object.fromEntries(
      messages.map((row): [string, SeenMessage] => [
        row.message_id,
        {
          folder: row.parent_folder_id,
          subject: row.subject,
          from: row.from_address,
          to: row.to_addresses.map((to) => to.address),
          isRead: row.is_read,
          isDraft: row.is_draft,
          receivedAt: row.received_at?.toISOString() ?? null,
          internetMessageId: row.internet_message_id,
          conversationId: row.conversation_id,
          flag: (row.flag as { flagStatus?: string } | null)?.flagStatus ?? 'notFlagged',
          categories: row.categories,
          importance: row.importance,
          hasAttachments: row.has_attachments,
        },
      ]),
    ),
  };
}

/** Fails with the difference when our copy is not the mailbox. Nothing may be left in doubt either. */
export async function expectEqualToMailbox(
  store: SandboxStore,
  address: string,
  { db, watcherId }: { db: Kysely<TenantSchema>; watcherId: string },
): Promise<void> {
  const copy = await copyOf(db, watcherId);
  const truth = truthOf(store, address);
  expect(copy.messages).toEqual(truth.messages);
  expect(copy.folders).toEqual(truth.folders);
  const doubted = await db
    .selectFrom('email_messages')
    .select('message_id')
    .where('watcher_id', '=', watcherId)
    .where('removal_suspected_at', 'is not', null)
    .execute();
  expect(doubted).toEqual([]);
  await expectThreadsInStep(db, watcherId);
}

/** The inbox list must say what the messages say. */
async function expectThreadsInStep(db: Kysely<TenantSchema>, watcherId: string): Promise<void> {
  const messages = await db
    .selectFrom('email_messages as m')
    .innerJoin('email_folders as f', (join) =>
      join
        .onRef('f.watcher_id', '=', 'm.watcher_id')
        .onRef('f.provider_folder_id', '=', 'm.parent_folder_id'),
    )
    .select(['m.thread_id', 'm.is_read'])
    .where('m.watcher_id', '=', watcherId)
    .where('m.removed_at', 'is', null)
    .where('m.is_draft', '=', false)
    .where('f.in_inbox', '=', true)
    .execute();
  const expected = new Map<string, number>();
  for (const { thread_id, is_read } of messages) {
    expected.set(thread_id, (expected.get(thread_id) ?? 0) + (is_read ? 0 : 1));
  }
  const rows = await db
    .selectFrom('email_thread_mailboxes')
    .select(['thread_id', 'unread_count'])
    .where('watcher_id', '=', watcherId)
    .where('in_inbox', '=', true)
    .execute();
  expect(new Set(rows.map((row) => row.thread_id))).toEqual(new Set(expected.keys()));
}
