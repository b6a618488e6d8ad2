// When a mailbox is behind: the rules stand here once, as SQL over a watcher `w`, for whoever looks (the sweep, the
// end of a round, a page). A mailbox is not behind while it is meant to be: paused, disconnected, just connected.
import { type RawBuilder, sql } from 'kysely';

import type { NoticeKind } from '#tenants/schema.ts';
import type { TenantWriter } from '#tenants/tenants.ts';

import { running } from './running.ts';

// By the last round that ended well: quiet folders of a large mailbox take turns, so what it is complete up to may
// be older. One that never was read to its end is judged by its latest page: a large first sync takes hours.
const inStepAt = sql`greatest(w.last_sync_at, w.expected_from,
                              case when w.first_synced_at is null then w.progress_at end)`;
const minutes = sql`w.sync_interval_minutes * interval '1 minute'`;

/** True without a whole round for longer than an hour and three intervals. */
const isOut = (now: Date) => sql<boolean>`(
  w.sync_status in ('pending', 'active', 'degraded', 'reauth_required')
  and ${inStepAt} < ${now}::timestamptz - greatest(interval '1 hour', 3 * ${minutes}))`;

/** True an hour after a round was due and did not complete. */
const isStale = (now: Date) => sql<boolean>`(
  w.sync_status in ${running}
  and ${inStepAt} < ${now}::timestamptz - interval '1 hour' - ${minutes})`;

/** Read as before, but its owner's consent to write has died. Where both have, reading comes first. */
const hasLostWriting = sql<boolean>`(
  w.kind = 'own' and w.sync_status in ('pending', 'active', 'degraded', 'paused') and celeste_write_lost(w.user_id))`;

/** What somebody should be told of, as rows (watcher_id, user_id, yacht_id, kind). */
export const troublesAt = (now: Date): RawBuilder<{ watcher_id: string; kind: NoticeKind }> => sql`
  select w.id as watcher_id, w.user_id, w.yacht_id,
         case w.sync_status when 'reauth_required' then 'consent_lost' else 'stale' end as kind
    from email_watchers w
   where w.sync_status = 'reauth_required' or ${isStale(now)}
   union all
  select w.id, w.user_id, w.yacht_id, 'write_lost' from email_watchers w where ${hasLostWriting}`;

/** The watchers with an outage that the ledger does not hold yet, as rows of email_watchers. */
export const unnotedOutages = (now: Date): RawBuilder<unknown> => sql`
  select w.* from email_watchers w
   where ${isOut(now)}
     and not exists (select 1 from email_gaps g
                      where g.watcher_id = w.id and g.kind = 'outage' and g.repaired_at is null)`;

export type NotingOutages = {
  /** The moment that is judged, and noted. */
  at: Date;
  now: Date;
  /** This mailbox alone; absent: every one. */
  watcherId?: string;
};

/**
 * Notes in the gap ledger every mailbox that has not been read to its end for too long, with the fault that stands on
 * it, and has the next round that begins read all of it.
 *
 * @returns the watchers concerned
 */
export async function noteOutages(
  tx: TenantWriter,
  { at, now, watcherId }: NotingOutages,
): Promise<string[]> {
  const { rows } = await sql<{ watcher_id: string }>`
    with noted as (insert into email_gaps (watcher_id, user_id, yacht_id, kind, detail, noticed_at, since)
    select o.id, o.user_id, o.yacht_id, 'outage', o.last_sync_error_code, ${at}, o.complete_up_to
      from (${unnotedOutages(at)}) o
     where ${watcherId ?? null}::uuid is null or o.id = ${watcherId ?? null}::uuid
    on conflict (watcher_id, kind, folder_id) where repaired_at is null do nothing
    returning watcher_id)
    update email_watchers w set whole_requested_at = ${now} from noted where w.id = noted.watcher_id
    returning w.id as watcher_id`.execute(tx);
  return rows.map((row) => row.watcher_id);
}
