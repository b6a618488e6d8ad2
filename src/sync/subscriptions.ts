// Keeps a mailbox's subscription to Microsoft's notifications as subscription-plan.ts says: what is about to be
// done is written to the watcher's row first, then Microsoft is asked, then the row says how it ended. Owned by
// whoever wrote the first; a worker that dies between is succeeded when `subscription_due_at` has passed.
import { sql } from 'kysely';

import { newClientState } from '#directory/client-state.ts';
import { forgetSubscriptions, noteSubscription, type SubscriptionOwner } from '#directory/subscriptions.ts';
import { openGap } from '#mailboxes/gaps.ts';
import { running } from '#mailboxes/running.ts';
import { lockWatcher } from '#mailboxes/watchers.ts';
import { asWorker, type TenantReader, type TenantWriter } from '#tenants/tenants.ts';

import { bringForward } from './nudges.ts';
import {
  begun,
  type Circumstances,
  figureOf,
  nextStep,
  type Step,
  type StepEnd,
  settled,
  type Task,
} from './subscription-plan.ts';
import { perform, type SubscriptionDeps, type TakenStep } from './subscription-steps.ts';

// Remove, then create, then a look that finds nothing more to do.
const MOST_STEPS = 4;

/**
 * Takes the steps that a mailbox's subscription needs now; none when another worker is at it. Faults do not throw:
 * they stand on the row, with the time of the next attempt, and the mailbox is polled meanwhile.
 *
 * @returns whether a round should look now, for what was not notified
 * @throws when the yacht's database or MASTER cannot be reached
 */
export async function keepSubscription(deps: SubscriptionDeps, of: SubscriptionOwner): Promise<boolean> {
  let wantsRound = false;
  for (let step = 0; step < MOST_STEPS; step += 1) {
    const taken = await takeStep(deps, of);
    if (!taken) break;
    const ending = await perform(deps, of, taken);
    wantsRound = (await settle(deps, taken, ending)) || wantsRound;
    if (ending.end === 'failed') break;
  }
  return wantsRound;
}

/** Ends a mailbox's subscription while its tokens are still there. Faults leave it to its own end. */
export async function endSubscription(deps: SubscriptionDeps, of: SubscriptionOwner): Promise<void> {
  const taken = await takeStep({ ...deps, webhookUrl: null }, of);
  if (taken) await settle(deps, taken, await perform(deps, of, taken));
}

async function takeStep(deps: SubscriptionDeps, of: SubscriptionOwner): Promise<TakenStep | null> {
  const taken = await beginStep(deps, of);
  if (!taken) return null;
  const { id: watcherId, subscription_key: key, subscription_state: state } = taken.row;
  // One that is to be made is registered with its step.
  if (taken.task !== 'create' && key !== null) await noteSubscription(deps.master, { watcherId, key, state });
  deps.onState?.(state);
  return taken;
}

function beginStep(deps: SubscriptionDeps, of: SubscriptionOwner): Promise<TakenStep | null> {
  const { tenants, webhookUrl } = deps;
  return tenants.transact(asWorker(of.yachtId), async (tx) => {
    const now = deps.clock.now();
    const row = await lockWatcher(tx, of.watcherId);
    const step: Step = row ? nextStep(row, { now, webhookUrl }) : { task: 'rest' };
    if (!row || step.task === 'rest') return null;
    const fresh = newClientState();
    const change = {
      ...begun(step.task, now),
      ...(step.task === 'create' && { subscription_key: fresh.key, subscription_url: webhookUrl }),
    };
    await tx.updateTable('email_watchers').set(change).where('id', '=', row.id).execute();
    return { row: { ...row, ...change }, task: step.task, fresh };
  });
}

/** Writes the ending, unless the step has been succeeded by another worker's. */
async function settle(deps: SubscriptionDeps, { row, task }: TakenStep, ending: StepEnd): Promise<boolean> {
  const now = deps.clock.now();
  const change = settled(row, ending, { now, random: Math.random });
  const news = await deps.tenants.transact(asWorker(row.yacht_id), async (tx) => {
    const written = await tx
      .updateTable('email_watchers')
      .set({ ...change, ...wishedMeanwhile(row, change, now) })
      .where('id', '=', row.id)
      .where('subscription_state', '=', row.subscription_state)
      .where('subscription_due_at', '=', row.subscription_due_at)
      .executeTakeFirst();
    if (written.numUpdatedRows === 0n) return null;
    return lookForTheGap(tx, { row, task, ending, now });
  });
  if (!news) return false;
  await index(deps, row, ending, figureOf(change.subscription_state, row));
  deps.onState?.(change.subscription_state);
  if (news.opened) deps.onGap?.(REMOVED);
  return news.wantsRound;
}

// That Microsoft removed the subscription may be told while it is still being renewed: it needs another all the same.
function wishedMeanwhile(row: TakenStep['row'], change: ReturnType<typeof settled>, now: Date) {
  const isKept = change.subscription_state === 'active' && 'subscription_wish' in change;
  if (!isKept || row.subscription_wish === 'recreate') return {};
  const isNew = sql`subscription_wish = 'recreate'`;
  return {
    subscription_wish: sql<'recreate' | null>`case when ${isNew} then subscription_wish end`,
    subscription_due_at: sql<Date>`case when ${isNew} then ${now}::timestamptz else ${change.subscription_due_at}::timestamptz end`,
  };
}

type Settling = { row: TakenStep['row']; task: Task; ending: StepEnd; now: Date };

const REMOVED = 'subscription_removed';

/** What happened before a subscription began, or while Microsoft waited to be reassured, was not notified. */
async function lookForTheGap(tx: TenantWriter, { row, task, ending, now }: Settling) {
  const isGone = ending.end === 'gone';
  const opened = isGone && (await openGap(tx, { watcherId: row.id, kind: REMOVED, at: now }));
  const wasLate = row.subscription_wish !== null || row.subscription_failures > 0;
  const wasGap = ending.end === 'authorized' || (ending.end === 'active' && (task === 'create' || wasLate));
  return { opened, wantsRound: wasGap && (await bringForward(tx, row.id, { now })) };
}

/** MASTER follows what TENANT says. */
async function index(
  { master }: SubscriptionDeps,
  row: TakenStep['row'],
  ending: StepEnd,
  state: string,
): Promise<void> {
  const watcherId = row.id;
  if (ending.end === 'none' || ending.end === 'gone') return forgetSubscriptions(master, watcherId);
  if (ending.end === 'active') {
    return noteSubscription(master, { watcherId, key: ending.key, subscriptionId: ending.id, state });
  }
  if (row.subscription_key !== null)
    return noteSubscription(master, { watcherId, key: row.subscription_key, state });
}

/** The ids of the watchers whose subscription may want a step, the longest due first. */
export async function dueSubscriptions(
  db: TenantReader,
  { now, webhookUrl }: Circumstances,
  limit: number,
): Promise<string[]> {
  const isWanted = sql`${webhookUrl}::text is not null and kind = 'own'
                       and sync_status in ${running}`;
  const isDue = sql`coalesce(subscription_due_at <= ${now}, true)`;
  const isRemoving = sql`subscription_state = 'removing'`;
  const rows = await db
    .selectFrom('email_watchers')
    .select('id')
    .where(
      sql<boolean>`case when ${isWanted} then ${isDue} or (subscription_url <> ${webhookUrl} and not ${isRemoving})
                        else subscription_state <> 'none' and (${isDue} or not ${isRemoving}) end`,
    )
    .orderBy(sql`subscription_due_at nulls first`)
    .limit(limit)
    .execute();
  return rows.map((row) => row.id);
}
