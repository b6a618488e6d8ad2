// What a mailbox's owner, and the captain, should be told without looking for it: a consent died, or the mailbox is
// behind. A notice follows from the watcher's own state; the row (email_notices) says since when, and is what
// tells open pages that something changed.
import { sql } from 'kysely';

import type { MailboxKind, NoticeKind } from '#tenants/schema.ts';
import type { TenantReader, TenantWriter } from '#tenants/tenants.ts';

import { problemOn } from './advice.ts';
import { troublesAt } from './freshness.ts';
import { ENDED_BY_OTHERS } from './orders.ts';
import type { Problem } from './status.ts';

/** A notice that was raised, or that is mended by now. */
export type NoticeChange = { watcher_id: string; kind: NoticeKind; open: boolean };

/**
 * Brings the notices of a yacht, or of one mailbox, in step with how the mailboxes stand. Repeating it changes
 * nothing.
 *
 * @returns what changed
 */
export async function settleNotices(
  tx: TenantWriter,
  now: Date,
  watcherId: string | null = null,
): Promise<NoticeChange[]> {
  const { rows } = await sql<NoticeChange>`
    with troubles as (${troublesAt(now)}),
    raised as (
      insert into email_notices (watcher_id, user_id, yacht_id, kind, raised_at)
      select t.watcher_id, t.user_id, t.yacht_id, t.kind, ${now} from troubles t
       where ${watcherId}::uuid is null or t.watcher_id = ${watcherId}::uuid
      on conflict (watcher_id, kind) where mended_at is null do nothing
      returning watcher_id, kind),
    mended as (
      update email_notices n set mended_at = ${now}
       where n.mended_at is null and (${watcherId}::uuid is null or n.watcher_id = ${watcherId}::uuid)
         and not exists (select 1 from troubles t where t.watcher_id = n.watcher_id and t.kind = n.kind)
      returning watcher_id, kind)
    select *, true as open from raised union all select *, false from mended`.execute(tx);
  return rows;
}

/** A notice as it is shown; dates are Date. */
export type NoticeState = {
  watcher_id: string;
  user_id: string;
  mailbox: string;
  mailbox_kind: MailboxKind;
  kind: NoticeKind | 'ended';
  raised_at: Date;
  complete_up_to: Date | null;
  /** Why, where a fault is known; in the words for whoever opened the mailbox. */
  problem: Problem | null;
};

/**
 * The caller's own mailboxes that somebody else ended, until they connect one again or leave it so (end.ts). For
 * nobody else is there anything in it to mend; so it is no row, and no event but that of their connection.
 */
const endedByOthers = sql`
  select w.id, 'ended' from email_watchers w
   where w.user_id = celeste_user_id() and w.last_sync_error_code in (${sql.join(ENDED_BY_OTHERS)})
     and not exists (select 1 from email_watchers o
                      where o.user_id = w.user_id and o.kind = 'own' and o.sync_status <> 'disconnected')`;

/**
 * The notices that hold now and that the caller of `db` may see, the oldest first. They are worked out anew: one
 * that nobody raised, because no worker runs, is among them.
 */
export async function listNotices(db: TenantReader, now: Date): Promise<NoticeState[]> {
  const { rows } = await sql<Omit<NoticeState, 'problem'> & { code: string | null }>`
    select t.watcher_id, t.kind, w.user_id, w.mailbox, w.kind as mailbox_kind, w.complete_up_to, w.last_sync_error_code as code,
           coalesce(n.raised_at, ${now}::timestamptz) as raised_at
      from (select watcher_id, kind from (${troublesAt(now)}) troubles union all ${endedByOthers}) t
      join email_watchers w on w.id = t.watcher_id
      left join email_notices n on n.watcher_id = t.watcher_id and n.kind = t.kind and n.mended_at is null
     order by raised_at, t.watcher_id`.execute(db);
  return rows.map(({ code, ...notice }) => ({
    ...notice,
    problem: problemOn(notice.kind === 'write_lost' ? 'write_lost' : code),
  }));
}
