// https://learn.microsoft.com/en-us/graph/api/subscription-update
import type { Graph } from './graph-client.ts';
import { type Subscription, subscriptionOf, subscriptionPath } from './subscription.ts';

/** Moves the end of a subscription on; this reauthorises it too. @throws GraphError; see `isSubscriptionGone` */
export async function renewSubscription(graph: Graph, id: string, expiresAt: Date): Promise<Subscription> {
  const body = { expirationDateTime: expiresAt.toISOString() };
  return subscriptionOf(await graph.json({ method: 'PATCH', path: subscriptionPath(id), body }));
}
