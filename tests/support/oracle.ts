// The true state of a sandbox mailbox beside our rows: after any story the two must be the same, column by column.
import type { Kysely, Selectable } from 'kysely';
import { expect } from 'vitest';

import type { EmailMessagesTable, TenantSchema } from '#tenants/schema.ts';

import { messageRow } from '../../sandbox/graph/message-json.ts';
import type { SandboxStore } from '../../sandbox/store/sandbox-store.ts';
import type { Folder, StoredMessage } from '../../sandbox/store/types.ts';
import { expectThreadsInStep } from './thread-oracle.ts';

type Row = Selectable<EmailMessagesTable>;

/** Columns of email_messages that say nothing Microsoft could say otherwise. Every other one is compared. */
const OURS = [
  ...(['id', 'watcher_id', 'thread_id', 'user_id', 'yacht_id', 'provider', 'message_id'] as const),
  ...(['body_content', 'body_content_type', 'seen_round', 'removal_suspected_at'] as const),
  ...(['removed_at', 'synced_at'] as const),
];

/** A message as Graph shows it, in our columns; dates as ISO text. */
export type SeenMessage = {
  [Column in Exclude<keyof Row, (typeof OURS)[number]>]: Row[Column] extends Date | null
    ? string | null
    : Row[Column];
};

export type SeenFolder = {
  name: string;
  parent: string | null;
  wellKnown: string | null;
  hidden: boolean;
  inInbox: boolean;
  total: number;
  unread: number;
};

/** What the mailbox holds, as Graph would show it: by immutable id, without search folders. */
export function truthOf(store: SandboxStore, address: string) {
  const mailbox = store.mailbox(address);
  if (!mailbox) throw new Error(`no mailbox ${address}`);
  const folders = [...mailbox.folders.values()].filter(isInTree);
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
const OUTSIDE_INBOX = new Set(['junkemail', 'deleteditems', 'drafts', 'outbox']);

function* lineage(folder: Folder): Generator<Folder> {
  for (let at: Folder | null = folder; at; at = at.parent) yield at;
}

function isInTree(folder: Folder): boolean {
  if (!folder.exists || folder.search || folder.parent === null) return false;
  return [...lineage(folder)].every((at) => at.exists && !ASIDE.has(at.wellKnownName ?? ''));
}

const KNOWN = ['inbox', 'sentitems', 'drafts', 'deleteditems', 'junkemail', 'outbox', 'archive'];

function trueFolder(folder: Folder): SeenFolder {
  const name = folder.wellKnownName;
  return {
    name: folder.displayName,
    parent: folder.parent?.id ?? null,
    wellKnown: name !== null && KNOWN.includes(name) ? name : null,
    hidden: folder.hidden,
    inInbox: [...lineage(folder)].every((at) => !at.hidden && !OUTSIDE_INBOX.has(at.wellKnownName ?? '')),
    total: folder.messages.length,
    unread: folder.unread,
  };
}

type Recipient = { emailAddress: { name: string; address: string } };
type GraphRow = Record<string, never> & { body?: { content: string } };

/** What Graph answers about a message today, every field of it, with its body as text. */
function trueMessage(message: StoredMessage): SeenMessage {
  const view = { idForm: 'immutable', bodyType: 'text', allowUnsafeHtml: false } as const;
  const row = messageRow(message, null, view) as GraphRow;
  const text = (value: string | null | undefined) => (value ? storable(value) : (value ?? null));
  const date = (value: string | undefined) => (value === undefined ? null : new Date(value).toISOString());
  const people = (list: Recipient[] = []) =>
    list.map(({ emailAddress: { name, address } }) => ({ name, address }));
  const [from] = people(row.from ? [row.from] : []);
  const [sender] = people(row.sender ? [row.sender] : []);
  return {
    change_key: text(row.changeKey),
    internet_message_id: text(row.internetMessageId),
    conversation_id: text(row.conversationId),
    conversation_index: text(row.conversationIndex),
    subject: text(row.subject),
    body_preview: text(row.bodyPreview),
    body_text: text(row.body?.content),
    from_address: from?.address ?? null,
    from_name: from?.name ?? null,
    sender_address: sender?.address ?? null,
    to_addresses: people(row.toRecipients),
    cc_addresses: people(row.ccRecipients),
    bcc_addresses: people(row.bccRecipients),
    reply_to_addresses: people(row.replyTo),
    sent_at: date(row.sentDateTime),
    received_at: date(row.receivedDateTime),
    has_attachments: row.hasAttachments ?? false,
    is_read: row.isRead ?? false,
    is_draft: row.isDraft ?? false,
    importance: row.importance ?? null,
    inference_classification: row.inferenceClassification ?? null,
    categories: row.categories ?? [],
    flag: row.flag ?? null,
    graph_type: message.odataType,
    web_link: row.webLink ?? null,
    parent_folder_id: row.parentFolderId ?? null,
    sync_level: 'full',
  };
}

// PostgreSQL's text holds neither NUL nor half of a surrogate pair.
const storable = (text: string) => text.replaceAll('\0', '').toWellFormed();

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
          hidden: row.is_hidden,
          inInbox: row.in_inbox,
          total: row.total_item_count,
          unread: row.unread_item_count,
        },
      ]),
    ),
    messages: Object.fromEntries(messages.map((row) => [row.message_id, seenOf(row)])),
  };
}

function seenOf(row: Row): SeenMessage {
  const ours = new Set<string>(OURS);
  const columns = Object.entries(row).filter(([name]) => !ours.has(name));
  const seen = columns.map(([name, value]) => [name, value instanceof Date ? value.toISOString() : value]);
  return Object.fromEntries(seen) as SeenMessage;
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
  await expectThreadsInStep(db);
}
