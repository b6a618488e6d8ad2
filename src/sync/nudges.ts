// What a notification means for a mailbox. It is only a nudge: the next round is brought forward, and delta tells
// what changed. However many come, a mailbox has one round at a time and a pause between two.
import type { Nudge } from '#directory/nudges.ts';
import type { TenantWriter } from '#tenants/tenants.ts';

import { isBusy, type SubscriptionRow, wishTime } from './subscription-plan.ts';

/** Seconds between two rounds that notifications ask for: a burst makes few. */
const PAUSE_SECONDS = 2;
/** Changes become visible to delta some time after their notification: seconds mostly. */
const SECOND_LOOK_SECONDS = 10;

export type NudgeEffect = {
  /** In how many seconds a round is to look; null: one is running and will be followed, or none may run. */
  roundAfterSeconds: number | null;
  /** The subscription wants a step. */
  subscription: boolean;
};

/** Hands a nudge over to its mailbox. Handed over twice, it brings a round forward twice. */
export async function applyNudge(tx: TenantWriter, nudge: Nudge, now: Date): Promise<NudgeEffect> {
  const row = await tx
    .selectFrom('email_watchers')
    .selectAll()
    .where('id', '=', nudge.watcherId)
    .forUpdate()
    .executeTakeFirst();
  if (!row) return { roundAfterSeconds: null, subscription: false };
  const wish = row.subscription_key === nudge.key ? wishOf(nudge.lifecycleEvents) : null;
  if (wish !== null) await noteWish(tx, row, { wish, now });
  const isHeld = [row.lease_until, row.throttled_until].some((until) => until !== null && until > now);
  const mayLook = (await bringForward(tx, row.id, { now, isNotified: true })) && !isHeld;
  return {
    roundAfterSeconds: mayLook ? pauseAfter(row.last_sync_at, now) : null,
    subscription: wish !== null,
  };
}

type Wish = 'recreate' | 'reauthorize';

// A step in hand is not hurried: it ends by itself, or its worker has died.
async function noteWish(
  tx: TenantWriter,
  row: SubscriptionRow & { id: string },
  { wish, now }: { wish: Wish; now: Date },
): Promise<void> {
  const due = wish === 'recreate' ? now : wishTime(row, now);
  await tx
    .updateTable('email_watchers')
    .set({
      subscription_wish: wish,
      ...(!isBusy(row.subscription_state) && { subscription_due_at: due }),
    })
    .where('id', '=', row.id)
    .execute();
}

/**
 * Lets the next round begin now; a mailbox that fails keeps to the clock of its own attempts. `isNotified`: because
 * Microsoft said that something changed, so a round that shows nothing is followed by another.
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
    .set({ next_sync_at: now, ...(isNotified && { nudged_at: now }) })
    .where('id', '=', watcherId)
    .where('sync_status', 'in', ['pending', 'active', 'degraded'])
    .where('failures', '=', 0)
    .executeTakeFirst();
  return brought.numUpdatedRows > 0n;
}

// Microsoft that removed a subscription cannot be reassured about it.
function wishOf(events: string[]): Wish | null {
  if (events.includes('subscriptionRemoved')) return 'recreate';
  return events.includes('reauthorizationRequired') ? 'reauthorize' : null;
}

function pauseAfter(lastSyncAt: Date | null, now: Date): number {
  const since = lastSyncAt === null ? Number.POSITIVE_INFINITY : now.getTime() - lastSyncAt.getTime();
  return since < PAUSE_SECONDS * 1_000 ? PAUSE_SECONDS : 0;
}

export type FinishedRound = { watcherId: string; changes: number };

/**
 * Whether yet another round is wanted after this one: because it was asked for while this one ran, or because this
 * one showed nothing although a notification had come before it; then once, a little later.
 *
 * @returns in how many seconds; null: none
 */
export async function lookAgain(tx: TenantWriter, round: FinishedRound, now: Date): Promise<number | null> {
  const row = await tx
    .selectFrom('email_watchers')
    .select(['nudged_at', 'next_sync_at'])
    .where('id', '=', round.watcherId)
    .forUpdate()
    .executeTakeFirst();
  if (!row?.next_sync_at) return null;
  if (row.next_sync_at <= now) return PAUSE_SECONDS;
  if (row.nudged_at === null) return null;
  const isSettled = round.changes > 0;
  const second = new Date(now.getTime() + SECOND_LOOK_SECONDS * 1_000);
  await tx
    .updateTable('email_watchers')
    .set({ nudged_at: null, ...(!isSettled && { next_sync_at: second }) })
    .where('id', '=', round.watcherId)
    .execute();
  return isSettled ? null : SECOND_LOOK_SECONDS;
}
