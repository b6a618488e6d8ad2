// Writing messages that are new. A first sync is little else, so each column goes as one array and is put together
// before the mailbox's turn to write comes.
import { type RawBuilder, sql } from 'kysely';

import { newId } from '#base/ids.ts';
import { textArray } from '#db/text-array.ts';
import type { TenantWriter } from '#tenants/tenants.ts';
import type { FirstMessage } from '#threads/create.ts';

import type { WatcherRow } from './round.ts';
import { type MessageRow, mailDate } from './rows.ts';

/** Messages that are not held yet: as their threads are summed up from them, and as PostgreSQL takes them. */
export type NewMessages = { messages: FirstMessage[]; columns: Buffer[] };

/** Makes rows ready to be inserted; nothing but work for this process. */
export function newMessages(rows: MessageRow[]): NewMessages {
  const messages = rows.map(firstMessageOf);
  const ids = textArray(messages.map((message) => message.id));
  const columns = COLUMNS.map(({ name, encode }) => textArray(rows.map((row) => encode(row[name]))));
  return { messages, columns: [ids, ...columns] };
}

type Insert = {
  added: NewMessages;
  /** The thread's id by the message's, Graph's. */
  threadOf: Map<string, string>;
  round: number;
};

/** Inserts messages that are not held yet. Their threads exist. */
export async function insertMessages(
  tx: TenantWriter,
  watcher: Pick<WatcherRow, 'id' | 'user_id' | 'yacht_id'>,
  { added: { messages, columns }, threadOf, round }: Insert,
): Promise<void> {
  if (messages.length === 0) return;
  const threadIds = textArray(messages.map(({ message_id }) => threadOf.get(message_id) ?? null));
  const names = sql.join(COLUMNS.map(({ name }) => sql.ref(name)));
  await sql`
    insert into email_messages (thread_id, id, watcher_id, user_id, yacht_id, seen_round, ${names})
    select r.thread_id::uuid, r.id::uuid, ${watcher.id}, ${watcher.user_id}, ${watcher.yacht_id}, ${round},
           ${sql.join(COLUMNS.map(({ read }) => read))}
      from unnest(${sql.join([threadIds, ...columns].map((column) => sql`${column}::text[]`))})
        as r (thread_id, id, ${names})`.execute(tx);
}

function firstMessageOf(row: MessageRow): FirstMessage {
  return {
    id: newId(),
    message_id: row.message_id,
    internet_message_id: row.internet_message_id ?? null,
    subject: row.subject ?? null,
    body_preview: row.body_preview ?? null,
    parent_folder_id: row.parent_folder_id ?? null,
    at: mailDate(row),
    from_name: row.from_name ?? null,
    from_address: row.from_address ?? null,
    to_addresses: row.to_addresses ?? [],
    is_read: row.is_read ?? false,
    is_draft: row.is_draft ?? false,
    has_attachments: row.has_attachments ?? false,
  };
}

type Name = keyof MessageRow;
type Column = {
  name: Name;
  /** Null where the row does not say. */
  encode: (value: unknown) => string | null;
  read: RawBuilder<unknown>;
};

const asIs = (value: unknown) => (typeof value === 'string' ? value : null);
const spelled = (value: unknown) => (typeof value === 'boolean' ? String(value) : null);
const json = (value: unknown) => (value === undefined || value === null ? null : JSON.stringify(value));
// Most lists are empty.
const list = (value: unknown) => (Array.isArray(value) && value.length > 0 ? JSON.stringify(value) : null);

const column = (name: Name) => sql.ref(`r.${name}`);
const text = (name: Name): Column => ({ name, encode: asIs, read: column(name) });
const time = (name: Name): Column => ({ name, encode: asIs, read: sql`${column(name)}::timestamptz` });
const addresses = (name: Name): Column => ({
  name,
  encode: list,
  read: sql`coalesce(${column(name)}::jsonb, '[]')`,
});
const yesNo = (name: Name): Column => ({
  name,
  encode: spelled,
  read: sql`coalesce(${column(name)}::boolean, false)`,
});

const COLUMNS: Column[] = [
  ...(
    ['message_id', 'change_key', 'internet_message_id', 'conversation_id', 'conversation_index'] as const
  ).map(text),
  ...(['subject', 'body_preview', 'body_text', 'from_address', 'from_name', 'sender_address'] as const).map(
    text,
  ),
  ...(['importance', 'inference_classification', 'graph_type', 'web_link', 'parent_folder_id'] as const).map(
    text,
  ),
  ...(['to_addresses', 'cc_addresses', 'bcc_addresses', 'reply_to_addresses'] as const).map(addresses),
  ...(['sent_at', 'received_at'] as const).map(time),
  ...(['has_attachments', 'is_read', 'is_draft'] as const).map(yesNo),
  { name: 'flag', encode: json, read: sql`${column('flag')}::jsonb` },
  {
    name: 'categories',
    encode: list,
    read: sql`case when ${column('categories')} is null then '{}'
                   else array(select jsonb_array_elements_text(${column('categories')}::jsonb)) end`,
  },
  { name: 'sync_level', encode: asIs, read: sql`coalesce(${column('sync_level')}, 'partial')` },
];
