// What a mailbox's subscription to notifications needs next, decided here without touching anything.
//
//   none           there is none, or none is wanted
//   creating       Microsoft is being asked for one; after a crash it may exist there without our knowing its id
//   active         it notifies us until its end
//   renewing       its end is being moved on
//   reauthorizing  Microsoft is being shown that we still may read the mailbox
//   removing       it is being ended
//   lost           it could not be made or kept; tried again by its own clock
//
// `subscription_due_at` says when to look again. In the states that end in -ing it is when a worker that died is
// succeeded. Nothing here touches how the sync itself stands: without push, the mailbox is polled.
import type { Selectable } from 'kysely';

import { SILENT } from '#directory/subscriptions.ts';
import { isRunning } from '#mailboxes/running.ts';
import type { EmailWatchersTable, SubscriptionState, SubscriptionWish } from '#tenants/schema.ts';

import { UNDOUBTED } from './plan-push.ts';

export type SubscriptionRow = Pick<
  Selectable<EmailWatchersTable>,
  | 'kind'
  | 'sync_status'
  | 'subscription_id'
  | 'subscription_key'
  | 'subscription_state'
  | 'subscription_expires_at'
  | 'subscription_url'
  | 'subscription_due_at'
  | 'subscription_authorized_at'
  | 'subscription_wish'
  | 'subscription_failures'
>;

/** `now`, and the public base URL of our receiver; null: no subscriptions. */
export type Circumstances = { now: Date; webhookUrl: string | null };

export type Task = 'create' | 'renew' | 'reauthorize' | 'remove';
export type Step = { task: Task } | { task: 'rest' };

const MINUTE_MS = 60_000;

/** Longer than any of the calls takes: whoever is still in a state that ends in -ing by then has died. */
export const STEP_MS = 2 * MINUTE_MS;
// Half of the 10,080 minutes that Microsoft allows: https://learn.microsoft.com/en-us/graph/api/resources/subscription
const LIFETIME_MS = 5_040 * MINUTE_MS;
// "Do not combine reauthorize and renew within ten minutes":
// https://learn.microsoft.com/en-us/graph/change-notifications-lifecycle-events
const AUTHORIZED_FOR_MS = 10 * MINUTE_MS;
const LONGEST_BACKOFF_MINUTES = 60;

/** What to do now. A step is taken by writing its state to the row before Microsoft hears of it. */
export function nextStep(row: SubscriptionRow, { now, webhookUrl }: Circumstances): Step {
  const isDue = row.subscription_due_at === null || row.subscription_due_at <= now;
  if (isBusy(row.subscription_state) && !isDue) return REST;
  if (webhookUrl === null || !maySubscribe(row)) {
    return row.subscription_state === 'none' ? REST : { task: 'remove' };
  }
  if (row.subscription_url !== null && row.subscription_url !== webhookUrl) return { task: 'remove' };
  return isDue ? { task: dueTask(row, now) } : REST;
}

// With a person's consent only their own mailbox notifies: shared ones are polled.
// https://learn.microsoft.com/en-us/graph/outlook-change-notifications-overview
const maySubscribe = ({ kind, sync_status }: SubscriptionRow) => kind === 'own' && isRunning(sync_status);

/** Whether a worker is at it, or was when it died. */
export const isBusy = (state: SubscriptionState) =>
  ['creating', 'renewing', 'reauthorizing', 'removing'].includes(state);

const REST: Step = { task: 'rest' };

function dueTask(row: SubscriptionRow, now: Date): Task {
  const { subscription_state: state, subscription_expires_at: end, subscription_wish: wish } = row;
  if (state === 'removing') return 'remove';
  const isAlive = row.subscription_id !== null && end !== null && end > now;
  if (!isAlive || wish === 'recreate' || ['none', 'creating', 'lost'].includes(state)) return 'create';
  // With one in its place Microsoft makes no other, and calls our addresses only for one that is new.
  if (wish === 'replace') return 'remove';
  // Past half of its life a renewal does both.
  const asksForLittle = wish === 'reauthorize' && end.getTime() - now.getTime() > LIFETIME_MS / 2;
  return asksForLittle ? 'reauthorize' : 'renew';
}

/** The end to ask for. */
export const expiryFrom = (now: Date) => new Date(now.getTime() + LIFETIME_MS);

/** What the fleet's figures say of a subscription: that it stands is not enough. */
export function figureOf(state: SubscriptionState, row: { push_silent_at: Date | null }) {
  return state === 'active' && row.push_silent_at !== null ? SILENT : state;
}

/** How a step ended. `gone`: Microsoft has no such subscription any more. */
export type StepEnd =
  | { end: 'active'; id: string; key: string; expiresAt: Date }
  | { end: 'authorized' }
  | { end: 'none' }
  | { end: 'gone' }
  | { end: 'failed'; code: string; retryAt?: Date | undefined };

/** What the row says when a step has begun. */
export function begun(task: Task, now: Date) {
  const states = { create: 'creating', renew: 'renewing', reauthorize: 'reauthorizing', remove: 'removing' };
  return {
    subscription_state: states[task] as SubscriptionState,
    subscription_due_at: new Date(now.getTime() + STEP_MS),
    ...(task === 'create' && { subscription_id: null, subscription_expires_at: null, ...NOT_JUDGED }),
  };
}

/** What the row says when a step is over. `random` is between 0 and 1. */
export function settled(row: SubscriptionRow, ending: StepEnd, { now, random }: Moment) {
  if (ending.end === 'active') return activated(ending, { now, random });
  if (ending.end === 'authorized') {
    const due = row.subscription_expires_at && renewalTime(now, row.subscription_expires_at, random);
    return { ...AT_PEACE, subscription_state: active, subscription_due_at: due, ...authorized(now) };
  }
  if (ending.end === 'failed') return failed(row, ending, { now, random });
  // One that is replaced because push is silent leaves that standing: the next one has to prove itself.
  const judgement = row.subscription_wish === 'replace' ? NOT_JUDGED : UNDOUBTED;
  return { ...AT_PEACE, ...NOTHING, ...judgement, subscription_due_at: ending.end === 'gone' ? now : null };
}

type Moment = { now: Date; random: () => number };

const active: SubscriptionState = 'active';
const AT_PEACE = { subscription_failures: 0, subscription_error_code: null, subscription_wish: null };
const NOTHING = {
  subscription_state: 'none' as SubscriptionState,
  subscription_id: null,
  subscription_key: null,
  subscription_url: null,
  subscription_expires_at: null,
};
// What polls found while another subscription stood.
const NOT_JUDGED = { push_untold: 0, push_untold_at: null };
const authorized = (now: Date) => ({ subscription_authorized_at: now });

function activated(ending: Extract<StepEnd, { end: 'active' }>, { now, random }: Moment) {
  return {
    ...AT_PEACE,
    ...authorized(now),
    subscription_state: active,
    subscription_id: ending.id,
    subscription_key: ending.key,
    subscription_expires_at: ending.expiresAt,
    subscription_due_at: renewalTime(now, ending.expiresAt, random),
  };
}

/** Half-way to its end, give or take: two days are left to mend what keeps it from being renewed. */
function renewalTime(now: Date, end: Date, random: () => number): Date {
  const left = Math.max(0, end.getTime() - now.getTime());
  return new Date(now.getTime() + left * (0.45 + 0.1 * random()));
}

// One that lives goes on notifying while its renewal fails.
function failed(row: SubscriptionRow, ending: Extract<StepEnd, { end: 'failed' }>, { now, random }: Moment) {
  const failures = row.subscription_failures + 1;
  const end = row.subscription_expires_at;
  const isAlive = row.subscription_id !== null && end !== null && end > now;
  const wasKept = ['renewing', 'reauthorizing'].includes(row.subscription_state) && isAlive;
  const minutes = Math.min(LONGEST_BACKOFF_MINUTES, 2 ** (failures - 1)) * (0.8 + 0.4 * random());
  const backoff = new Date(now.getTime() + minutes * MINUTE_MS);
  const removing = row.subscription_state === 'removing';
  return {
    subscription_state: (removing ? 'removing' : wasKept ? 'active' : 'lost') as SubscriptionState,
    subscription_failures: failures,
    subscription_error_code: ending.code,
    subscription_due_at: ending.retryAt && ending.retryAt > backoff ? ending.retryAt : backoff,
  };
}

const WISHES: SubscriptionWish[] = ['reauthorize', 'recreate', 'replace'];

/** Of two wishes the one that does what the other asks for too. */
export function strongerWish(kept: SubscriptionWish | null, wish: SubscriptionWish): SubscriptionWish {
  return kept !== null && WISHES.indexOf(kept) > WISHES.indexOf(wish) ? kept : wish;
}

/** When a wish is heard that came at `now`: not within ten minutes of the last time Microsoft was told. */
export function wishTime({ subscription_authorized_at: at }: SubscriptionRow, now: Date): Date {
  const free = (at?.getTime() ?? 0) + AUTHORIZED_FOR_MS;
  return new Date(Math.max(now.getTime(), free));
}
