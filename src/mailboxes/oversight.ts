// Looking after the mailboxes of a yacht when no round does: every two minutes at the latest, with the sweep. One query
// says how they stand; only when something is to be noted does it write.
import { sql } from 'kysely';

import type { SyncStatus } from '#tenants/schema.ts';
import type { TenantReader, TenantWriter } from '#tenants/tenants.ts';

import { noteOutages, troublesAt, unnotedOutages } from './freshness.ts';
import { type NoticeChange, settleNotices } from './notices.ts';
import { keptRounds, pruneRounds } from './rounds.ts';
import { running } from './running.ts';

/** How the mailboxes of a yacht stand. */
export type Standing = {
  states: Partial<Record<SyncStatus, number>>;
  /**
   * Of the mailboxes that should be in sync the one that is the furthest behind, those apart that only their owner can
   * mend; null: none is complete.
   */
  oldestCompleteUpTo: Date | null;
  /** Something is to be noted: call `attend`. */
  needsAttention: boolean;
};

/** One cheap read. */
export async function standingOf(db: TenantReader, now: Date): Promise<Standing> {
  const { rows } = await sql<{
    states: Standing['states'] | null;
    oldest: Date | null;
    attention: boolean;
  }>`
    select (select jsonb_object_agg(s.sync_status, s.n)
              from (select sync_status, count(*) as n from email_watchers group by sync_status) s) as states,
           (select min(complete_up_to) from email_watchers
             where sync_status in ${running}) as oldest,
           exists (${unnotedOutages(now)})
             or exists (select 1 from (${troublesAt(now)}) t
                          full join (select * from email_notices where mended_at is null) n using (watcher_id, kind)
                         where t.user_id is null or n.id is null)
             or exists (select 1 from email_rounds where ended_at < ${keptRounds(now).pruneWhenBefore}) as attention
  `.execute(db);
  const row = rows[0];
  return {
    states: row?.states ?? {},
    oldestCompleteUpTo: row?.oldest ?? null,
    needsAttention: row?.attention ?? false,
  };
}

export type Attended = { outages: number; notices: NoticeChange[] };

/** Notes outages, brings the notices in step, and forgets rounds that are too old. */
export async function attend(tx: TenantWriter, now: Date): Promise<Attended> {
  await pruneRounds(tx, now);
  const outages = await noteOutages(tx, { at: now, now });
  return { outages: outages.length, notices: await settleNotices(tx, now) };
}
