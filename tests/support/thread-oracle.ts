// What the threads must be, worked out from the messages alone: who is grouped with whom, and what the lists say.
import type { Kysely, Selectable } from 'kysely';
import { expect } from 'vitest';

import type { EmailMessagesTable, EmailThreadsTable, MailAddress, TenantSchema } from '#tenants/schema.ts';

type Row = Selectable<EmailMessagesTable> & { folder_in_inbox: boolean };
/** `mail`: equal for copies of one mail. */
type Message = Row & { mail: string };

/** Fails unless grouping, both summaries and the counts follow from the messages that `db` shows. */
export async function expectThreadsInStep(db: Kysely<TenantSchema>): Promise<void> {
  const messages = await readMessages(db);
  expectGrouping(messages);
  const crew = new Set(
    (await db.selectFrom('email_watchers').select('mailbox').execute()).map((row) =>
      row.mailbox.toLowerCase(),
    ),
  );
  expect(await mailboxRows(db)).toEqual(expectedMailboxRows(messages, crew));
  await expectThreadRows(db, messages, crew);
}

async function readMessages(db: Kysely<TenantSchema>): Promise<Message[]> {
  const messages = await db.selectFrom('email_messages').selectAll().execute();
  const folders = await db
    .selectFrom('email_folders')
    .select(['watcher_id', 'provider_folder_id', 'in_inbox'])
    .execute();
  const inInbox = new Map(
    folders.map((row) => [`${row.watcher_id} ${row.provider_folder_id}`, row.in_inbox]),
  );
  const rows = messages
    .map((row) => ({
      ...row,
      folder_in_inbox: inInbox.get(`${row.watcher_id} ${row.parent_folder_id}`) ?? true,
    }))
    .sort((a, b) => atOf(a) - atOf(b) || (a.id < b.id ? -1 : 1));
  const before = new Map<string, number>();
  return rows.map((row) => ({ ...row, mail: mailOf(row, before) }));
}

/** Copies lie in different places: of two in one place each is a mail of its own. What is gone lies in one place. */
function mailOf(row: Row, before: Map<string, number>): string {
  if (row.internet_message_id === null) return row.id;
  const { thread_id, internet_message_id, from_address, subject, watcher_id } = row;
  const name = JSON.stringify([thread_id, internet_message_id, from_address?.toLowerCase(), subject]);
  const place = JSON.stringify([name, watcher_id, row.removed_at === null && row.parent_folder_id]);
  const count = before.get(place) ?? 0;
  before.set(place, count + 1);
  return `${name} ${count}`;
}

const atOf = (row: Row) => (row.received_at ?? row.sent_at ?? row.synced_at).getTime();

/** Two messages share a thread exactly when a chain of shared conversations and shared mails leads between them. */
function expectGrouping(messages: Message[]): void {
  const byKey = new Map<string, Message[]>();
  const keysOf = new Map(messages.map((message) => [message, relationsOf(message)]));
  for (const [message, keys] of keysOf) {
    for (const key of keys) byKey.set(key, [...(byKey.get(key) ?? []), message]);
  }
  const seen = new Set<Message>();
  const groups: Message[][] = [];
  for (const first of messages) {
    if (seen.has(first)) continue;
    seen.add(first);
    const group = [first];
    // Grows while it is walked: whoever shares something with a member is one.
    for (const member of group) {
      for (const near of (keysOf.get(member) ?? []).flatMap((key) => byKey.get(key) ?? [])) {
        if (!seen.has(near)) group.push(near);
        seen.add(near);
      }
    }
    groups.push(group);
  }
  const wanted = groups.map((group) => group.map((m) => m.message_id).sort()).sort();
  const threads = Map.groupBy(messages, (message) => message.thread_id);
  const found = [...threads.values()].map((group) => group.map((m) => m.message_id).sort()).sort();
  expect(found).toEqual(wanted);
}

function relationsOf(message: Message): string[] {
  const mail = message.internet_message_id?.trim();
  return [
    ...(message.conversation_id ? [`conversation ${message.watcher_id} ${message.conversation_id}`] : []),
    ...(mail ? [`mail ${mail}`] : []),
  ];
}

type ListRow = {
  thread_id: string;
  watcher_id: string;
  subject: string | null;
  preview: string | null;
  participants: MailAddress[];
  last_message_at: string;
  latest_email_id: string | null;
  message_count: number;
  unread_count: number;
  has_attachments: boolean;
  in_inbox: boolean;
};

const inOrder = (rows: ListRow[]) =>
  rows.sort((a, b) => (`${a.thread_id} ${a.watcher_id}` < `${b.thread_id} ${b.watcher_id}` ? -1 : 1));

async function mailboxRows(db: Kysely<TenantSchema>): Promise<ListRow[]> {
  const rows = await db.selectFrom('email_thread_mailboxes').selectAll().execute();
  return inOrder(
    rows.map(({ user_id: _, yacht_id: __, ...row }) => ({
      ...row,
      last_message_at: row.last_message_at.toISOString(),
    })),
  );
}

function expectedMailboxRows(messages: Message[], crew: Set<string>): ListRow[] {
  const left = messages.filter((message) => message.removed_at === null);
  const groups = Map.groupBy(left, (message) => `${message.thread_id} ${message.watcher_id}`);
  const rows = [...groups.values()].map((own): ListRow => {
    const shown = own.filter((message) => !message.is_draft && message.folder_in_inbox);
    const [first] = own;
    if (!first) throw new Error('an empty group');
    const { thread_id, watcher_id } = first;
    const in_inbox = shown.length > 0;
    const { first_message_at: _, ...summary } = summaryOf(in_inbox ? shown : own, crew);
    const unread_count = shown.filter((message) => !message.is_read).length;
    return { ...summary, thread_id, watcher_id, in_inbox, unread_count };
  });
  return inOrder(rows);
}

function summaryOf(messages: Message[], crew: Set<string>) {
  const first = messages[0];
  const latest = messages.at(-1);
  if (!first || !latest) throw new Error('a summary of nothing');
  return {
    subject: first.subject?.replace(/^(\s*(re|fwd?)\s*:\s*)+/i, '') || null,
    preview: latest.body_preview,
    participants: participantsOf(messages, crew),
    first_message_at: new Date(atOf(first)).toISOString(),
    last_message_at: new Date(atOf(latest)).toISOString(),
    latest_email_id: latest.id,
    message_count: new Set(messages.map((message) => message.mail)).size,
    has_attachments: messages.some((message) => message.has_attachments),
  };
}

/** Eight at most: who wrote; where only the crew did, also whom they wrote to. */
function participantsOf(messages: Message[], crew: Set<string>): MailAddress[] {
  const isOurs = (message: Message) => crew.has(message.from_address?.toLowerCase() ?? '');
  const writers = messages.map(({ from_name: name, from_address: address }) => ({ name, address }));
  const readers = messages.every(isOurs) ? messages.flatMap((message) => message.to_addresses) : [];
  const people = new Map<string, MailAddress>();
  for (const person of [...writers, ...readers]) {
    const key = (person.address ?? person.name ?? '').toLowerCase();
    if (key !== '' && !people.has(key)) people.set(key, person);
  }
  return [...people.values()].slice(0, 8);
}

async function expectThreadRows(
  db: Kysely<TenantSchema>,
  messages: Message[],
  crew: Set<string>,
): Promise<void> {
  const rows = new Map(
    (await db.selectFrom('email_threads').selectAll().execute()).map((row) => [row.id, row]),
  );
  const holding = Map.groupBy(messages, (message) => message.thread_id);
  for (const row of rows.values()) {
    if (row.merged_into === null) continue;
    expect(holding.has(row.id), 'a merged thread holds nothing').toBe(false);
    expect(rows.get(row.merged_into)?.merged_into, 'a signpost is one hop').toBeNull();
  }
  for (const [threadId, own] of holding) {
    const mail = own.filter((message) => !message.is_draft);
    const left = mail.filter((message) => message.removed_at === null);
    expectThreadRow(rows.get(threadId), left.length > 0 ? left : mail, crew);
  }
}

function expectThreadRow(
  row: Selectable<EmailThreadsTable> | undefined,
  messages: Message[],
  crew: Set<string>,
): void {
  if (messages.length === 0) {
    expect(row).toMatchObject({ message_count: 0, last_message_at: null, preview: null, participants: [] });
    return;
  }
  const { latest_email_id: _, ...summary } = summaryOf(messages, crew);
  const { subject, preview, participants, message_count, has_attachments } = row ?? {};
  const first_message_at = row?.first_message_at?.toISOString();
  const last_message_at = row?.last_message_at?.toISOString();
  expect({
    ...{ subject, preview, participants, message_count, has_attachments, first_message_at, last_message_at },
  }).toEqual(summary);
}
