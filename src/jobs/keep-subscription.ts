// Takes the steps that one mailbox's subscription needs; what was not notified meanwhile is looked at.
import type { SubscriptionDeps } from '#sync/subscription-steps.ts';
import { keepSubscription } from '#sync/subscriptions.ts';

import type { Jobs, Queue } from './queue.ts';

export type KeepSubscriptionDeps = { subscriptions: SubscriptionDeps; queue: Pick<Queue, 'send'> };

export async function runKeepSubscription(
  { subscriptions, queue }: KeepSubscriptionDeps,
  job: Jobs['keep-subscription'],
): Promise<void> {
  const of = { yachtId: job.yacht_id, watcherId: job.watcher_id };
  if (await keepSubscription(subscriptions, of)) await queue.send('sync-mailbox', job);
}
