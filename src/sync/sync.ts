// Keeps our copy of a mailbox equal to the mailbox. The mailbox is the truth and delta is how it is read: this
// folder owns email_folders and writes email_messages, and promises that rows and cursor commit together, that a
// round taken up again continues where it stopped, and that nothing is removed before Microsoft was asked.
import { randomUUID } from 'node:crypto';

import type { Clock } from '#base/clock.ts';
import type { Log } from '#base/log.ts';
import { isDatabaseFull } from '#db/trouble.ts';
import { claimWatcher, type Lease } from '#mailboxes/lease.ts';
import type { Mailboxes } from '#mailboxes/mailbox.ts';
import { revokeAccess } from '#mailboxes/tokens.ts';
import { type Progress, type WatcherState, watcherState } from '#mailboxes/watchers.ts';
import { isGraphError } from '#microsoft/errors.ts';
import type { Graph } from '#microsoft/graph-client.ts';
import { asWorker, type Tenants } from '#tenants/tenants.ts';

import { counted } from './counted.ts';
import { type Ending, endingOf, endingWith, type Outcome } from './ending.ts';
import { loadTree, type Tree } from './folders.ts';
import { keepLease } from './keep-lease.ts';
import { createLane } from './lane.ts';
import type { Ledger } from './ledger.ts';
import { recordBareEnding, recordEnding } from './outcome.ts';
import { completeUpTo } from './plan-look.ts';
import type { ReconciliationResult } from './plan-reconcile.ts';
import { isLeftOut, troublesOf } from './plan-troubles.ts';
import type { Reading } from './read-folder.ts';
import { readMailbox } from './read-mailbox.ts';
import { isReconciling } from './reconcile.ts';
import { type Round, transact, type WatcherRow } from './round.ts';
import { deltaSource, type MailSource } from './source.ts';
import { createTally, type Tally } from './tally.ts';
import { applyTroubles } from './troubles.ts';

export type SyncDeps = {
  tenants: Tenants;
  mailboxes: Mailboxes;
  clock: Clock;
  log: Log;
  /** How mailboxes are read; default: by delta. */
  source?: MailSource;
};

export type SyncProgress = {
  progress: Progress;
  /** The threads that the page just committed has changed. */
  threadIds: string[];
};

export type SyncRequest = {
  yachtId: string;
  watcherId: string;
  /** Aborted: the page in hand is finished, then the mailbox is given back. */
  signal?: AbortSignal | undefined;
  /** Aborted: the same, because others wait. */
  giveWay?: AbortSignal | undefined;
  /** Called after every page, when it is committed. */
  onProgress?: ((progress: SyncProgress) => void) | undefined;
};

export type SyncResult = {
  outcome: Outcome;
  /** Why it is not `synced`; see `mailboxes/advice.ts` for the words. */
  code: string | null;
  userId: string | null;
  /** The first thousand threads that changed; `onProgress` gave all, `needs_matching` keeps what is to be matched. */
  changedThreadIds: string[];
  changes: number;
  requests: number;
  milliseconds: number;
  /** What it met and mended; null when it was skipped. */
  ledger: Ledger | null;
  /** The mailbox as it stands now; null when it was skipped. */
  after: WatcherState | null;
  /** The worker before us fell silent. */
  tookOver: boolean;
  /** What comparing counts with Microsoft's came to; null when this round did not. */
  reconciliation: ReconciliationResult | null;
};

/**
 * Reads what changed in a mailbox since the last round, or the whole of it the first time. Does nothing when
 * another worker is at it. Faults do not throw: they end up on the watcher's row, with the time of the next
 * attempt, and in the result. Throws only when the yacht's database cannot be reached.
 */
export async function syncMailbox(deps: SyncDeps, request: SyncRequest): Promise<SyncResult> {
  const startedAt = deps.clock.now();
  const claimed = await claim(deps, request);
  if (!claimed) return { ...NOTHING, outcome: 'skipped' };
  const { watcher, tree, lease, mailbox } = claimed;
  const tally = createTally();
  const keeper = keepLease(deps, { lease, watcher, stop: [request.signal, request.giveWay] });
  const graph = counted(mailbox.graph, tally);
  const reconciling = isReconciling(watcher, startedAt);
  const isWhole = reconciling || watcher.whole_requested_at !== null;
  const work = { request, watcher, tree, graph, lease, signal: keeper.signal, tally };
  const running: Running = { ...work, startedAt, isWhole, reconciling };
  // Whatever happens: a lease that nobody works under any more must lapse.
  const ended = await runRound(deps, running).finally(() => {
    keeper.stop();
    mailbox.end();
  });
  const summary = tally.summary(deps.clock.now().getTime() - startedAt.getTime());
  const { ledger, after } = await record(deps, running, { ...ended, summary });
  return {
    outcome: ended.outcome,
    code: ended.code,
    ...summary,
    ledger,
    after: watcherState(after, deps.clock.now()),
    tookOver: watcher.previous_owner !== null,
    reconciliation: tally.reconciliation(),
    userId: watcher.user_id,
    changedThreadIds: tally.threadIds(),
  };
}

async function claim({ tenants, mailboxes }: SyncDeps, { yachtId, watcherId }: SyncRequest) {
  const lease: Lease = { watcherId, owner: randomUUID() };
  return tenants.transact(asWorker(yachtId), async (tx) => {
    const watcher = await claimWatcher(tx, lease);
    if (!watcher) return null;
    const opening = [loadTree(tx, watcher), mailboxes.openLeased(tx, watcher, lease)] as const;
    const [tree, mailbox] = await Promise.all(opening);
    return { watcher, tree, lease, mailbox };
  });
}

/** Writes how the round ended; where there is no room for that, on the watcher's row alone. */
async function record(
  { tenants, clock }: SyncDeps,
  { watcher, tree, lease, tally, startedAt, isWhole }: Running,
  ended: Ended & Pick<Ending, 'summary'>,
) {
  const said = tree.folders.filter((folder) => !isLeftOut(folder, clock.now()));
  const upTo = { completeUpTo: completeUpTo(said, startedAt), changedSince: tally.changedSince() };
  const ending: Ending = { ...ended, ...upTo, startedAt, isWhole };
  const round = { watcher, tree, lease, clock };
  try {
    return await transact({ tenants, watcher }, (tx) => recordEnding(tx, round, ending));
  } catch (error) {
    if (!isDatabaseFull(error)) throw error;
    return transact({ tenants, watcher }, (tx) => recordBareEnding(tx, round, ending));
  }
}

const NOTHING = {
  code: null,
  userId: null,
  changedThreadIds: [],
  changes: 0,
  requests: 0,
  milliseconds: 0,
  ledger: null,
  after: null,
  tookOver: false,
  reconciliation: null,
};

type Running = {
  request: SyncRequest;
  watcher: WatcherRow;
  tree: Tree;
  graph: Graph;
  lease: Lease;
  signal: AbortSignal;
  tally: Tally;
  startedAt: Date;
  /** Every folder is looked at, and counts are compared with Microsoft's. */
  isWhole: boolean;
  reconciling: boolean;
};

type Ended = Pick<Ending, 'outcome' | 'code' | 'troubles'>;

async function runRound(deps: SyncDeps, running: Running): Promise<Ended> {
  const { watcher, tree, graph, lease, signal, isWhole, reconciling } = running;
  try {
    const { tenants, clock, log, source = deltaSource } = deps;
    const round: Round = { tenants, graph, source, clock, log, watcher, lease, signal };
    const open = await readMailbox(round, readingOf(running), { whole: isWhole, reconciling });
    const troubles = troublesOf(tree.folders, open, clock.now());
    applyTroubles(troubles);
    return { ...endingWith(troubles, open, clock.now()), troubles };
  } catch (error) {
    const silentMs = running.tally.silentMs();
    const stopping = { signal, giveWay: running.request.giveWay, silentMs };
    const ending = { ...endingOf(error, stopping), troubles: [] };
    const request_id = isGraphError(error) ? error.requestId : null;
    deps.log.warn(
      {
        watcher: watcher.id,
        code: ending.code,
        request_id,
        ...(ending.code === 'unexpected' ? { err: error } : {}),
      },
      'a round ended early',
    );
    if (!isGraphError(error, 'unauthorized') || !error.claimsChallenge) return ending;
    await transact({ tenants: deps.tenants, watcher }, (tx) =>
      revokeAccess(tx, watcher, { error: 'insufficient_claims', claims: error.claims }),
    );
    return { outcome: 'reauth_required', code: 'reauth_required', troubles: [] };
  }
}

function readingOf({ request, tree, tally }: Running): Reading {
  return {
    tree,
    lane: createLane(),
    onPage: (page) => {
      tally.page(page);
      request.onProgress?.(page);
    },
    onConfirmed: tally.page,
    onReconciled: tally.reconciled,
  };
}
