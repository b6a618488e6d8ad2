// https://learn.microsoft.com/en-us/graph/change-notifications-lifecycle-events
import type { Graph } from './graph-client.ts';
import { subscriptionPath } from './subscription.ts';

/**
 * Shows Microsoft that we still may read the mailbox, so that it goes on notifying; its end stays where it is.
 *
 * @throws GraphError; see `isSubscriptionGone`
 */
export async function reauthorizeSubscription(graph: Graph, id: string): Promise<void> {
  await graph.json({ method: 'POST', path: `${subscriptionPath(id)}/reauthorize` });
}
