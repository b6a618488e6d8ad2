// What Graph says about a subscription to changes, and which of its refusals mean that it is gone.
// https://learn.microsoft.com/en-us/graph/api/resources/subscription
import { GraphError, isGraphError } from './errors.ts';
import { asObject, asText } from './read.ts';

export type Subscription = {
  id: string;
  expiresAt: Date;
  /** Where it notifies; null when the answer leaves it out. */
  notificationUrl: string | null;
};

/** The subscription in an answer. @throws GraphError `malformed` */
export function subscriptionOf(answer: unknown): Subscription {
  const { id, expirationDateTime, notificationUrl } = asObject(answer);
  const expiresAt = new Date(asText(expirationDateTime) ?? Number.NaN);
  if (typeof id !== 'string' || Number.isNaN(expiresAt.getTime())) {
    throw new GraphError({ kind: 'malformed', status: 200, graphCode: 'no_subscription' });
  }
  return { id, expiresAt, notificationUrl: asText(notificationUrl) };
}

/** The path of one subscription. */
export const subscriptionPath = (id: string) => `/subscriptions/${encodeURIComponent(id)}`;

/**
 * True when Microsoft says that it has no such subscription (any more), in whichever words: a bare 404 is the
 * edge's and says nothing.
 */
export function isSubscriptionGone(error: unknown): boolean {
  return isGraphError(error) && error.status === 404 && error.graphCode !== null;
}
