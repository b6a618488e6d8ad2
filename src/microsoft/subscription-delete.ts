// https://learn.microsoft.com/en-us/graph/api/subscription-delete
import type { Graph } from './graph-client.ts';
import { isSubscriptionGone, subscriptionPath } from './subscription.ts';

// A person who disconnects waits for it.
const PATIENCE_MS = 10_000;

/** Ends a subscription; one that is gone already is as good. @throws GraphError */
export async function deleteSubscription(graph: Graph, id: string): Promise<void> {
  try {
    await graph.json({ method: 'DELETE', path: subscriptionPath(id), timeoutMs: PATIENCE_MS });
  } catch (error) {
    if (!isSubscriptionGone(error)) throw error;
  }
}
