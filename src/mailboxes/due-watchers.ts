// Which mailboxes are to be synced now, from their own rows.
import { sql } from 'kysely';

import type { TenantReader } from '#tenants/tenants.ts';

import { running } from './running.ts';

export type DueWatcher = {
  id: string;
  /** It has never been read to its end, or was stopped on the way: there may be much to read. */
  catchesUp: boolean;
};

/**
 * The watchers a worker should take up now, the longest due first, and when to ask again: the next falls due, a
 * throttle is over, or a worker that holds one may have died. Null: nothing is scheduled. Reads what is due and one
 * row more, by the index on `next_sync_at`.
 */
export async function watchersSchedule(
  db: TenantReader,
  now: Date,
  limit: number,
): Promise<{ due: DueWatcher[]; nextAt: Date | null }> {
  const { rows } = await sql<{ id: string; catches_up: boolean; ready_at: Date }>`
    (select id, first_synced_at is null or coalesce(last_round ->> 'outcome' = 'interrupted', false) as catches_up,
            greatest(next_sync_at, throttled_until, lease_until) as ready_at
       from email_watchers where sync_status in ${running} and next_sync_at <= ${now} order by next_sync_at limit ${limit})
    union all
    (select id, false, next_sync_at from email_watchers
      where sync_status in ${running} and next_sync_at > ${now} order by next_sync_at limit 1)`.execute(db);
  const later = rows.filter(({ ready_at }) => ready_at > now).map(({ ready_at }) => ready_at.getTime());
  const due = rows.filter(({ ready_at }) => ready_at <= now);
  return {
    due: due.map(({ id, catches_up }) => ({ id, catchesUp: catches_up })),
    nextAt: later.length > 0 ? new Date(Math.min(...later)) : null,
  };
}
