// https://learn.microsoft.com/en-us/graph/api/subscription-post-subscriptions
import type { Graph } from './graph-client.ts';
import { type Subscription, subscriptionOf } from './subscription.ts';

export type NewSubscription = {
  notificationUrl: string;
  lifecycleNotificationUrl: string;
  /** Comes back with every notification; 128 characters at most. */
  clientState: string;
  /** Less than 10,080 minutes from now. */
  expiresAt: Date;
};

/**
 * Subscribes to every change in the mailbox's mail. Microsoft calls both URLs before it answers and wants its
 * token back. The URL for lifecycle notifications cannot be added later.
 *
 * @throws GraphError; with `existingId` when there is one already for this app, person and resource
 */
export async function createSubscription(graph: Graph, wanted: NewSubscription): Promise<Subscription> {
  const body = {
    changeType: 'created,updated,deleted',
    resource: 'me/messages',
    notificationUrl: wanted.notificationUrl,
    lifecycleNotificationUrl: wanted.lifecycleNotificationUrl,
    clientState: wanted.clientState,
    expirationDateTime: wanted.expiresAt.toISOString(),
    latestSupportedTlsVersion: 'v1_2',
  };
  return subscriptionOf(await graph.json({ method: 'POST', path: '/subscriptions', body }));
}
