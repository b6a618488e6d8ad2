// Threads that begin with a page of messages. All of such a thread is at hand, so what lists show of it is written
// with it and nothing is read back; refresh.ts, which does that for threads that go on, would write the same.
import { sql } from 'kysely';

import type { MailAddress } from '#tenants/schema.ts';
import type { TenantWriter } from '#tenants/tenants.ts';

import type { NewThread } from './assign.ts';
import { withMailIds } from './same-mail.ts';
import { type Summary, summariseMailbox, summariseYacht } from './summary.ts';
import { threadSubject } from './thread-subject.ts';

/** A message as it will stand in its row. */
export type FirstMessage = {
  id: string;
  /** Graph's immutable id. */
  message_id: string;
  internet_message_id: string | null;
  subject: string | null;
  body_preview: string | null;
  parent_folder_id: string | null;
  /** Null when it has no date of its own: then it is of now. */
  at: Date | null;
  from_name: string | null;
  from_address: string | null;
  to_addresses: MailAddress[];
  is_read: boolean;
  is_draft: boolean;
  has_attachments: boolean;
};

type Beginning = {
  watcher: { id: string; user_id: string };
  surroundings: Surroundings;
  threads: NewThread[];
  /** Every message that they begin with; others are passed over. */
  messages: FirstMessage[];
  /** The thread's id by `message_id`. */
  threadOf: Map<string, string>;
};

/** What a summary goes by besides the messages. */
export type Surroundings = {
  /** When the transaction began. */
  now: Date;
  /** The addresses of the mailboxes connected aboard, in lower case. */
  crew: Set<string>;
  /** Graph's ids of the mailbox's folders whose mail is not for the inbox. */
  outside: Set<string>;
};

/** Milliseconds, because a page cursor holds no finer time. */
export async function readSurroundings(tx: TenantWriter, watcherId: string): Promise<Surroundings> {
  const { rows } = await sql<{ now: Date; crew: string[]; outside: string[] }>`
    select date_trunc('milliseconds', now()) as now,
           array(select lower(mailbox) from email_watchers where mailbox is not null) as crew,
           array(select provider_folder_id from email_folders where watcher_id = ${watcherId} and not in_inbox) as outside
  `.execute(tx);
  const { now = new Date(), crew = [], outside = [] } = rows[0] ?? {};
  return { now, crew: new Set(crew), outside: new Set(outside) };
}

/** Makes the threads and their rows in the mailbox's inbox. Call it before the messages are written. */
export async function createThreads(
  tx: TenantWriter,
  { watcher, surroundings, threads, messages, threadOf }: Beginning,
): Promise<void> {
  if (threads.length === 0) return;
  const byThread = Map.groupBy(messages, (message) => threadOf.get(message.message_id));
  const rows: object[] = [];
  const mailboxRows: object[] = [];
  for (const { id, subject } of threads) {
    const own = withMailIds(
      (byThread.get(id) ?? []).map((message) => asSeen(message, watcher.id, surroundings)),
    );
    const yacht = summariseYacht(own);
    rows.push(yacht ? { id, ...yacht, ...shown(yacht, own) } : { id, subject });
    const mailbox = summariseMailbox(own);
    if (mailbox) mailboxRows.push({ thread_id: id, ...mailbox, ...shown(mailbox, own) });
  }
  await insertThreads(tx, watcher, { rows, mailboxRows });
}

/** A message as it is read back once it has been written. */
function asSeen(message: FirstMessage, watcherId: string, { now, crew, outside }: Surroundings) {
  return {
    ...message,
    watcher_id: watcherId,
    at: message.at ?? now,
    sent_to: crew.has(message.from_address?.toLowerCase() ?? '') ? message.to_addresses : null,
    removed: false,
    folder_in_inbox: !outside.has(message.parent_folder_id ?? ''),
  };
}

function shown(summary: Summary, messages: FirstMessage[]) {
  const messageOf = (id: string) => messages.find((message) => message.id === id);
  return {
    subject: messageOf(summary.first_id)?.subject ?? null,
    preview: messageOf(summary.latest_id)?.body_preview ?? null,
  };
}

async function insertThreads(
  tx: TenantWriter,
  watcher: Beginning['watcher'],
  { rows, mailboxRows }: { rows: object[]; mailboxRows: object[] },
): Promise<void> {
  const subject = threadSubject(sql`s.subject`);
  await sql`
    with threads as (
      insert into email_threads (id, yacht_id, first_message_at, last_message_at, message_count, subject, preview,
        has_attachments, participants)
      select s.id, celeste_yacht_id(), s.first_message_at, s.last_message_at, coalesce(s.message_count, 0), ${subject},
             s.preview, coalesce(s.has_attachments, false), coalesce(s.participants, '[]')
        from jsonb_to_recordset(${JSON.stringify(rows)}::jsonb) as s (id uuid, subject text, preview text,
               participants jsonb, first_message_at timestamptz, last_message_at timestamptz, message_count int,
               has_attachments boolean)
    )
    insert into email_thread_mailboxes (thread_id, watcher_id, user_id, yacht_id, subject, preview, participants,
      last_message_at, latest_email_id, message_count, unread_count, has_attachments, in_inbox)
    select s.thread_id, ${watcher.id}, ${watcher.user_id}, celeste_yacht_id(), ${subject}, s.preview, s.participants,
           s.last_message_at, s.latest_id, s.message_count, s.unread_count, s.has_attachments, s.in_inbox
      from jsonb_to_recordset(${JSON.stringify(mailboxRows)}::jsonb) as s (thread_id uuid, subject text, preview text,
             latest_id uuid, participants jsonb, last_message_at timestamptz, message_count int, unread_count int,
             has_attachments boolean, in_inbox boolean)`.execute(tx);
}
