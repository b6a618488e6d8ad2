// Whether Microsoft's notifications still reach us, judged by what polls find. Pure. A subscription may stand there
// while a proxy, a name or a firewall here keeps its notifications out: nobody is told, and mail is late by a poll.
//
// A poll that finds changes of which nothing told says little: their notification may be on its way. So the find
// waits, and only when nothing was heard for longer than Microsoft ever takes, it counts. Several in a row mean that
// push is silent; one notification means that it is not. What nothing need tell of is no evidence: folders read for
// the first time or again, changes from before the subscription, what reconciling finds, what asking about single
// messages changes.
import type { Selectable } from 'kysely';

import type { EmailWatchersTable, RoundTrigger } from '#tenants/schema.ts';

export type PushRow = Pick<
  Selectable<EmailWatchersTable>,
  | 'subscription_state'
  | 'subscription_authorized_at'
  | 'push_heard_at'
  | 'push_untold'
  | 'push_untold_at'
  | 'push_silent_at'
>;

/** A round that has ended. */
export type Poll = {
  trigger: RoundTrigger;
  reconciling: boolean;
  /**
   * The latest moment after which a change happened that the round found: when its folder was last looked at. Null:
   * it found none that could have been told of.
   */
  changedSince: Date | null;
};

// Microsoft takes three minutes at most, and holds notifications back for ten from whoever answers slowly:
// https://learn.microsoft.com/en-us/graph/change-notifications-overview
// https://learn.microsoft.com/en-us/graph/change-notifications-delivery-webhooks
export const LATE_MS = 12 * 60_000;
/** Single notifications get lost, those of bulk moves above all. */
export const UNTOLD_POLLS = 3;

/** What the row says of push that is well, or of which nothing is known yet. */
export const UNDOUBTED = { push_untold: 0, push_untold_at: null, push_silent_at: null };

/**
 * What a poll changes in the judgement of push; null: nothing. With `push_silent_at` it has just fallen silent, and
 * the subscription is to be replaced: once, since it is not judged again until a notification has come.
 */
export function judgePoll(row: PushRow, poll: Poll, now: Date): Partial<PushRow> | null {
  if (row.subscription_state !== 'active' || row.push_silent_at !== null || !isPoll(poll)) return null;
  const isFind = findsUntold(row, poll);
  const waiting = row.push_untold_at;
  const isLate = waiting !== null && now.getTime() - waiting.getTime() >= LATE_MS;
  if (!isLate) return isFind && waiting === null ? { push_untold_at: now } : null;
  const untold = row.push_untold + 1;
  if (untold >= UNTOLD_POLLS) return { ...UNDOUBTED, push_silent_at: now };
  return { push_untold: untold, push_untold_at: isFind ? now : null };
}

/** Whether a round looked unasked; one that a notification asked for, or a subscription just made, is none. */
export function isPoll({ trigger, reconciling }: Poll): boolean {
  return ['schedule', 'person', 'retry'].includes(trigger) && !reconciling;
}

// What was heard shortly before the folder's last look may have been about a change that became visible late.
function findsUntold(row: PushRow, { changedSince }: Poll): boolean {
  const from = row.subscription_authorized_at;
  if (changedSince === null || from === null || changedSince < from) return false;
  const heard = row.push_heard_at?.getTime() ?? Number.NEGATIVE_INFINITY;
  return heard < changedSince.getTime() - LATE_MS;
}
