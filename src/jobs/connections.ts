// What people and the operator do with mailboxes from outside the sync: connecting, replacing, disconnecting, ending.
// Each with what follows from it: the pages that are open hear of it, and the jobs it asks for are there.
import type { Events } from '#directory/events.ts';
import type { Principal } from '#directory/principal.ts';
import { beginAuthorize, type ConnectDeps, finishAuthorize, replaceAccount } from '#mailboxes/connect.ts';
import { disconnect, type MailChoice } from '#mailboxes/disconnect.ts';
import type { Ending } from '#mailboxes/end.ts';
import { type ConnectionStatus, connectionStatus } from '#mailboxes/status.ts';
import type { Purpose } from '#microsoft/scopes.ts';
import { leaveMailbox } from '#sync/leave.ts';
import type { SubscriptionDeps } from '#sync/subscription-steps.ts';
import { endSubscription } from '#sync/subscriptions.ts';
import { asWorker } from '#tenants/tenants.ts';

import type { Queue } from './queue.ts';

export type ConnectionDeps = {
  connecting: Omit<ConnectDeps, 'beforeReplacing'>;
  events: Pick<Events, 'publish'>;
  queue: Pick<Queue, 'send'>;
  subscriptions: SubscriptionDeps;
  outlook: {
    /** Where Microsoft sends people back to. */
    redirectUri: string;
    /** Which of the two registrations there are. */
    configured: Record<Purpose, boolean>;
  };
};

/** A person's way to Microsoft and back out; each throws the coded errors of its function in `mailboxes/`. */
export function createConnections({ connecting, outlook, ...deps }: ConnectionDeps) {
  const { subscriptions, queue } = deps;
  const { tenants } = connecting;
  const status = ({ yachtId, userId }: Principal): Promise<ConnectionStatus> =>
    tenants.read(asWorker(yachtId), (db) => connectionStatus(db, userId, outlook.configured));
  const announce = async (principal: Principal, purpose: Purpose) => {
    const { yachtId, userId } = principal;
    await publishConnection(deps, { yachtId, userId, purpose });
    const { watcher_id } = await status(principal);
    if (purpose === 'write' || watcher_id === null) return;
    await queue.send('sync-mailbox', { yacht_id: yachtId, watcher_id });
    await queue.send('keep-subscription', { yacht_id: yachtId, watcher_id });
  };
  // Microsoft ends it for the account it notifies about, and for no other.
  const endPush = async (principal: Principal, purpose: Purpose) => {
    const { watcher_id: watcherId } = await status(principal);
    if (purpose === 'write' || watcherId === null) return;
    await endSubscription(subscriptions, { yachtId: principal.yachtId, watcherId });
  };
  return {
    status,
    begin: (principal: Principal, wanted: { purpose: Purpose; shared: boolean }) =>
      beginAuthorize(connecting, principal, { ...wanted, redirectUri: outlook.redirectUri }),
    finish: async (principal: Principal, answer: Parameters<typeof finishAuthorize>[2]) => {
      const outcome = await finishAuthorize(connecting, principal, answer);
      if (!outcome.refusal) await announce(principal, outcome.purpose);
      return outcome;
    },
    replace: async (principal: Principal, state: string) => {
      const { purpose } = await replaceAccount({ ...connecting, beforeReplacing: endPush }, principal, state);
      await announce(principal, purpose);
    },
    disconnect: async (
      principal: Principal,
      { purpose, mail }: { purpose: Purpose; mail: MailChoice },
    ): Promise<void> => {
      const { yachtId, userId } = principal;
      await endPush(principal, purpose);
      const leaving = await tenants.transact(asWorker(yachtId), (tx) =>
        disconnect(tx, { yachtId, userId, purpose }, { mail, now: subscriptions.clock.now() }),
      );
      await askToPurge(deps, yachtId, leaving);
      await announce(principal, purpose);
    },
  };
}

/** Ends a mailbox of a yacht, also somebody else's. @throws CelesteError `watcher_not_found`, `not_allowed` */
export type EndMailbox = (yachtId: string, ending: Ending) => Promise<void>;

export function createEndMailbox(
  deps: Pick<ConnectionDeps, 'events' | 'queue' | 'subscriptions'>,
): EndMailbox {
  return async (yachtId, ending) => {
    const { ownerId, purging } = await leaveMailbox(deps.subscriptions, yachtId, ending);
    await askToPurge(deps, yachtId, purging);
    await publishConnection(deps, { yachtId, userId: ownerId, purpose: 'read' });
  };
}

async function askToPurge({ queue }: Pick<ConnectionDeps, 'queue'>, yacht_id: string, watcherIds: string[]) {
  for (const watcher_id of watcherIds) await queue.send('purge-mailbox', { yacht_id, watcher_id });
}

type Whose = { yachtId: string; userId: string; purpose: Purpose };

function publishConnection(
  { events }: Pick<ConnectionDeps, 'events'>,
  { yachtId, userId, purpose }: Whose,
): Promise<void> {
  return events.publish({ yacht_id: yachtId, user_id: userId, type: 'connection', data: { purpose } });
}
