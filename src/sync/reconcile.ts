// Once a day the counts of every folder are compared with Microsoft's: delta is how a mailbox is read, and this is
// how we know that it told us everything. A folder that differs twice, by the same, and also when its messages alone
// are counted, is read again from its start; its mail stays visible meanwhile. One that differs by the same even then
// is left with a gap that names it. The gap also remembers for which difference it was read: reading may take days.
import { noteDetail } from '#mailboxes/gaps.ts';
import { holdLease } from '#mailboxes/lease.ts';
import { getMessageCounts } from '#microsoft/message-count.ts';
import type { TenantWriter } from '#tenants/tenants.ts';

import { syncTree } from './folders.ts';
import { isAtRest, isSynced } from './plan-look.ts';
import {
  type Counts,
  isLeft,
  isSame,
  judgeCounts,
  minus,
  NONE,
  nextLookAtCounts,
  nextReconciliation,
  type ReconciliationResult,
  readFor,
  STILL_DIFFERS,
} from './plan-reconcile.ts';
import { isLeftOut } from './plan-troubles.ts';
import { type Reading, restartFolder } from './read-folder.ts';
import { type FoldersState, readFolders } from './read-folders.ts';
import { countsOf, type HeldAndKnown, type HeldCounts, heldIn, keepCounts } from './reconcile-store.ts';
import { type FolderRow, type Round, transact, type WatcherRow } from './round.ts';

/** Whether this round compares counts. Never before the mailbox was read to its end. */
export function isReconciling(watcher: WatcherRow, now: Date): boolean {
  return watcher.first_synced_at !== null && watcher.next_reconcile_at <= now;
}

/**
 * Compares, and repairs what is believed to differ; folders in trouble, and those with suspicions that could not be
 * settled, are left out. Call it when folders have been read and suspicions settled; when it answers that folders were
 * read again, settle the new suspicions. Then call `finishReconciling`.
 *
 * @throws as `syncTree` and `readFolders`
 */
export async function reconcile(
  round: Round,
  reading: Reading & { state: FoldersState },
): Promise<Reconciliation> {
  const { tree } = reading;
  await syncTree(round, tree, { whole: false });
  const held = await transact(round, (tx) => countsOf(tx, round.watcher));
  const looks = tree.folders
    .filter((folder) => isComparable(folder, held.ours))
    .map((folder) => lookAt(folder, held));
  await countMail(
    round,
    looks.filter((look) => look.verdict === 'believed'),
  );
  const wrong = looks.filter((look) => look.verdict === 'wrong');
  for (const look of wrong) await readAgain(round, look);
  await readFolders(round, { ...reading, folders: wrong.map(({ folder }) => folder) });
  return { looks, readAgain: wrong.length, folders: tree.folders.filter(isSynced) };
}

function isComparable(folder: FolderRow, ours: Map<string, HeldCounts>): boolean {
  const isInDoubt = ours.get(folder.provider_folder_id)?.isInDoubt ?? false;
  return isAtRest(folder) && folder.last_error === null && !isInDoubt;
}

/** One folder's counts: Microsoft's, ours, what is no mail, what is left to explain. */
export type CountsLook = {
  folder: FolderRow;
  theirs: Counts;
  ours: Counts;
  other: Counts;
  difference: Counts;
  verdict: 'equal' | 'suspicious' | 'believed' | 'wrong' | 'unexplained';
  /** What its open gap says; undefined: it has none. */
  gap: string | null | undefined;
};

/** Equal, and not because what could not be explained is known by now. */
const isExplained = ({ verdict, gap }: CountsLook) => verdict === 'equal' && !isLeft(gap);

/** What a comparison found, of which folders in all. */
export type Reconciliation = { looks: CountsLook[]; readAgain: number; folders: FolderRow[] };

function lookAt(folder: FolderRow, { ours, known, gaps }: HeldAndKnown): CountsLook {
  const theirs = { total: folder.total_item_count, unread: folder.unread_item_count };
  const held = ours.get(folder.provider_folder_id) ?? NONE;
  const before = known.get(folder.id) ?? { other: NONE, differs: NONE };
  const judged = judgeCounts(theirs, held, before);
  return { folder, theirs, ours: held, other: before.other, ...judged, gap: gaps.get(folder.id) };
}

/**
 * Where messages alone are as many as ours, the rest is no mail. Where not, the folder is wrong, unless it has been
 * read again for this very difference.
 */
async function countMail(round: Round, looks: CountsLook[]): Promise<void> {
  const mail = await mailOf(round, looks);
  for (const look of looks) {
    const isRead = look.gap === readFor(look.gap, look.difference);
    if (isCounted(look, look.ours, mail)) accept(look, look.ours, 'equal');
    else if (isRead) accept(look, look.ours, 'unexplained');
    else look.verdict = 'wrong';
  }
}

type Mail = Map<string, Counts>;

async function mailOf({ graph, signal }: Round, looks: CountsLook[]): Promise<Mail> {
  if (looks.length === 0) return new Map();
  const ids = looks.map(({ folder }) => folder.provider_folder_id);
  return getMessageCounts(graph, ids, signal);
}

function isCounted({ folder }: CountsLook, ours: Counts, mail: Mail): boolean {
  const counted = mail.get(folder.provider_folder_id);
  return counted !== undefined && isSame(counted, ours);
}

async function readAgain(round: Round, look: CountsLook): Promise<void> {
  const { folder, difference, gap } = look;
  round.log.warn({ folder: folder.id }, 'a folder differs from what Microsoft counts, and is read again');
  const detail = readFor(gap, difference);
  await restartFolder(round, folder, { kind: 'count_mismatch', detail });
  // A gap that was open already said something else.
  if (gap !== undefined) await transact(round, (tx) => noteDetail(tx, gapsOf(round, [look]), detail));
  look.gap = detail;
}

const gapsOf = ({ watcher }: Round, looks: CountsLook[]) => ({
  watcherId: watcher.id,
  folderIds: looks.map(({ folder }) => folder.id),
  kind: 'count_mismatch' as const,
});

/** From now on, whatever Microsoft counts beyond our rows is known; what is equal leaves its gap nothing to say. */
function accept(look: CountsLook, ours: Counts, verdict: 'equal' | 'unexplained'): void {
  const gap = verdict === 'equal' && look.gap !== undefined ? null : look.gap;
  Object.assign(look, { verdict, other: minus(look.theirs, ours), difference: NONE, gap });
}

/** One that was read again is repaired when its messages are as many as ours by now; else it is looked at once more. */
function judgeAgain(look: CountsLook, ours: Counts, mail: Mail): void {
  if (isCounted(look, ours, mail)) accept(look, ours, 'equal');
  else Object.assign(look, { ours, ...judgeCounts(look.theirs, ours, { other: look.other, differs: NONE }) });
}

/**
 * Keeps what was found, and says when the next comparison is: in a day, or soon where counts differed for the first
 * time or still differ after a folder was read again.
 *
 * @returns what came of it
 */
export async function finishReconciling(
  round: Round,
  { looks, folders }: Reconciliation,
): Promise<ReconciliationResult> {
  const wrong = looks.filter((look) => look.verdict === 'wrong');
  const mail = await mailOf(round, wrong);
  return transact(round, async (tx) => {
    const now = round.clock.now();
    await holdLease(tx, round.lease);
    const ours = await heldIn(tx, round.watcher);
    const compared = looks.filter(({ folder }) => isComparable(folder, ours));
    for (const look of compared) {
      if (look.verdict === 'wrong') judgeAgain(look, ours.get(look.folder.provider_folder_id) ?? NONE, mail);
    }
    await keepCounts(tx, round.watcher, { looks: compared, now });
    await keepGaps(tx, round, compared);
    await scheduleNext(tx, round, { compared, folders });
    return resultOf(compared, wrong);
  });
}

// What a gap says while it stays open; one that says nothing is closed with the round.
async function keepGaps(tx: TenantWriter, round: Round, compared: CountsLook[]): Promise<void> {
  const settled = compared.filter(({ verdict, gap }) => gap !== undefined && verdict !== 'suspicious');
  const left = settled.filter((look) => !isExplained(look));
  await noteDetail(tx, gapsOf(round, settled.filter(isExplained)), null);
  await noteDetail(tx, gapsOf(round, left), STILL_DIFFERS);
}

type Compared = { compared: CountsLook[]; folders: FolderRow[] };

async function scheduleNext(tx: TenantWriter, round: Round, { compared, folders }: Compared): Promise<void> {
  const now = round.clock.now();
  const isSettled = compared.every(({ verdict }) => verdict !== 'suspicious');
  const isCompared = (folder: FolderRow) => compared.some((look) => look.folder === folder);
  const isAll = folders.every((folder) => isCompared(folder) || isLeftOut(folder, now));
  await tx
    .updateTable('email_watchers')
    .set({
      next_reconcile_at: isSettled ? nextReconciliation(now) : nextLookAtCounts(now),
      ...(compared.every(isExplained) && isAll && { reconciled_at: now }),
    })
    .where('id', '=', round.watcher.id)
    .execute();
}

function resultOf(compared: CountsLook[], wrong: CountsLook[]): ReconciliationResult {
  const has = (looks: CountsLook[], verdict: CountsLook['verdict']) =>
    looks.some((look) => look.verdict === verdict);
  if (has(compared, 'unexplained')) return 'unexplained';
  if (has(wrong, 'equal')) return 'repaired';
  return has(compared, 'suspicious') ? 'suspicious' : 'equal';
}
