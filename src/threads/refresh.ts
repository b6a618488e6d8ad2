// Keeps what lists show of a thread in step with its messages. Two rows, for two audiences: a mailbox's own
// (email_thread_mailboxes, from that mailbox's copies alone) and the yacht's (email_threads, shown to others
// only once the thread is linked).
import { sql } from 'kysely';

import type { TenantWriter } from '#tenants/tenants.ts';

import { type Copy, withMailIds } from './same-mail.ts';
import { type SummaryMessage, summariseMailbox, summariseYacht } from './summary.ts';
import { threadSubject } from './thread-subject.ts';

/**
 * Recomputes counts, dates, participants, preview and inbox state of these threads. Call it as the worker after
 * their messages or folders changed, in the same transaction. A mailbox with nothing left in a thread loses its
 * row; a thread whose content changed is marked `needs_matching`. Rows that stay equal are not written.
 */
export async function refreshThreads(tx: TenantWriter, threadIds: string[]): Promise<void> {
  const ids = [...new Set(threadIds)].sort();
  if (ids.length === 0) return;
  const threads = Map.groupBy(await readMessages(tx, ids), (message) => message.thread_id);
  await writeMailboxes(tx, ids, threads);
  await writeThreads(tx, ids, threads);
}

type ThreadMessage = SummaryMessage & { thread_id: string };
type Threads = Map<string, ThreadMessage[]>;

/**
 * The messages of the threads, oldest first. A draft may have no date of its own; milliseconds, because a page
 * cursor holds no finer time. One index probe a thread, as in assign.ts.
 */
async function readMessages(tx: TenantWriter, ids: string[]): Promise<ThreadMessage[]> {
  const { rows } = await sql<Omit<ThreadMessage, 'mail_id'> & Copy>`
    select m.id, m.thread_id, m.watcher_id, m.internet_message_id, m.subject, m.parent_folder_id, m.at,
           m.from_name, m.from_address, m.is_read, m.is_draft, m.has_attachments, m.removed,
           case when lower(m.from_address) in (select lower(mailbox) from email_watchers) then m.to_addresses end
             as sent_to,
           coalesce(f.in_inbox, true) as folder_in_inbox
      from unnest(${ids}::uuid[]) as t (id)
     cross join lateral (
       select id, thread_id, watcher_id, internet_message_id, subject, from_name, from_address, to_addresses, is_read,
              is_draft, has_attachments, removed_at is not null as removed, parent_folder_id,
              date_trunc('milliseconds', coalesce(received_at, sent_at, synced_at)) as at
         from email_messages where thread_id = t.id
       offset 0) m
      left join email_folders f on f.watcher_id = m.watcher_id and f.provider_folder_id = m.parent_folder_id
  `.execute(tx);
  return withMailIds(rows);
}

async function writeMailboxes(tx: TenantWriter, ids: string[], threads: Threads): Promise<void> {
  const fresh: { thread_id: string; watcher_id: string }[] = [];
  for (const [thread_id, messages] of threads) {
    for (const [watcher_id, own] of Map.groupBy(messages, (message) => message.watcher_id)) {
      const summary = summariseMailbox(own);
      if (summary) fresh.push({ thread_id, watcher_id, ...summary });
    }
  }
  await Promise.all([dropOthers(tx, ids, fresh), fresh.length > 0 && upsertMailboxes(tx, fresh)]);
}

/** Whichever mailbox has nothing left in a thread, even no message that is gone. */
async function dropOthers(
  tx: TenantWriter,
  threadIds: string[],
  kept: { thread_id: string; watcher_id: string }[],
): Promise<void> {
  const threads = kept.map((row) => row.thread_id);
  const watchers = kept.map((row) => row.watcher_id);
  await sql`
    delete from email_thread_mailboxes b
     where b.thread_id = any(${threadIds}::uuid[])
       and (b.thread_id, b.watcher_id) not in (
         select * from unnest(${threads}::uuid[], ${watchers}::uuid[]))`.execute(tx);
}

async function upsertMailboxes(tx: TenantWriter, rows: object[]): Promise<void> {
  await sql`
    insert into email_thread_mailboxes as b (thread_id, watcher_id, user_id, yacht_id, subject, preview, participants,
      last_message_at, latest_email_id, message_count, unread_count, has_attachments, in_inbox)
    select s.thread_id, s.watcher_id, latest.user_id, latest.yacht_id, ${threadSubject(sql`first.subject`)}, latest.body_preview,
           s.participants, s.last_message_at, s.latest_id, s.message_count, s.unread_count, s.has_attachments, s.in_inbox
      from jsonb_to_recordset(${JSON.stringify(rows)}::jsonb) as s (thread_id uuid, watcher_id uuid, first_id uuid,
             latest_id uuid, participants jsonb, last_message_at timestamptz, message_count int, unread_count int,
             has_attachments boolean, in_inbox boolean)
     cross join lateral (select subject from email_messages where id = s.first_id offset 0) first
     cross join lateral (select user_id, yacht_id, body_preview from email_messages where id = s.latest_id offset 0) latest
    on conflict (thread_id, watcher_id) do update
       set (subject, preview, participants, last_message_at, latest_email_id, message_count, unread_count,
            has_attachments, in_inbox)
         = (excluded.subject, excluded.preview, excluded.participants, excluded.last_message_at,
            excluded.latest_email_id, excluded.message_count, excluded.unread_count, excluded.has_attachments,
            excluded.in_inbox)
     where b is distinct from excluded`.execute(tx);
}

async function writeThreads(tx: TenantWriter, ids: string[], threads: Threads): Promise<void> {
  const rows: object[] = [];
  const empty: string[] = [];
  for (const id of ids) {
    const summary = summariseYacht(threads.get(id) ?? []);
    if (summary) rows.push({ id, ...summary });
    else empty.push(id);
  }
  if (rows.length > 0) await updateThreads(tx, rows);
  if (empty.length > 0) {
    await sql`
      update email_threads
         set message_count = 0, first_message_at = null, last_message_at = null, preview = null, participants = '[]',
             has_attachments = false
       where id = any(${empty}) and message_count > 0`.execute(tx);
  }
}

/** An upsert of rows that exist: unlike an update from a list, it is one index probe a row whatever the planner thinks. */
async function updateThreads(tx: TenantWriter, rows: object[]): Promise<void> {
  await sql`
    insert into email_threads as t (id, yacht_id, first_message_at, last_message_at, message_count, subject, preview,
      has_attachments, participants)
    select s.id, celeste_yacht_id(), s.first_message_at, s.last_message_at, s.message_count, ${threadSubject(sql`first.subject`)},
           latest.body_preview, s.has_attachments, s.participants
      from jsonb_to_recordset(${JSON.stringify(rows)}::jsonb) as s (id uuid, first_id uuid, latest_id uuid,
             participants jsonb, first_message_at timestamptz, last_message_at timestamptz, message_count int,
             has_attachments boolean)
     cross join lateral (select subject from email_messages where id = s.first_id offset 0) first
     cross join lateral (select body_preview from email_messages where id = s.latest_id offset 0) latest
    on conflict (id) do update
       set (first_message_at, last_message_at, message_count, subject, preview, has_attachments, participants)
         = (excluded.first_message_at, excluded.last_message_at, excluded.message_count, excluded.subject,
            excluded.preview, excluded.has_attachments, excluded.participants),
           needs_matching = t.needs_matching
             or (t.message_count, t.last_message_at, t.subject, t.preview)
                is distinct from
                (excluded.message_count, excluded.last_message_at, excluded.subject, excluded.preview),
           updated_at = now()
     where t.merged_into is null
       and (t.first_message_at, t.last_message_at, t.message_count, t.subject, t.preview, t.has_attachments,
            t.participants)
        is distinct from
           (excluded.first_message_at, excluded.last_message_at, excluded.message_count, excluded.subject,
            excluded.preview, excluded.has_attachments, excluded.participants)`.execute(tx);
}
