// https://learn.microsoft.com/en-us/graph/api/subscription-get
import type { Graph } from './graph-client.ts';
import { type Subscription, subscriptionOf, subscriptionPath } from './subscription.ts';

/** One subscription of this app's. @throws GraphError; see `isSubscriptionGone` */
export async function getSubscription(graph: Graph, id: string): Promise<Subscription> {
  return subscriptionOf(await graph.json({ path: subscriptionPath(id) }));
}
