// The rounds of each mailbox (email_rounds), one row each, kept for a week: what the sync page draws.
import type { Selectable } from 'kysely';

import type { EmailWatchersTable, RoundOutcome, RoundSummary, RoundTrigger } from '#tenants/schema.ts';
import type { TenantReader, TenantWriter } from '#tenants/tenants.ts';

type WatcherRow = Selectable<EmailWatchersTable>;

/** A round that has ended. */
export type RoundRecord = RoundSummary & {
  trigger: RoundTrigger;
  outcome: RoundOutcome;
  code: string | null;
  started_at: Date;
  ended_at: Date;
};

const KEPT_MS = 7 * 24 * 3_600_000;
// Pruned a few times a day, not whenever a single row is too old.
const SLACK_MS = 6 * 3_600_000;

/** Why a watcher that was just claimed is being read. */
export function triggerOf(watcher: Pick<WatcherRow, 'first_synced_at' | 'next_sync_trigger'>): RoundTrigger {
  return watcher.first_synced_at === null ? 'first' : watcher.next_sync_trigger;
}

/** Adds a round to the record of its mailbox. */
export async function recordRound(
  tx: TenantWriter,
  watcher: Pick<WatcherRow, 'id' | 'user_id' | 'yacht_id'>,
  round: RoundRecord,
): Promise<void> {
  const { id: watcher_id, user_id, yacht_id } = watcher;
  await tx
    .insertInto('email_rounds')
    .values({ ...round, watcher_id, user_id, yacht_id })
    .execute();
}

/** The rounds of a mailbox that ended after `since`, oldest first; the latest `limit` of them. */
export async function listRounds(
  db: TenantReader,
  watcherId: string,
  { since, limit = 1_000 }: { since: Date; limit?: number },
): Promise<RoundRecord[]> {
  const rows = await db
    .selectFrom('email_rounds')
    .select(['trigger', 'outcome', 'code', 'requests', 'changes', 'milliseconds', 'started_at', 'ended_at'])
    .where('watcher_id', '=', watcherId)
    .where('ended_at', '>', since)
    .orderBy('ended_at', 'desc')
    .limit(limit)
    .execute();
  return rows.reverse();
}

/** Before when rounds are too old to keep, and when it is time to remove them. */
export const keptRounds = (now: Date) => ({
  from: new Date(now.getTime() - KEPT_MS),
  pruneWhenBefore: new Date(now.getTime() - KEPT_MS - SLACK_MS),
});

/** Removes the rounds that are more than a week old. */
export async function pruneRounds(tx: TenantWriter, now: Date): Promise<void> {
  await tx.deleteFrom('email_rounds').where('ended_at', '<', keptRounds(now).from).execute();
}
