// Forgetting mail: what a mailbox's owner wants gone and no record holds.
import { type Kysely, sql } from 'kysely';

import type { TenantSchema } from '#tenants/schema.ts';
import type { TenantWriter } from '#tenants/tenants.ts';

import { lockGrouping } from './assign.ts';
import { refreshThreads } from './refresh.ts';

/**
 * Deletes up to `limit` messages of a mailbox that are on no record (a draft never is), with their attachments, the
 * links that were only suggested or refused, and the threads that are empty then. A thread that was on a record after `since` is
 * spared: whoever took it off may undo that. Call it as the worker; it holds the grouping lock.
 *
 * @returns how many messages went; fewer than `limit`: there are no more
 */
export async function purgeMessages(
  tx: TenantWriter,
  { watcherId, since, limit }: { watcherId: string; since: Date; limit: number },
): Promise<number> {
  await lockGrouping(tx);
  const doomed = await forgettable(tx, { watcherId, since })
    .select(['m.id', 'm.thread_id'])
    .limit(limit)
    .execute();
  if (doomed.length === 0) return 0;
  const ids = doomed.map((message) => message.id);
  const threadIds = [...new Set(doomed.map((message) => message.thread_id))];
  await forgetQuotes(tx, threadIds, ids);
  await tx.deleteFrom('email_messages').where('id', 'in', ids).execute();
  await refreshThreads(tx, threadIds);
  await deleteEmptyThreads(tx, threadIds);
  return ids.length;
}

/**
 * Evidence quotes the mail it was found in, which need not be the mail that the link is for now: whoever made it again
 * by hand chose another of the conversation.
 */
async function forgetQuotes(tx: TenantWriter, threadIds: string[], messageIds: string[]): Promise<void> {
  await sql`
    update email_links
       set evidence = (select coalesce(jsonb_agg(quote), '[]') from jsonb_array_elements(evidence) quote
                        where quote ->> 'email_id' <> all(${messageIds}::text[]))
     where thread_id = any(${threadIds})
       and exists (select from jsonb_array_elements(evidence) quote
                    where quote ->> 'email_id' = any(${messageIds}::text[]))`.execute(tx);
}

/** Whether `purgeMessages` would find anything. */
export async function hasForgettable(
  db: Pick<Kysely<TenantSchema>, 'selectFrom'>,
  at: { watcherId: string; since: Date },
): Promise<boolean> {
  return (await forgettable(db, at).select('m.id').limit(1).executeTakeFirst()) !== undefined;
}

/** Whether anything is left of a mailbox, on a record or not. */
export async function hasMessages(
  db: Pick<Kysely<TenantSchema>, 'selectFrom'>,
  watcherId: string,
): Promise<boolean> {
  const message = db.selectFrom('email_messages').select('id').where('watcher_id', '=', watcherId);
  return (await message.limit(1).executeTakeFirst()) !== undefined;
}

/**
 * What is left of a purged mailbox is on records: it has left the mailbox, and the owner's marks go with it.
 *
 * @returns how many messages that is
 */
export async function detachMessages(tx: TenantWriter, watcherId: string): Promise<number> {
  const kept = await tx
    .updateTable('email_messages')
    .set({
      removed_at: sql<Date>`coalesce(removed_at, now())`,
      removal_suspected_at: null,
      parent_folder_id: null,
      categories: [],
      flag: null,
      web_link: null,
    })
    .where('watcher_id', '=', watcherId)
    .returning('thread_id')
    .execute();
  await refreshThreads(tx, [...new Set(kept.map((message) => message.thread_id))]);
  return kept.length;
}

function forgettable(
  db: Pick<Kysely<TenantSchema>, 'selectFrom'>,
  { watcherId, since }: { watcherId: string; since: Date },
) {
  return db
    .selectFrom('email_messages as m')
    .innerJoin('email_threads as t', 't.id', 'm.thread_id')
    .where('m.watcher_id', '=', watcherId)
    .where((eb) => {
      const justRemoved = eb
        .selectFrom('email_links as l')
        .select('l.id')
        .whereRef('l.thread_id', '=', 't.id')
        .where('l.state', '=', 'removed')
        .where('l.decided_at', '>', since);
      const isFree = eb.and([eb('t.linked_count', '=', 0), eb.not(eb.exists(justRemoved))]);
      return eb.or([eb('m.is_draft', '=', true), isFree]);
    });
}

async function deleteEmptyThreads(tx: TenantWriter, threadIds: string[]): Promise<void> {
  const { rows } = await sql<{ id: string }>`
    select t.id from email_threads t
     where t.id = any(${threadIds})
       and not exists (select 1 from email_messages m where m.thread_id = t.id)`.execute(tx);
  const empty = rows.map((row) => row.id);
  if (empty.length === 0) return;
  await tx.deleteFrom('email_links').where('thread_id', 'in', empty).execute();
  await tx.deleteFrom('email_threads').where('id', 'in', empty).execute();
}
