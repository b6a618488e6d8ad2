// Puts a page of messages into the tables. Applying it again changes nothing.
import { sql } from 'kysely';

import { newId } from '#base/ids.ts';
import type { TenantWriter } from '#tenants/tenants.ts';
import { assignThreads, type ThreadKey } from '#threads/assign.ts';
import { refreshThreads } from '#threads/refresh.ts';

import type { WatcherRow } from './round.ts';
import type { MessageRow } from './rows.ts';
import { type KnownMessage, seeMessages, updateMessages } from './store.ts';

export type Applying = {
  watcher: Pick<WatcherRow, 'id' | 'user_id' | 'yacht_id'>;
  /** The folder the rows were read from, and its initial round's number; null when they were asked for by id. */
  folder: { providerId: string; round: number } | null;
  rows: MessageRow[];
};

/** The threads that changed, and how many messages did. */
export type Applied = { threadIds: string[]; changes: number };

/**
 * Inserts what is new and merges what is known: a column that a row does not carry stays as it is. Every row
 * proves that its message exists, so suspicion and removal end. The threads' summaries are recomputed.
 */
export async function applyRows(tx: TenantWriter, { watcher, folder, rows }: Applying): Promise<Applied> {
  if (rows.length === 0) return { threadIds: [], changes: 0 };
  const known = await findKnown(tx, watcher, rows);
  const placed = rows.map((row) => placedIn(row, folder));
  const fresh = placed.filter((row) => !known.has(row.message_id));
  const old = placed.filter((row) => isChange(row, known.get(row.message_id)));
  const threadOf = await assignThreads(tx, {
    yachtId: watcher.yacht_id,
    watcherId: watcher.id,
    keys: [...fresh, ...old.filter((row) => isRegrouped(row, known.get(row.message_id)))].map(keyOf),
  });
  await insertMessages(tx, watcher, { rows: fresh, threadOf, round: folder?.round ?? 0 });
  await updateMessages(tx, watcher, { rows: old, threadOf });
  if (folder) await seeMessages(tx, watcher, { folder, rows: placed, known });
  const before = old.flatMap((row) => known.get(row.message_id)?.thread_id ?? []);
  const threadIds = [...new Set([...threadOf.values(), ...before])];
  await refreshThreads(tx, threadIds);
  return { threadIds, changes: fresh.length + old.length };
}

async function findKnown(
  tx: TenantWriter,
  watcher: Applying['watcher'],
  rows: MessageRow[],
): Promise<Map<string, KnownMessage>> {
  const found = await tx
    .selectFrom('email_messages')
    .select(['message_id', 'thread_id', 'conversation_id', 'internet_message_id', 'change_key', 'is_read'])
    .select(['parent_folder_id', 'seen_round', 'removed_at', 'removal_suspected_at'])
    .where('provider', '=', 'microsoft')
    .where('yacht_id', '=', watcher.yacht_id)
    .where(
      'message_id',
      'in',
      rows.map((row) => row.message_id),
    )
    .execute();
  return new Map(found.map((message) => [message.message_id, message]));
}

// A row that does not say where it is was read from a folder's own changes, so it is in that folder.
function placedIn(row: MessageRow, folder: Applying['folder']): MessageRow {
  return folder === null || row.parent_folder_id ? row : { ...row, parent_folder_id: folder.providerId };
}

/** False for a replay: the version we hold, where we hold it. */
function isChange(row: MessageRow, known: KnownMessage | undefined): boolean {
  if (!known) return false;
  const isSame =
    row.change_key !== undefined &&
    row.change_key === known.change_key &&
    row.parent_folder_id === known.parent_folder_id &&
    row.is_read === known.is_read;
  return !isSame || known.removed_at !== null || known.removal_suspected_at !== null;
}

function isRegrouped(row: MessageRow, known: KnownMessage | undefined): boolean {
  if (!known) return false;
  const { conversation_id, internet_message_id } = row;
  return (
    (conversation_id !== undefined && conversation_id !== known.conversation_id) ||
    (internet_message_id !== undefined && internet_message_id !== known.internet_message_id)
  );
}

function keyOf(row: MessageRow): ThreadKey {
  const at = row.received_at ?? row.sent_at ?? null;
  return {
    messageId: row.message_id,
    conversationId: row.conversation_id ?? null,
    internetMessageId: row.internet_message_id ?? null,
    subject: row.subject ?? null,
    at: at === null ? null : new Date(at),
  };
}

type Fresh = { rows: MessageRow[]; threadOf: Map<string, string>; round: number };

async function insertMessages(
  tx: TenantWriter,
  watcher: Applying['watcher'],
  { rows, threadOf, round }: Fresh,
): Promise<void> {
  if (rows.length === 0) return;
  const owner = { watcher_id: watcher.id, user_id: watcher.user_id, yacht_id: watcher.yacht_id };
  const records = rows.map((row) => ({
    ...DEFAULTS,
    ...row,
    ...owner,
    id: newId(),
    thread_id: threadOf.get(row.message_id),
    seen_round: round,
  }));
  await sql`
    insert into email_messages (${sql.join(COLUMNS.map((name) => sql.ref(name)))})
    select ${sql.join(COLUMNS.map((name) => sql.ref(`r.${name}`)))}
      from jsonb_populate_recordset(null::email_messages, ${JSON.stringify(records)}::jsonb) r`.execute(tx);
}

const DEFAULTS = {
  to_addresses: [],
  cc_addresses: [],
  bcc_addresses: [],
  reply_to_addresses: [],
  has_attachments: false,
  is_read: false,
  is_draft: false,
  categories: [],
  sync_level: 'partial',
};

const COLUMNS = [
  'id',
  'watcher_id',
  'thread_id',
  'user_id',
  'yacht_id',
  'message_id',
  'change_key',
  'internet_message_id',
  'conversation_id',
  'conversation_index',
  'subject',
  'body_preview',
  'body_text',
  'from_address',
  'from_name',
  'sender_address',
  'to_addresses',
  'cc_addresses',
  'bcc_addresses',
  'reply_to_addresses',
  'sent_at',
  'received_at',
  'has_attachments',
  'is_read',
  'is_draft',
  'importance',
  'inference_classification',
  'categories',
  'flag',
  'graph_type',
  'web_link',
  'parent_folder_id',
  'seen_round',
  'sync_level',
];
