// Every job with what it needs: a job's own file says what it does.

import { listYachts } from '#directory/directory.ts';
import type { Events } from '#directory/events.ts';
import { tidyMaster } from '#directory/tidy.ts';
import { announceDue } from '#directory/yacht-schedule.ts';
import type { SubscriptionDeps } from '#sync/subscription-steps.ts';
import type { SyncDeps } from '#sync/sync.ts';

import { runKeepSubscription } from './keep-subscription.ts';
import { runMatchThreads } from './match-threads.ts';
import { runPurgeMailbox } from './purge-mailbox.ts';
import type { Handlers, Queue } from './queue.ts';
import { type SweepDeps, sweepAll, sweepNudges } from './sweep.ts';
import { runCatchUpMailbox, runSyncMailbox, type SyncMailboxDeps } from './sync-mailbox.ts';
import { runTakeNudges, type TakeNudgesDeps } from './take-nudges.ts';

export type HandlerDeps = SweepDeps & {
  events: Events;
  queue: Queue;
  subscriptions: SubscriptionDeps;
  mailboxes: SyncDeps['mailboxes'];
  source: SyncDeps['source'];
  onRound: SyncMailboxDeps['onRound'];
  onNudge: TakeNudgesDeps['onNudge'];
};

/** What a worker does for each job of the queue. */
export function createHandlers(deps: HandlerDeps): Handlers {
  const { master, tenants, clock, log, queue, events, mailboxes, source, subscriptions, keepConnected } =
    deps;
  const syncing: SyncMailboxDeps = {
    sync: { tenants, mailboxes, clock, log, source },
    events,
    queue,
    announceDue: (yachtId, at) => announceDue(master, yachtId, at),
    log,
    onRound: deps.onRound,
  };
  return {
    'take-nudges': (_, signal) =>
      runTakeNudges({ master, tenants, queue, clock, log, onNudge: deps.onNudge }, signal),
    'keep-subscription': (job) => runKeepSubscription({ subscriptions, queue }, job),
    'sync-mailbox': (job, signal, turn) => runSyncMailbox(syncing, job, { signal, turn }),
    'catch-up-mailbox': (job, signal, turn) => runCatchUpMailbox(syncing, job, { signal, turn }),
    'match-threads': (job, signal) => runMatchThreads({ tenants, events }, job, signal),
    'purge-mailbox': (job, signal) =>
      runPurgeMailbox({ tenants, master, clock, events, keepConnected }, job, signal),
    sweep: async ({ whole }) => {
      if (whole) {
        const active = await listYachts(master, { activeOnly: true });
        await sweepAll(
          deps,
          active.map(({ yachtId }) => yachtId),
        );
      }
      await sweepNudges(deps);
      await tidyMaster(master, clock.now());
    },
  };
}
