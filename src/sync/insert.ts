// Writing messages that are new. A first sync is little else, so each column goes as one array and is put together
// before the mailbox's turn to write comes.
import { type RawBuilder, sql } from 'kysely';

import { textArray } from '#db/text-array.ts';
import type { TenantWriter } from '#tenants/tenants.ts';

import type { WatcherRow } from './round.ts';
import type { MessageRow } from './rows.ts';

/** Messages, and their columns as PostgreSQL takes them. */
export type EncodedRows = { rows: MessageRow[]; columns: Buffer[] };

/** The rows ready to be inserted; nothing but work for this process. */
export function encodeRows(rows: MessageRow[]): EncodedRows {
  const columns = COLUMNS.map(({ name, encode }) => textArray(rows.map((row) => encode(row[name]))));
  return { rows, columns };
}

type Insert = {
  columns: Buffer[];
  /** The rows' ids and threads, in the order of the rows. */
  messages: { id: string; thread_id: string }[];
  round: number;
};

/** Inserts messages that are not held yet. Their threads exist. */
export async function insertMessages(
  tx: TenantWriter,
  watcher: Pick<WatcherRow, 'id' | 'user_id' | 'yacht_id'>,
  { columns, messages, round }: Insert,
): Promise<void> {
  if (messages.length === 0) return;
  const ids = textArray(messages.map((message) => message.id));
  const threadIds = textArray(messages.map((message) => message.thread_id));
  const names = sql.join(COLUMNS.map(({ name }) => sql.ref(name)));
  await sql`
    insert into email_messages (id, thread_id, watcher_id, user_id, yacht_id, seen_round, ${names})
    select r.id::uuid, r.thread_id::uuid, ${watcher.id}, ${watcher.user_id}, ${watcher.yacht_id}, ${round},
           ${sql.join(COLUMNS.map(({ read }) => read))}
      from unnest(${sql.join([ids, threadIds, ...columns].map((column) => sql`${column}::text[]`))})
        as r (id, thread_id, ${names})`.execute(tx);
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
