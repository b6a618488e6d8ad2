// How a round ended, written to the watcher's row together with giving the lease back.
import { sql } from 'kysely';

import { CelesteError } from '#base/errors.ts';
import { adviceOn } from '#mailboxes/advice.ts';
import { releaseLease } from '#mailboxes/lease.ts';
import type { RoundSummary } from '#tenants/schema.ts';
import type { TenantWriter } from '#tenants/tenants.ts';

import { nextAttempt, nextRound } from './plan.ts';
import type { Round } from './round.ts';

/**
 *   synced           the mailbox was read to its end
 *   degraded         something failed; `next_sync_at` says when it is tried again
 *   throttled        Microsoft wants a long pause; the schedule goes on when it is over
 *   reauth_required  only the mailbox's owner can mend it
 *   interrupted      we were told to stop; the next worker goes on where this one was
 *   skipped          another worker has the mailbox, or it is not to be synced
 */
export type Outcome = 'synced' | 'degraded' | 'throttled' | 'reauth_required' | 'interrupted' | 'skipped';

export type Ending = {
  outcome: Exclude<Outcome, 'skipped'>;
  code: string | null;
  startedAt: Date;
  /** Up to when the mailbox is complete, if the round ended well. */
  completeUpTo: Date | null;
  summary: RoundSummary;
};

const RUNNING = ['pending', 'active', 'degraded'] as const;

/** Writes the ending, unless the mailbox is somebody else's by now. */
export function recordEnding(
  tx: TenantWriter,
  round: Pick<Round, 'watcher' | 'lease' | 'clock'>,
  ending: Ending,
): Promise<void> {
  const write = { synced: recordSuccess, degraded: recordFailure, throttled: recordThrottle }[
    ending.outcome as string
  ];
  const recorded = write?.(tx, round, ending) ?? recordPause(tx, round, ending);
  return recorded.then(() => releaseLease(tx, round.lease));
}

type Recording = Pick<Round, 'watcher' | 'lease' | 'clock'>;

function held(tx: TenantWriter, { watcher, lease }: Recording) {
  return tx
    .updateTable('email_watchers')
    .where('id', '=', watcher.id)
    .where('lease_owner', '=', lease.owner)
    .where('sync_status', 'in', RUNNING);
}

async function recordSuccess(
  tx: TenantWriter,
  round: Recording,
  { startedAt, completeUpTo, summary }: Ending,
): Promise<void> {
  const now = round.clock.now();
  const next = nextRound(now, round.watcher.sync_interval_minutes);
  await held(tx, round)
    .set((eb) => ({
      sync_status: 'active',
      last_sync_at: now,
      last_sync_error: null,
      last_sync_error_code: null,
      failures: 0,
      complete_up_to: completeUpTo,
      first_synced_at: eb.fn.coalesce('first_synced_at', eb.val(now)),
      last_round: JSON.stringify(summary),
      whole_requested_at: sql<Date | null>`case when whole_requested_at > ${startedAt} then whole_requested_at end`,
      // Asked for while this round ran: it may have come too late for it.
      next_sync_at: sql<Date>`case when next_sync_at > ${startedAt} and next_sync_at <= ${now} then next_sync_at else ${next} end`,
    }))
    .execute();
}

async function recordFailure(tx: TenantWriter, round: Recording, { code, summary }: Ending): Promise<void> {
  const failures = round.watcher.failures + 1;
  await held(tx, round)
    .set({
      sync_status: 'degraded',
      last_sync_error: adviceOn(code ?? 'unexpected').message,
      last_sync_error_code: code ?? 'unexpected',
      failures,
      last_round: JSON.stringify(summary),
      next_sync_at: nextAttempt(round.clock.now(), failures),
    })
    .execute();
}

async function recordThrottle(tx: TenantWriter, round: Recording): Promise<void> {
  const soon = nextAttempt(round.clock.now(), 1);
  await held(tx, round)
    .set((eb) => ({ next_sync_at: eb.fn('greatest', ['throttled_until', eb.val(soon)]) }))
    .execute();
}

async function recordPause(tx: TenantWriter, round: Recording, { outcome }: Ending): Promise<void> {
  if (outcome === 'interrupted') await held(tx, round).set({ next_sync_at: round.clock.now() }).execute();
}

/** Which ending a fault means, and the code that stands on the watcher. */
export function endingOf(error: unknown, signal: AbortSignal): Pick<Ending, 'outcome' | 'code'> {
  const code = error instanceof CelesteError ? error.code : null;
  if (code === 'lease_lost' || signal.aborted) return { outcome: 'interrupted', code };
  if (code === 'throttled' || code === 'graph_throttled') return { outcome: 'throttled', code };
  if (code === 'reauth_required' || code === 'not_connected') return { outcome: 'reauth_required', code };
  return { outcome: 'degraded', code: code ?? 'unexpected' };
}
