// How a round ended, written to the watcher's row together with giving the lease back.
import { sql } from 'kysely';

import { adviceOn } from '#mailboxes/advice.ts';
import { RELEASED, releaseLease, withPlacesBack } from '#mailboxes/lease.ts';
import { triggerOf } from '#mailboxes/rounds.ts';
import { RUNNING } from '#mailboxes/running.ts';
import type { LastRound } from '#tenants/schema.ts';
import type { TenantWriter } from '#tenants/tenants.ts';

import { type Ending, FOLDERS_INCOMPLETE } from './ending.ts';
import { storeQuiet, type Tree } from './folders.ts';
import { type Ledger, recordMended, recordMet } from './ledger.ts';
import { jitter, nextAttempt } from './plan.ts';
import { notePoll } from './push-silence.ts';
import type { Round, WatcherRow } from './round.ts';
import { noteTroubles } from './troubles.ts';

/**
 * Writes the ending, unless the mailbox is somebody else's by now; and in any case what the round was, in the
 * ledger.
 *
 * @returns what the ledger says, and the watcher's row as it stands then
 */
export async function recordEnding(
  tx: TenantWriter,
  round: Recording & { tree: Tree },
  ending: Ending,
): Promise<Recorded> {
  await noteTroubles(tx, round, ending.troubles);
  const [{ hasGaps, wasInStep, ...met }] = await Promise.all([
    recordMet(tx, round, ending),
    storeQuiet(tx, round.tree, round.lease),
  ]);
  const silence = await notePoll(tx, round, { ...ending, trigger: met.trigger });
  const released = await recordOnWatcher(tx, round, ending);
  const mended = await recordMended(tx, round, { ...ending, hasGaps, wasInStep });
  const after = released ?? (await release(tx, round));
  const opened = [...met.opened, ...silence.opened];
  return { ledger: { ...met, ...mended, ...silence, opened }, after };
}

/** The same on the watcher's row alone, for a database that has no room for another row. */
export async function recordBareEnding(
  tx: TenantWriter,
  round: Recording,
  ending: Ending,
): Promise<Recorded> {
  const after = (await recordOnWatcher(tx, round, ending)) ?? (await release(tx, round));
  const trigger = triggerOf(round.watcher);
  return { ledger: { trigger, opened: [], repaired: [], notices: [], pushFellSilent: false }, after };
}

type Recorded = { ledger: Ledger; after: WatcherRow };

async function recordOnWatcher(tx: TenantWriter, round: Recording, ending: Ending) {
  switch (ending.outcome) {
    case 'synced':
      return recordSuccess(tx, round, ending);
    case 'degraded':
      return recordFailure(tx, round, ending);
    case 'throttled':
      return recordThrottle(tx, round, ending);
    case 'reauth_required':
      return recordReauth(tx, round, ending);
    case 'interrupted':
      return recordPause(tx, round, ending);
  }
}

type Recording = Pick<Round, 'watcher' | 'lease' | 'clock'>;

async function release(tx: TenantWriter, { watcher, lease }: Recording): Promise<WatcherRow> {
  await releaseLease(tx, lease);
  return tx.selectFrom('email_watchers').selectAll().where('id', '=', watcher.id).executeTakeFirstOrThrow();
}

function held(tx: Pick<TenantWriter, 'updateTable'>, { watcher, lease }: Recording) {
  return tx
    .updateTable('email_watchers')
    .where('id', '=', watcher.id)
    .where('lease_owner', '=', lease.owner)
    .where('sync_status', 'in', RUNNING);
}

/** For the watcher's row: the latest round, whatever came of it. */
function lastRound({ watcher, clock }: Recording, { outcome, startedAt, summary }: Ending): string {
  const last: LastRound = {
    ...summary,
    outcome,
    trigger: triggerOf(watcher),
    started_at: startedAt.toISOString(),
    ended_at: clock.now().toISOString(),
  };
  return JSON.stringify(last);
}

/** By the interval as it stands in the row: a person may have chosen another while the round ran. */
const byInterval = (now: Date) =>
  sql<Date>`${now}::timestamptz + sync_interval_minutes * interval '1 minute' * ${jitter()}`;

/** Gives the lease back with the same statement, as most rounds end this way. */
async function recordSuccess(
  tx: TenantWriter,
  round: Recording,
  ending: Ending,
): Promise<WatcherRow | undefined> {
  const { startedAt, completeUpTo, code } = ending;
  const now = round.clock.now();
  // Asked for while this round ran: it may have come too late for it.
  const isAsked = sql<boolean>`next_sync_at > ${startedAt} and next_sync_at <= ${now}`;
  return held(withPlacesBack(tx, round.lease), round)
    .set((eb) => ({
      ...RELEASED,
      sync_status: code === null ? 'active' : 'degraded',
      last_sync_at: now,
      last_sync_error: code && adviceOn(code).message,
      last_sync_error_code: code,
      failures: 0,
      complete_up_to: completeUpTo,
      folders_left_out: ending.troubles.filter((trouble) => trouble.code !== null).length,
      first_synced_at: eb.fn.coalesce('first_synced_at', eb.val(now)),
      last_round: lastRound(round, ending),
      whole_requested_at: sql<Date | null>`case when whole_requested_at > ${startedAt} then whole_requested_at end`,
      next_sync_at: sql<Date>`case when ${isAsked} then next_sync_at else ${byInterval(now)} end`,
      next_sync_trigger: sql<'schedule'>`case when ${isAsked} then next_sync_trigger else 'schedule' end`,
    }))
    .returningAll()
    .executeTakeFirst();
}

async function recordFailure(tx: TenantWriter, round: Recording, ending: Ending): Promise<undefined> {
  const { code } = ending;
  const now = round.clock.now();
  const failures = round.watcher.failures + 1;
  // Nobody is spared by waiting for room longer than it takes to ask.
  const next = nextAttempt(now, code === 'database_full' ? 1 : failures);
  await held(tx, round)
    .set({
      sync_status: 'degraded',
      last_sync_error: adviceOn(code ?? 'unexpected').message,
      last_sync_error_code: code ?? 'unexpected',
      failures,
      last_round: lastRound(round, ending),
      // What is well in the mailbox keeps to its interval.
      next_sync_at: code === FOLDERS_INCOMPLETE ? sql<Date>`least(${next}, ${byInterval(now)})` : next,
      next_sync_trigger: 'retry',
    })
    .execute();
}

async function recordThrottle(tx: TenantWriter, round: Recording, ending: Ending): Promise<undefined> {
  const soon = nextAttempt(round.clock.now(), 1);
  await held(tx, round)
    .set((eb) => ({
      last_round: lastRound(round, ending),
      next_sync_at: eb.fn('greatest', ['throttled_until', eb.val(soon)]),
      next_sync_trigger: 'retry',
    }))
    .execute();
}

/** Whoever met the refusal said so to the mailboxes that were running then; this one may have been paused. */
async function recordReauth(tx: TenantWriter, round: Recording, ending: Ending): Promise<undefined> {
  const code = ending.code ?? 'reauth_required';
  await noteLastRound(tx, round, ending);
  await held(tx, round)
    .set({
      sync_status: 'reauth_required',
      last_sync_error: adviceOn(code).message,
      last_sync_error_code: code,
    })
    .execute();
}

/** A round over every folder goes on as one: what this one looked at need not be looked at again. */
async function recordPause(tx: TenantWriter, round: Recording, ending: Ending): Promise<undefined> {
  await noteLastRound(tx, round, ending);
  await held(tx, round)
    .set((eb) => ({
      next_sync_at: round.clock.now(),
      ...(ending.isWhole && {
        whole_requested_at: eb.fn.coalesce('whole_requested_at', eb.val(ending.startedAt)),
      }),
    }))
    .execute();
}

/** The mailbox may have been stopped meanwhile: then it is not due, but the round was one. */
async function noteLastRound(tx: TenantWriter, round: Recording, ending: Ending): Promise<void> {
  await tx
    .updateTable('email_watchers')
    .set({ last_round: lastRound(round, ending) })
    .where('id', '=', round.watcher.id)
    .where('lease_owner', '=', round.lease.owner)
    .execute();
}
