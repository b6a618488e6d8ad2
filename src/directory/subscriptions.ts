// Which mailbox a subscription belongs to. A row is written before Microsoft is asked for the subscription, so that
// no notification comes before it can be told whose it is; the watcher's row in TENANT says how it stands.
import type { Kysely } from 'kysely';

import type { MasterSchema } from './schema.ts';

type Master = Kysely<MasterSchema>;

/** Stands for one that is active, and of whose notifications none arrives. */
export const SILENT = 'silent';

export type SubscriptionOwner = { yachtId: string; watcherId: string };

/** Makes `key` known as that mailbox's, with the hash that its notifications must prove. */
export async function registerSubscription(
  master: Master,
  { yachtId, watcherId, key, hash }: SubscriptionOwner & { key: string; hash: string },
): Promise<void> {
  await master
    .insertInto('graph_subscriptions')
    .values({ key, yacht_id: yachtId, watcher_id: watcherId, client_state_hash: hash })
    .execute();
}

/** Whose subscription `key` names; null when nobody's here. */
export async function ownerOfSubscription(master: Master, key: string): Promise<SubscriptionOwner | null> {
  const row = await master
    .selectFrom('graph_subscriptions')
    .select(['yacht_id', 'watcher_id'])
    .where('key', '=', key)
    .executeTakeFirst();
  return row ? { yachtId: row.yacht_id, watcherId: row.watcher_id } : null;
}

/** Notes how a subscription stands, and which of the mailbox's it is: the mailbox's others are forgotten. */
export async function noteSubscription(
  master: Master,
  { watcherId, key, ...stands }: { watcherId: string; key: string; subscriptionId?: string; state: string },
): Promise<void> {
  const { state, subscriptionId } = stands;
  await master
    .updateTable('graph_subscriptions')
    .set({ state, ...(subscriptionId !== undefined && { subscription_id: subscriptionId }) })
    .where('key', '=', key)
    .execute();
  await master
    .deleteFrom('graph_subscriptions')
    .where('watcher_id', '=', watcherId)
    .where('key', '!=', key)
    .execute();
}

/** From now on, notifications about this mailbox are nobody's. */
export async function forgetSubscriptions(master: Master, watcherId: string): Promise<void> {
  await master.deleteFrom('graph_subscriptions').where('watcher_id', '=', watcherId).execute();
}

/** How many subscriptions of the fleet are in which state. */
export function countSubscriptions(master: Master): Promise<{ state: string; count: number }[]> {
  return master
    .selectFrom('graph_subscriptions')
    .select(['state', (eb) => eb.cast<number>(eb.fn.countAll(), 'integer').as('count')])
    .groupBy('state')
    .execute();
}
