// The steps of a subscription as requests to Microsoft.
import type { Kysely } from 'kysely';

import type { Clock } from '#base/clock.ts';
import { CelesteError } from '#base/errors.ts';
import type { Log } from '#base/log.ts';
import type { ClientState } from '#directory/client-state.ts';
import type { MasterSchema } from '#directory/schema.ts';
import {
  ownerOfSubscription,
  registerSubscription,
  type SubscriptionOwner,
} from '#directory/subscriptions.ts';
import type { Mailboxes } from '#mailboxes/mailbox.ts';
import { GraphError, isGraphError } from '#microsoft/errors.ts';
import type { Graph } from '#microsoft/graph-client.ts';
import { isSubscriptionGone, type Subscription } from '#microsoft/subscription.ts';
import { createSubscription } from '#microsoft/subscription-create.ts';
import { deleteSubscription } from '#microsoft/subscription-delete.ts';
import { getSubscription } from '#microsoft/subscription-get.ts';
import { reauthorizeSubscription } from '#microsoft/subscription-reauthorize.ts';
import { renewSubscription } from '#microsoft/subscription-renew.ts';
import type { GapKind, SubscriptionState } from '#tenants/schema.ts';
import type { Tenants } from '#tenants/tenants.ts';

import { expiryFrom, type StepEnd, type SubscriptionRow, type Task } from './subscription-plan.ts';

export type SubscriptionDeps = {
  master: Kysely<MasterSchema>;
  tenants: Tenants;
  mailboxes: Pick<Mailboxes, 'open'>;
  /** The public base URL of our receiver; null: none is wanted, and those there are are ended. */
  webhookUrl: string | null;
  clock: Clock;
  log: Log;
  /** Told of each state that a subscription reaches, for the figures. */
  onState?: (state: SubscriptionState) => void;
  /** Told of each gap that a step opens. */
  onGap?: (kind: GapKind) => void;
};

/** A step that is this worker's: the row as it is now that the step has begun. */
export type TakenStep = {
  row: SubscriptionRow & { id: string; yacht_id: string; push_silent_at: Date | null };
  task: Task;
  /** For a subscription that is to be made. */
  fresh: ClientState;
};

/** The paths below WEBHOOK_URL that Microsoft calls. */
export const NOTIFICATION_PATH = '/webhooks/graph';
export const LIFECYCLE_PATH = '/webhooks/graph/lifecycle';

const HOUR_MS = 3_600_000;
// After this a subscription is left to its own end: what it still sends is nobody's.
const REMOVAL_ATTEMPTS = 3;

/** Does a step that has begun. Faults of Microsoft and of the mailbox's access are its ending. */
export async function perform(
  deps: SubscriptionDeps,
  of: SubscriptionOwner,
  taken: TakenStep,
): Promise<StepEnd> {
  try {
    // Microsoft notifies for as long as the token lasts that it was last shown.
    const freshToken = taken.task === 'renew' || taken.task === 'reauthorize';
    const graph = await deps.mailboxes.open(of.yachtId, of.watcherId, { freshToken });
    return await STEPS[taken.task](deps, { of, taken, graph });
  } catch (error) {
    return endingOf(deps, taken, error);
  }
}

type Performing = { of: SubscriptionOwner; taken: TakenStep; graph: Graph };

const STEPS: Record<Task, (deps: SubscriptionDeps, step: Performing) => Promise<StepEnd>> = {
  create,
  renew: async ({ clock }, { taken: { row }, graph }) => {
    const { id, expiresAt } = await renewSubscription(graph, idOf(row), expiryFrom(clock.now()));
    return { end: 'active', id, expiresAt, key: row.subscription_key ?? '' };
  },
  reauthorize: async (_, { taken: { row }, graph }) => {
    await reauthorizeSubscription(graph, idOf(row));
    return { end: 'authorized' };
  },
  remove: async (_, { taken: { row }, graph }) => {
    if (row.subscription_id !== null) await deleteSubscription(graph, row.subscription_id);
    return { end: 'none' };
  },
};

const idOf = (row: TakenStep['row']) => row.subscription_id ?? '';

// MASTER knows the key before Microsoft does: no notification comes too early, and after a crash the address of a
// subscription that is there already says that it is ours.
async function create(deps: SubscriptionDeps, { of, taken, graph }: Performing): Promise<StepEnd> {
  const { key, hash, clientState } = taken.fresh;
  await registerSubscription(deps.master, { ...of, key, hash });
  const wanted = () =>
    createSubscription(graph, {
      notificationUrl: addressOf(deps, NOTIFICATION_PATH, key),
      lifecycleNotificationUrl: addressOf(deps, LIFECYCLE_PATH, key),
      clientState,
      expiresAt: expiryFrom(deps.clock.now()),
    });
  try {
    return activeAs(key, await wanted());
  } catch (error) {
    if (!isGraphError(error) || error.existingId === null) throw error;
    const existing = await find(graph, error.existingId);
    const kept = existing && (await adopt(deps, of, existing));
    if (kept) return kept;
    await deleteSubscription(graph, error.existingId);
    return activeAs(key, await wanted());
  }
}

function activeAs(key: string, { id, expiresAt }: Subscription): StepEnd {
  return { end: 'active', id, expiresAt, key };
}

function addressOf({ webhookUrl }: SubscriptionDeps, path: string, key: string): string {
  return `${webhookUrl}${path}?subscription=${key}`;
}

async function find(graph: Graph, id: string): Promise<Subscription | null> {
  try {
    return await getSubscription(graph, id);
  } catch (error) {
    if (isSubscriptionGone(error)) return null;
    throw error;
  }
}

/**
 * The ending when an existing subscription notifies this installation: about this mailbox (a crash kept us from
 * learning its id), and it is taken over; about the same mailbox connected on another yacht, and it stays theirs.
 * Null when it notifies somebody else.
 */
async function adopt(
  deps: SubscriptionDeps,
  of: SubscriptionOwner,
  existing: Subscription,
): Promise<StepEnd | null> {
  const key = new URL(existing.notificationUrl ?? 'none:').searchParams.get('subscription') ?? '';
  if (!KEY.test(key) || existing.notificationUrl !== addressOf(deps, NOTIFICATION_PATH, key)) return null;
  const owner = await ownerOfSubscription(deps.master, key);
  if (!owner) return null;
  if (owner.watcherId === of.watcherId && owner.yachtId === of.yachtId) return activeAs(key, existing);
  return {
    end: 'failed',
    code: 'subscription_elsewhere',
    retryAt: new Date(deps.clock.now().getTime() + HOUR_MS),
  };
}

const KEY = /^[\da-f]{8}(?:-[\da-f]{4}){3}-[\da-f]{12}$/;

function endingOf({ log, clock }: SubscriptionDeps, { row, task }: TakenStep, error: unknown): StepEnd {
  if (isSubscriptionGone(error) && (task === 'renew' || task === 'reauthorize')) return { end: 'gone' };
  const code = codeOf(error);
  const fault = error instanceof GraphError ? error : null;
  const details = { watcher: row.id, task, code, graph_code: fault?.graphCode, request_id: fault?.requestId };
  log.warn(
    code === 'unexpected' ? { ...details, err: error } : details,
    'a step of a subscription failed; the mailbox is polled meanwhile',
  );
  const mayPass = fault?.kind === 'transient' || fault?.kind === 'throttled' || code === 'throttled';
  if (task === 'remove' && !(mayPass && row.subscription_failures + 1 < REMOVAL_ATTEMPTS)) {
    return { end: 'none' };
  }
  const wait = fault?.retryAfterMs ?? null;
  return {
    end: 'failed',
    code,
    ...(wait !== null && { retryAt: new Date(clock.now().getTime() + wait) }),
  };
}

// https://learn.microsoft.com/en-us/graph/change-notifications-delivery-webhooks#notificationurl-validation
function codeOf(error: unknown): string {
  if (!(error instanceof CelesteError)) return 'unexpected';
  const refused =
    error instanceof GraphError && /^(validationerror|invalidrequest)$/i.test(error.graphCode ?? '');
  return refused ? 'webhook_unreachable' : error.code;
}
