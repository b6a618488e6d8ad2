import { sql } from 'kysely';

import { CelesteError } from '#base/errors.ts';
import { recordAudit } from '#tenants/audit.ts';
import type { TenantWriter } from '#tenants/tenants.ts';

import { getWatcherState, requireWatcher, type WatcherState } from './watchers.ts';

/** Minutes between two rounds that a person may choose. */
export const INTERVAL_MINUTES = { min: 5, max: 1440 };

const MINUTE_MS = 60_000;

export type IntervalRequest = { watcherId: string; minutes: number; now: Date };

/**
 * Has a mailbox looked at every so many minutes from now on, and leaves that in the audit. Its owner decides, or the
 * captain. The same again changes nothing.
 *
 * @throws CelesteError `watcher_not_found`, `not_allowed`
 */
export async function setSyncInterval(
  tx: TenantWriter,
  person: { userId: string; yachtId: string },
  { watcherId, minutes, now }: IntervalRequest,
): Promise<WatcherState> {
  await requireWatcher(tx, watcherId);
  const due = new Date(now.getTime() + minutes * MINUTE_MS);
  const { rows } = await sql<{ before: number | null }>`
    select celeste_set_sync_interval(${watcherId}, ${minutes}, ${due}) as before`.execute(tx);
  const before = rows[0]?.before ?? null;
  if (before === null) {
    throw new CelesteError(
      'not_allowed',
      'Only the owner of a mailbox and the captain say how often it is looked at.',
      { advice: 'Ask one of them.' },
    );
  }
  if (before !== minutes) {
    await recordAudit(tx, {
      yachtId: person.yachtId,
      actor: { kind: 'person', id: person.userId },
      action: 'mailbox.interval_changed',
      target: { type: 'mailbox', id: watcherId },
      before: { minutes: before },
      after: { minutes },
    });
  }
  return getWatcherState(tx, watcherId, now);
}
