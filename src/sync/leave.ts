// A mailbox leaves: its subscription is ended while there is a token for it, then everything here.
import { type Ended, type Ending, endMailbox, requireMayEnd } from '#mailboxes/end.ts';
import { asWorker } from '#tenants/tenants.ts';

import type { SubscriptionDeps } from './subscription-steps.ts';
import { endSubscription } from './subscriptions.ts';

/**
 * Ends a mailbox of a yacht, at Microsoft and here. Faults of Microsoft do not keep it: a subscription then runs out there.
 *
 * @throws CelesteError `watcher_not_found`, `not_allowed`
 */
export async function leaveMailbox(deps: SubscriptionDeps, yachtId: string, ending: Ending): Promise<Ended> {
  const { tenants, clock } = deps;
  await tenants.read(asWorker(yachtId), (db) => requireMayEnd(db, ending));
  await endSubscription(deps, { yachtId, watcherId: ending.watcherId });
  return tenants.transact(asWorker(yachtId), (tx) => endMailbox(tx, ending, { now: clock.now() }));
}
