// Reads what Microsoft posts to a webhook. Change and lifecycle notifications have the same envelope, and one post
// may mix subscriptions, mailboxes and kinds.
// https://learn.microsoft.com/en-us/graph/change-notifications-delivery-webhooks
// https://learn.microsoft.com/en-us/graph/change-notifications-lifecycle-events
import { asList, asObject, asText } from './read.ts';

export const LIFECYCLE_EVENTS = ['reauthorizationRequired', 'subscriptionRemoved', 'missed'] as const;
export type LifecycleEvent = (typeof LIFECYCLE_EVENTS)[number];

export type Notification = {
  subscriptionId: string;
  clientState: string;
  /** Null: something in the mailbox changed. What it was, delta tells. */
  lifecycleEvent: LifecycleEvent | null;
};

/** The notifications in a parsed body, one by one; null in the place of one that is not understood. */
export function notificationsOf(body: unknown): (Notification | null)[] {
  return asList(asObject(body).value).map(notificationOf);
}

function notificationOf(item: unknown): Notification | null {
  const { subscriptionId, clientState, lifecycleEvent } = asObject(item);
  if (asText(subscriptionId) === null || asText(clientState) === null) return null;
  const known = { subscriptionId: String(subscriptionId), clientState: String(clientState) };
  if (lifecycleEvent === undefined || lifecycleEvent === null) return { ...known, lifecycleEvent: null };
  const event = LIFECYCLE_EVENTS.find((each) => each === lifecycleEvent);
  return event === undefined ? null : { ...known, lifecycleEvent: event };
}
