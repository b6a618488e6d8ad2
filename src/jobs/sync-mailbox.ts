// One round of one mailbox: the pages that are open follow it, and the matcher hears that threads changed.
import type { Log } from '#base/log.ts';
import type { Events } from '#directory/events.ts';
import { audienceOfWatcher } from '#mailboxes/readers.ts';
import { getWatcherState, type WatcherState } from '#mailboxes/watchers.ts';
import { FOLDERS_INCOMPLETE } from '#sync/ending.ts';
import { lookAgain } from '#sync/nudges.ts';
import { type SyncDeps, type SyncResult, syncMailbox } from '#sync/sync.ts';
import { asWorker } from '#tenants/tenants.ts';

import { publishTo } from './audience.ts';
import { publishNotices } from './notices.ts';
import type { Jobs, Queue } from './queue.ts';
import type { Turn } from './slots.ts';
import { createTicker } from './ticker.ts';

export type SyncMailboxDeps = {
  sync: SyncDeps;
  events: Pick<Events, 'publish'>;
  queue: Pick<Queue, 'send'>;
  /** Told when something is due on a yacht, so that it is looked at in time. */
  announceDue: (yachtId: string, at: Date) => Promise<void>;
  log: Log;
  /** Told how each round ended, for the figures. */
  onRound: (round: SyncResult) => void;
};

type Job = Jobs['sync-mailbox'];

const NEWS_EVERY_MS = 500;
/** So many messages left to read again are not an ordinary round's: five pages. */
const MUCH = 2_000;
/** A mailbox with much to read looks for news in between. */
const NEWS_WAIT_MS = 60_000;

type Slot = { signal: AbortSignal; turn: Turn };

/** Runs a round. That there is nothing to do, or that somebody else is at it, is a success too. */
export async function runSyncMailbox(deps: SyncMailboxDeps, job: Job, { signal, turn }: Slot): Promise<void> {
  const before = await read(deps, job);
  if (!before.first_sync_done) return deps.queue.send('catch-up-mailbox', job);
  await runRound(deps, { job, before }, { signal, turn });
}

/** The same for a mailbox with much to read: its first round, or one that gave way to others. */
export async function runCatchUpMailbox(
  deps: SyncMailboxDeps,
  job: Job,
  { signal, turn }: Slot,
): Promise<void> {
  const inItsPlace: Turn = { ...turn, takesLong: () => undefined };
  await runRound(deps, { job, before: await read(deps, job) }, { signal, turn: inItsPlace });
}

async function runRound(
  deps: SyncMailboxDeps,
  { job, before }: { job: Job; before: Watcher },
  { signal, turn }: Slot,
): Promise<void> {
  const news = createNews(deps, before);
  const slice = createSlice(turn);
  const result = await syncMailbox(deps.sync, {
    yachtId: job.yacht_id,
    watcherId: job.watcher_id,
    signal,
    giveWay: slice.giveWay,
    onProgress: ({ progress, threadIds }) => {
      news.add({ ...before, progress }, threadIds);
      if (before.first_sync_done && progress.total - progress.done > MUCH) slice.isLong();
    },
  }).finally(slice.end);
  await news.flush();
  if (result.after === null) return;
  deps.onRound(result);
  const after = { ...before, ...result.after };
  const next = await followUp(deps, after, result);
  if (next) await deps.announceDue(job.yacht_id, next);
  if (result.outcome === 'interrupted' && slice.giveWay.aborted)
    await deps.queue.send('catch-up-mailbox', job);
  await publishSync(deps, after);
  await publishNotices({ ...deps, ...deps.sync }, job.yacht_id, result.ledger?.notices ?? []);
  if (result.ledger?.pushFellSilent) await mendPush(deps, job);
  if (result.outcome === 'reauth_required') await publishConnection(deps, before);
  if (result.changedThreadIds.length > 0) {
    await deps.queue.send('match-threads', { yacht_id: job.yacht_id });
  }
}

const newsWaits = new Error('news may wait behind what is read again');

/** How long a round may read on, once there is much: until others wait, and until it is time to look for news. */
function createSlice({ giveWay, takesLong }: Turn) {
  const late = new AbortController();
  let timer: NodeJS.Timeout | undefined;
  return {
    giveWay: AbortSignal.any([giveWay, late.signal]),
    isLong: () => {
      takesLong();
      timer ??= setTimeout(() => late.abort(newsWaits), NEWS_WAIT_MS);
    },
    end: () => clearTimeout(timer),
  };
}

async function mendPush({ queue, log }: SyncMailboxDeps, job: Job): Promise<void> {
  log.warn(
    { watcher: job.watcher_id, yacht_id: job.yacht_id, code: 'push_silent' },
    'changes arrive that no notification told of; the subscription is replaced, and the mailbox polled. If it stays silent, Microsoft does not reach WEBHOOK_URL: run celeste doctor, and look at name, certificate, proxy and firewall',
  );
  await queue.send('keep-subscription', job);
}

/** When the mailbox is next; soon, while a notification may tell of more than has come to light. */
async function followUp({ sync }: SyncMailboxDeps, after: Watcher, round: SyncResult): Promise<Date | null> {
  const { next_sync_at } = after;
  const isAsked = after.push.nudged || (next_sync_at !== null && next_sync_at <= sync.clock.now());
  const hasRead = round.outcome === 'synced' || round.code === FOLDERS_INCOMPLETE;
  if (!isAsked || !hasRead) return next_sync_at;
  const now = sync.clock.now();
  const look = { changes: round.changes, startedAt: new Date(after.last_round?.started_at ?? now) };
  return sync.tenants.transact(asWorker(after.yacht_id), (tx) =>
    lookAgain(tx, { watcherId: after.id, ...look }, now),
  );
}

/** `audience`: whoever reads the mailbox. */
type Watcher = WatcherState & { yacht_id: string; audience: string[] };

async function read({ sync }: SyncMailboxDeps, { yacht_id, watcher_id }: Job): Promise<Watcher> {
  return sync.tenants.read(asWorker(yacht_id), async (db) => {
    const watcher = await getWatcherState(db, watcher_id, sync.clock.now());
    return { ...watcher, yacht_id, audience: await audienceOfWatcher(db, watcher) };
  });
}

/** What the pages hear while a round runs: not each page of mail, but twice a second. */
function createNews(deps: SyncMailboxDeps, { yacht_id, audience }: Watcher) {
  const threads = new Set<string>();
  let latest: Watcher | null = null;
  const ticker = createTicker(NEWS_EVERY_MS, async () => {
    const [watcher, threadIds] = [latest, [...threads]];
    threads.clear();
    if (watcher) await publishSync(deps, watcher);
    if (threadIds.length > 0) await publishThreads(deps, { yacht_id, audience, threadIds });
  });
  ticker.onError((err) => deps.log.warn({ err }, 'the open pages did not hear of a sync'));
  return {
    add(watcher: Watcher, threadIds: string[]) {
      latest = watcher;
      for (const id of threadIds) threads.add(id);
      ticker.touch();
    },
    flush: () => ticker.flush(),
  };
}

function publishSync({ events }: SyncMailboxDeps, watcher: Watcher): Promise<void> {
  const { id: watcher_id, yacht_id, audience, status, progress } = watcher;
  const event = { yacht_id, type: 'sync' as const, data: { watcher_id, status, progress } };
  return publishTo(events, audience, event);
}

/** So that whoever has the page open learns at once that only they can mend it. */
function publishConnection({ events }: SyncMailboxDeps, { yacht_id, user_id }: Watcher): Promise<void> {
  return events.publish({ yacht_id, user_id, type: 'connection', data: { purpose: 'read' } });
}

// A notification holds 8,000 bytes: beyond this many ids, an empty list says "look at all again".
const THREADS_PER_EVENT = 150;

type Change = { yacht_id: string; audience: string[]; threadIds: string[] };

function publishThreads(
  { events }: SyncMailboxDeps,
  { yacht_id, audience, threadIds }: Change,
): Promise<void> {
  const thread_ids = threadIds.length > THREADS_PER_EVENT ? [] : threadIds;
  return publishTo(events, audience, { yacht_id, type: 'threads', data: { thread_ids } });
}
