// A record's conversations: the threads that are linked to it.
import type { RecordRef } from '#maintenance/records.ts';
import type { LinkTarget } from '#tenants/schema.ts';
import type { TenantReader } from '#tenants/tenants.ts';
import type { ThreadRow } from '#threads/inbox.ts';
import { readLinkedThreads } from '#threads/linked.ts';

import { chipsOf, type LinkChip, type LinkView, viewLinks } from './views.ts';

export type Conversation = ThreadRow & { links: LinkChip[]; link: LinkView };

/** The most conversations a record shows; beyond it the oldest are left out. */
const MAX_CONVERSATIONS = 200;

/** The conversations of a record, newest first. */
export async function conversationsOf(
  db: TenantReader,
  record: RecordRef,
  userId: string,
): Promise<Conversation[]> {
  const rows = await db
    .selectFrom('email_links as l')
    .innerJoin('linked_threads as t', 't.id', 'l.thread_id')
    .selectAll('l')
    .where('l.target_type', '=', record.target_type)
    .where('l.target_id', '=', record.target_id)
    .where('l.state', '=', 'linked')
    .orderBy('t.last_message_at', 'desc')
    .limit(MAX_CONVERSATIONS)
    .execute();
  const links = new Map((await viewLinks(db, rows, userId)).map((link) => [link.thread_id, link]));
  const threadIds = [...links.keys()];
  const [threads, chips] = await Promise.all([readLinkedThreads(db, threadIds), chipsOf(db, threadIds)]);
  return threads.flatMap((thread) => {
    const link = links.get(thread.id);
    return link ? [{ ...thread, links: chips.get(thread.id) ?? [], link }] : [];
  });
}

/** How many conversations each record has, by its id; records without one are absent. */
export async function countConversations(
  db: TenantReader,
  targetType: LinkTarget,
  targetIds: string[],
): Promise<Map<string, number>> {
  if (targetIds.length === 0) return new Map();
  const rows = await db
    .selectFrom('email_links')
    .select(['target_id'])
    .select(({ fn }) => fn.countAll<string>().as('threads'))
    .where('target_type', '=', targetType)
    .where('target_id', 'in', targetIds)
    .where('state', '=', 'linked')
    .groupBy('target_id')
    .execute();
  return new Map(rows.map((row) => [row.target_id, Number(row.threads)]));
}
