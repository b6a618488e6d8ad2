// Messages that are there already: finding them, writing to them.
import { type RawBuilder, type Selectable, sql } from 'kysely';

import { textArray } from '#db/text-array.ts';
import type { EmailMessagesTable } from '#tenants/schema.ts';
import type { TenantReader, TenantWriter } from '#tenants/tenants.ts';

import type { WatcherRow } from './round.ts';
import type { MessageRow } from './rows.ts';

type Owner = Pick<WatcherRow, 'id' | 'yacht_id'>;

export type KnownMessage = Pick<
  Selectable<EmailMessagesTable>,
  | 'message_id'
  | 'thread_id'
  | 'conversation_id'
  | 'internet_message_id'
  | 'change_key'
  | 'is_read'
  | 'parent_folder_id'
  | 'seen_round'
  | 'removed_at'
  | 'removal_suspected_at'
  | 'sync_level'
> & {
  /** In another mailbox aboard (another watcher) than the one that asks; and that one is disconnected. */
  isElsewhere: boolean;
  isLeft: boolean;
};

/**
 * Those of the messages that the yacht holds, removed or not, by Graph's immutable id, as the watcher that asks sees
 * them. One index probe an id.
 */
export async function findKnown(
  db: TenantReader,
  watcher: Owner,
  messageIds: string[],
): Promise<Map<string, KnownMessage>> {
  if (messageIds.length === 0) return new Map();
  const found = await db
    .selectFrom('email_messages')
    .select(['message_id', 'thread_id', 'conversation_id', 'internet_message_id', 'change_key', 'is_read'])
    .select(['parent_folder_id', 'seen_round', 'removed_at', 'removal_suspected_at', 'sync_level'])
    .select([
      sql<boolean>`watcher_id <> ${watcher.id}`.as('isElsewhere'),
      sql<boolean>`watcher_id <> ${watcher.id} and exists (
        select from email_watchers w where w.id = watcher_id and w.sync_status = 'disconnected')`.as(
        'isLeft',
      ),
    ])
    .where('provider', '=', 'microsoft')
    .where('yacht_id', '=', watcher.yacht_id)
    .where(sql<boolean>`message_id = any(${textArray(messageIds)}::text[])`)
    .execute();
  return new Map(found.map((message) => [message.message_id, message]));
}

type Changes = { rows: MessageRow[]; threadOf: Map<string, string> };

/**
 * Merges rows into their messages: only the columns a row carries. A new text makes the kept HTML stale. What was in a
 * mailbox that its owner disconnected is in this one from now on.
 */
export async function updateMessages(
  tx: TenantWriter,
  watcher: Owner & Pick<WatcherRow, 'user_id'>,
  { rows, threadOf }: Changes,
): Promise<void> {
  if (rows.length === 0) return;
  const records = rows.map((row) => ({ ...row, thread_id: threadOf.get(row.message_id) }));
  await sql`
    update email_messages m
       set ${sql.join(COLUMNS.map(({ name, read }) => sql`${sql.ref(name)} = case when e.r ? ${sql.lit(name)} then ${read} else m.${sql.ref(name)} end`))},
           body_content = case when e.r ? 'body_text' and e.r->>'body_text' is distinct from m.body_text
                               then null else m.body_content end,
           removal_suspected_at = null,
           removed_at = null,
           synced_at = now(),
           watcher_id = ${watcher.id},
           user_id = ${watcher.user_id}
      from (select r->>'message_id' as message_id, r from jsonb_array_elements(${JSON.stringify(records)}::jsonb) r) e
     where m.provider = 'microsoft' and m.yacht_id = ${watcher.yacht_id} and m.message_id = e.message_id`.execute(
    tx,
  );
}

type Seen = {
  folder: { providerId: string; round: number };
  rows: MessageRow[];
  known: Map<string, KnownMessage>;
};

/** Notes that a folder's round has shown these messages in that folder. */
export async function seeMessages(
  tx: TenantWriter,
  watcher: Owner,
  { folder, rows, known }: Seen,
): Promise<void> {
  const ids = rows
    .filter((row) => row.parent_folder_id === folder.providerId)
    .map((row) => row.message_id)
    .filter((id) => known.has(id) && known.get(id)?.seen_round !== folder.round);
  if (ids.length === 0) return;
  await tx
    .updateTable('email_messages')
    .set({ seen_round: folder.round })
    .where('watcher_id', '=', watcher.id)
    .where('provider', '=', 'microsoft')
    .where('yacht_id', '=', watcher.yacht_id)
    .where('message_id', 'in', ids)
    .execute();
}

type Column = { name: string; read: RawBuilder<unknown> };

const text = (name: string): Column => ({ name, read: sql`e.r->>${sql.lit(name)}` });
const typed =
  (type: 'uuid' | 'timestamptz' | 'boolean') =>
  (name: string): Column => ({
    name,
    read: sql`(e.r->>${sql.lit(name)})::${sql.raw(type)}`,
  });
const json = (name: string): Column => ({ name, read: sql`e.r->${sql.lit(name)}` });

const COLUMNS: Column[] = [
  ...['change_key', 'internet_message_id', 'conversation_id', 'conversation_index', 'subject'].map(text),
  ...['body_preview', 'body_text', 'from_address', 'from_name', 'sender_address'].map(text),
  ...[
    'importance',
    'inference_classification',
    'graph_type',
    'web_link',
    'parent_folder_id',
    'sync_level',
  ].map(text),
  ...['to_addresses', 'cc_addresses', 'bcc_addresses', 'reply_to_addresses'].map(json),
  { name: 'flag', read: sql`nullif(e.r->'flag', 'null'::jsonb)` },
  { name: 'categories', read: sql`array(select jsonb_array_elements_text(e.r->'categories'))` },
  ...['sent_at', 'received_at'].map(typed('timestamptz')),
  ...['has_attachments', 'is_read', 'is_draft'].map(typed('boolean')),
  typed('uuid')('thread_id'),
];
