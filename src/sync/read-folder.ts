// One folder's round: its pages, each in one transaction with the cursor that follows it.
import { deferDurability } from '#db/pipeline.ts';
import { noteFound, openGap } from '#mailboxes/gaps.ts';
import { holdLease } from '#mailboxes/lease.ts';
import type { Progress } from '#mailboxes/watchers.ts';
import { GraphError, isGraphError } from '#microsoft/errors.ts';
import type { MessagePage } from '#microsoft/message-page.ts';
import type { TenantWriter } from '#tenants/tenants.ts';

import { type Applied, applyRows } from './apply.ts';
import { type CompletePage, completePage } from './complete-page.ts';
import type { Tree } from './folders.ts';
import { type NewMessages, newMessages } from './insert.ts';
import type { Lane } from './lane.ts';
import type { Start } from './plan.ts';
import type { ReconciliationResult } from './plan-reconcile.ts';
import { progressOf } from './progress.ts';
import { pullFolder } from './pull.ts';
import { type FolderRow, type Round, transact } from './round.ts';
import type { MessageRow } from './rows.ts';
import { suspectTombstones, suspectUnseen } from './suspects.ts';

export type Reading = {
  /** The mailbox's folders; the one being read is brought up to date in place. */
  tree: Tree;
  /** Pages are applied one at a time, whichever folder they come from. */
  lane: Lane;
  /** Called after each page, when it is committed. `since`: when the folder was last looked at, if it had been read. */
  onPage(page: Applied & { progress: Progress; since: Date | null }): void;
  /** Called with what settling the suspicions changed. */
  onConfirmed(confirmed: Applied): void;
  /** Called when the counts were compared with Microsoft's. */
  onReconciled(result: ReconciliationResult): void;
};

/** `gone`: the folder no longer exists, and the tree has to be looked at again. */
export type FolderOutcome = 'read' | 'gone';

/** What Microsoft said of a folder when several were looked at together, and when it was asked. */
export type Look = { answer: MessagePage | GraphError; askedAt: Date };

const RESTARTS = 2;

/**
 * Reads a folder from where it stopped to its end. When Microsoft forgot where we were, that folder alone starts
 * again and its mail stays visible.
 *
 * @param look the folder's first answer, where it is known already
 * @throws GraphError, CelesteError `throttled`, `lease_lost`, or what tokens throw
 */
export async function readFolder(
  round: Round,
  folder: FolderRow,
  reading: Reading & { look?: Look | undefined },
): Promise<FolderOutcome> {
  for (let restarts = 0; ; restarts += 1) {
    try {
      await readPages(round, folder, { ...reading, look: restarts === 0 ? reading.look : undefined });
      return 'read';
    } catch (error) {
      if (isGraphError(error, 'not_found')) return 'gone';
      if (!isGraphError(error, 'sync_state_lost') || restarts === RESTARTS) throw error;
      await startAgain(round, folder, { lane: reading.lane, error });
    }
  }
}

/** Sends a folder back to its start because Microsoft forgot where we were in it. */
export async function startAgain(
  round: Round,
  folder: FolderRow,
  { lane, error }: { lane: Lane; error: GraphError },
): Promise<void> {
  round.log.info(
    { folder: folder.id, request_id: error.requestId },
    'a folder starts again: its cursor died',
  );
  const detail = error.graphCode ?? error.code;
  await lane(() => restartFolder(round, folder, { kind: 'cursor_lost', detail }));
}

async function readPages(
  round: Round,
  folder: FolderRow,
  { lane, tree, onPage, look }: Reading & { look?: Look | undefined },
): Promise<void> {
  if (look?.answer instanceof GraphError) throw look.answer;
  const { graph, source, clock, signal } = round;
  const askedAt = look?.askedAt ?? clock.now();
  let start = source.start(folder, askedAt);
  const since = start.phase === 'delta' ? folder.synced_at : null;
  const { phase, round: folderRound } = start;
  // Before the lane is ours: another page is being written meanwhile, and what was parsed is let go.
  const prepare = async (page: MessagePage) => {
    const { nextLink, deltaLink } = page;
    const { rows, suspects } = await completePage(round, page, { tree, isInitial: phase === 'initial' });
    const placed = rows.map((row) => placedIn(row, folder));
    const expectedNew = phase === 'initial' && folderRound === 1 ? newMessages(placed) : undefined;
    return { nextLink, deltaLink, rows: placed, expectedNew, suspects };
  };
  const at = { folderId: folder.provider_folder_id, link: start.link, first: look?.answer };
  for await (const page of pullFolder(graph, { protocol: source.pages, ...at, prepare, clock, signal })) {
    const work = { folder, start, page, askedAt };
    onPage({ ...(await lane(() => commitPage(round, tree, work))), since });
    start = { ...start, isFirstPage: false };
  }
}

// A row that does not say where it is was read from a folder's own changes, so it is in that folder.
function placedIn(row: MessageRow, folder: FolderRow): MessageRow {
  return row.parent_folder_id ? row : { ...row, parent_folder_id: folder.provider_folder_id };
}

type PreparedPage = Pick<MessagePage, 'nextLink' | 'deltaLink'> &
  CompletePage & { expectedNew: NewMessages | undefined };

type PageWork = {
  folder: FolderRow;
  start: Start;
  page: PreparedPage;
  /** When reading the folder began: what Microsoft had then is in our rows at its end. */
  askedAt: Date;
};

async function commitPage(round: Round, tree: Tree, work: PageWork) {
  const { folder, start, page } = work;
  const { rows, expectedNew, suspects } = page;
  const next = { ...folder, ...cursorAfter(work) };
  const at = { watcherId: round.watcher.id, folderId: folder.provider_folder_id };
  const progress = progressOf(tree.folders.map((row) => (row.id === folder.id ? next : row)));
  const pageOf = { providerId: folder.provider_folder_id, round: start.round };
  const applied = await transact(round, async (tx, lastly) => {
    const [done] = await Promise.all([
      applyRows(tx, lastly, { watcher: round.watcher, folder: pageOf, rows, expectedNew }),
      writeCursor(tx, next),
      holdLease(tx, round.lease, { ...progress, at: round.clock.now() }),
      isMidway(work) && deferDurability(tx),
    ]);
    await suspectTombstones(tx, at, suspects);
    if (page.deltaLink !== null && start.phase === 'initial')
      await suspectUnseen(tx, { ...at, round: start.round });
    if (isCatchingUp(folder, start))
      await noteFound(tx, { watcherId: round.watcher.id, folderId: folder.id, changes: done.changes });
    return done;
  });
  Object.assign(folder, next);
  tree.mayDoubt = true;
  return { ...applied, progress };
}

/** Fills a gap of its own. */
const isCatchingUp = (folder: FolderRow, { phase, round }: Start) =>
  (phase === 'initial' && round > 1) || folder.failing_since !== null;

/** A folder's first reading goes on after this page: a crash that forgets the page forgets its cursor with it. */
const isMidway = ({ start, page }: PageWork) => start.phase === 'initial' && page.nextLink !== null;

type Cursor = Pick<
  FolderRow,
  'phase' | 'round' | 'next_link' | 'delta_link' | 'messages_done' | 'synced_at' | 'last_error'
>;

function cursorAfter({ folder, start, page, askedAt }: PageWork): Cursor {
  const isOver = page.deltaLink !== null;
  const before = start.isFirstPage && start.phase === 'initial' ? 0 : folder.messages_done;
  return {
    phase: isOver ? 'delta' : start.phase,
    round: start.round,
    next_link: page.nextLink,
    delta_link: page.deltaLink ?? (start.phase === 'delta' ? folder.delta_link : null),
    messages_done: start.phase === 'initial' ? before + page.rows.length : before,
    synced_at: isOver ? askedAt : folder.synced_at,
    last_error: null,
  };
}

async function writeCursor(tx: TenantWriter, folder: FolderRow): Promise<void> {
  const { phase, round, next_link, delta_link, messages_done, synced_at, last_error } = folder;
  await tx
    .updateTable('email_folders')
    .set({ phase, round, next_link, delta_link, messages_done, synced_at, last_error })
    .where('id', '=', folder.id)
    .execute();
}

/** Sends a folder back to its start, and notes why: until it has been read again we may not know all of it. */
export async function restartFolder(
  round: Round,
  folder: FolderRow,
  why: { kind: 'cursor_lost' | 'count_mismatch'; detail: string | null },
): Promise<void> {
  const next: FolderRow = { ...folder, phase: 'pending', next_link: null, delta_link: null };
  await transact(round, async (tx) => {
    await writeCursor(tx, next);
    await openGap(tx, { watcherId: round.watcher.id, folderId: folder.id, at: round.clock.now(), ...why });
    await holdLease(tx, round.lease);
  });
  Object.assign(folder, next);
}
