// What a notification means for a mailbox. It is only a nudge: the next round is brought forward, and delta tells
// what changed. However many come, a mailbox has one round at a time and a pause between two.
import type { Nudge } from '#directory/nudges.ts';
import { openGap } from '#mailboxes/gaps.ts';
import { RUNNING } from '#mailboxes/running.ts';
import { lockWatcher } from '#mailboxes/watchers.ts';
import type { GapKind } from '#tenants/schema.ts';
import type { TenantWriter } from '#tenants/tenants.ts';

import { FOLDERS_INCOMPLETE } from './ending.ts';
import { isLastLook, type Look, SECOND_LOOK_MS } from './plan-nudge.ts';
import { heard } from './push-silence.ts';
import { isBusy, type SubscriptionRow, strongerWish, wishTime } from './subscription-plan.ts';

/** Between two rounds that notifications ask for: a burst makes few. */
const PAUSE_MS = 2_000;

export type NudgeEffect = {
  /** When a round is to look; null: none may run. */
  round: 'now' | Date | null;
  /** The subscription wants a step. */
  subscription: boolean;
  /** The gaps it told of that were not known. */
  opened: GapKind[];
};

/** Hands a nudge over to its mailbox. Handed over twice, it brings a round forward twice. */
export async function applyNudge(tx: TenantWriter, nudge: Nudge, now: Date): Promise<NudgeEffect> {
  const row = await lockWatcher(tx, nudge.watcherId);
  if (!row) return { round: null, subscription: false, opened: [] };
  const events = row.subscription_key === nudge.key ? nudge.lifecycleEvents : [];
  const wish = wishOf(events);
  if (wish !== null) await noteWish(tx, row, { wish, now });
  const opened = await openGaps(tx, row.id, { events, now });
  // A lifecycle notification takes another path: it does not prove that those of changes arrive.
  if (row.subscription_key === nudge.key && nudge.lifecycleEvents.length === 0)
    await noteHeard(tx, row.id, now);
  const mayLook = await bringForward(tx, row.id, { now, isNotified: true });
  return { round: mayLook ? roundTime(row, now) : null, subscription: wish !== null, opened };
}

const GAPS: [event: string, kind: GapKind][] = [
  ['missed', 'push_missed'],
  ['subscriptionRemoved', 'subscription_removed'],
];

async function openGaps(
  tx: TenantWriter,
  watcherId: string,
  { events, now }: { events: string[]; now: Date },
): Promise<GapKind[]> {
  const opened: GapKind[] = [];
  for (const [event, kind] of GAPS) {
    if (events.includes(event) && (await openGap(tx, { watcherId, kind, at: now }))) opened.push(kind);
  }
  return opened;
}

async function noteHeard(tx: TenantWriter, watcherId: string, now: Date): Promise<void> {
  await tx.updateTable('email_watchers').set(heard(now)).where('id', '=', watcherId).execute();
}

type Held = { lease_until: Date | null; throttled_until: Date | null; last_sync_at: Date | null };

// Whoever holds the mailbox looks again when it is done, unless it dies.
function roundTime({ lease_until, throttled_until, last_sync_at }: Held, now: Date): 'now' | Date {
  const free = Math.max(lease_until?.getTime() ?? 0, throttled_until?.getTime() ?? 0);
  const rested = (last_sync_at?.getTime() ?? 0) + PAUSE_MS;
  if (free > now.getTime()) return new Date(free);
  return rested > now.getTime() ? new Date(rested) : 'now';
}

type Wish = 'recreate' | 'reauthorize';

// Microsoft that removed a subscription cannot be reassured about it.
function wishOf(events: string[]): Wish | null {
  if (events.includes('subscriptionRemoved')) return 'recreate';
  return events.includes('reauthorizationRequired') ? 'reauthorize' : null;
}

// A step in hand is not hurried: it ends by itself, or its worker has died.
async function noteWish(
  tx: TenantWriter,
  row: SubscriptionRow & { id: string },
  { wish, now }: { wish: Wish; now: Date },
): Promise<void> {
  const stronger = strongerWish(row.subscription_wish, wish);
  const due = stronger === 'reauthorize' ? wishTime(row, now) : now;
  await tx
    .updateTable('email_watchers')
    .set({
      subscription_wish: stronger,
      ...(!isBusy(row.subscription_state) && { subscription_due_at: due }),
    })
    .where('id', '=', row.id)
    .execute();
}

/**
 * Lets the next round begin now; a mailbox that fails as a whole keeps to the clock of its own attempts. `isNotified`:
 * because Microsoft said that something changed, so the round is followed by another.
 *
 * @returns whether it may
 */
export async function bringForward(
  tx: TenantWriter,
  watcherId: string,
  { now, isNotified = false }: { now: Date; isNotified?: boolean },
): Promise<boolean> {
  const brought = await tx
    .updateTable('email_watchers')
    .set({
      next_sync_at: now,
      next_sync_trigger: 'push',
      // A notification does not say in which folder something changed.
      whole_requested_at: now,
      ...(isNotified && { nudged_at: now }),
    })
    .where('id', '=', watcherId)
    .where('sync_status', 'in', RUNNING)
    .where((eb) => eb.or([eb('failures', '=', 0), eb('last_sync_error_code', '=', FOLDERS_INCOMPLETE)]))
    .executeTakeFirst();
  return brought.numUpdatedRows > 0n;
}

export type FinishedRound = Look & { watcherId: string };

/**
 * When the mailbox is next after a round that a notification may have asked for: soon, when one came while it ran;
 * once more and a little later, as long as more of what it told of may come to light.
 */
export async function lookAgain(tx: TenantWriter, round: FinishedRound, now: Date): Promise<Date | null> {
  const row = await lockWatcher(tx, round.watcherId);
  if (!row?.next_sync_at) return null;
  if (row.next_sync_at <= now) return new Date(now.getTime() + PAUSE_MS);
  const isLast = isLastLook(row.nudged_at, round);
  const next = isLast ? row.next_sync_at : new Date(now.getTime() + SECOND_LOOK_MS);
  // The late change is in any folder, as the first was.
  const again = { next_sync_at: next, next_sync_trigger: 'push', whole_requested_at: now } as const;
  await tx
    .updateTable('email_watchers')
    .set(isLast ? { nudged_at: null } : again)
    .where('id', '=', round.watcherId)
    .execute();
  return next;
}
