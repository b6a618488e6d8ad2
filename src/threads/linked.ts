// Linked threads: what everyone aboard may read of a conversation that stands on a record.
import { sql } from 'kysely';

import type { TenantReader } from '#tenants/tenants.ts';

import type { ThreadRow } from './inbox.ts';
import { inOwnMailbox } from './mine.ts';

/** Linked threads by id, newest first. `unread_count` is of the reader's own copies: zero without one. */
export async function readLinkedThreads(db: TenantReader, threadIds: string[]): Promise<ThreadRow[]> {
  if (threadIds.length === 0) return [];
  const { rows } = await sql<ThreadRow>`
    select t.id, t.subject, t.participants, t.preview, t.message_count, t.has_attachments,
           coalesce(t.last_message_at, 'epoch') as last_message_at, coalesce(own.unread_count, 0)::int as unread_count,
           coalesce(own.latest_email_id, latest.id) as latest_email_id
      from linked_threads t
      left join lateral (select sum(unread_count) as unread_count,
                                (array_agg(latest_email_id order by last_message_at desc))[1] as latest_email_id
                           from email_thread_mailboxes b
                          where b.thread_id = t.id and ${inOwnMailbox('b.watcher_id')}) own on true
      left join lateral (select m.id from email_messages m
                          where m.thread_id = t.id and not m.is_draft
                          order by m.received_at desc nulls last, m.id desc limit 1) latest on true
     where t.id = any(${threadIds})
     order by t.last_message_at desc nulls last, t.id desc`.execute(db);
  return rows;
}
