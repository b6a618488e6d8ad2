// Once a day the counts of every folder are compared with Microsoft's: delta is how a mailbox is read, and this is
// how we know that it told us everything. A folder that differs twice, by the same, and also when its messages alone
// are counted, is read again from its start; its mail stays visible meanwhile.
import { holdLease } from '#mailboxes/lease.ts';
import { getMessageCounts } from '#microsoft/message-count.ts';

import { syncTree } from './folders.ts';
import { isAtRest, isSynced } from './plan-look.ts';
import {
  type Counts,
  isSame,
  judgeCounts,
  type KnownCounts,
  minus,
  NONE,
  nextLookAtCounts,
  nextReconciliation,
  type ReconciliationResult,
} from './plan-reconcile.ts';
import { isLeftOut } from './plan-troubles.ts';
import { type Reading, restartFolder } from './read-folder.ts';
import { type FoldersState, readFolders } from './read-folders.ts';
import { countsOf, type HeldCounts, keepCounts } from './reconcile-store.ts';
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
  const { ours, known } = await transact(round, (tx) => countsOf(tx, round.watcher));
  const looks = tree.folders
    .filter((folder) => isComparable(folder, ours))
    .map((folder) => lookAt(folder, ours, known));
  await countMail(
    round,
    looks.filter((look) => look.verdict === 'believed'),
  );
  const wrong = looks.filter((look) => look.verdict === 'wrong').map(({ folder }) => folder);
  for (const folder of wrong) {
    round.log.warn({ folder: folder.id }, 'a folder differs from what Microsoft counts, and is read again');
    await restartFolder(round, folder, { kind: 'count_mismatch', detail: null });
  }
  await readFolders(round, { ...reading, folders: wrong });
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
  verdict: 'equal' | 'suspicious' | 'believed' | 'wrong';
};

/** What a comparison found, of which folders in all. */
export type Reconciliation = { looks: CountsLook[]; readAgain: number; folders: FolderRow[] };

function lookAt(folder: FolderRow, ours: Map<string, Counts>, known: Map<string, KnownCounts>): CountsLook {
  const theirs = { total: folder.total_item_count, unread: folder.unread_item_count };
  const held = ours.get(folder.provider_folder_id) ?? NONE;
  const before = known.get(folder.id) ?? { other: NONE, differs: NONE };
  return { folder, theirs, ours: held, other: before.other, ...judgeCounts(theirs, held, before) };
}

/** Where messages alone are as many as ours, the rest is no mail; where not, the folder is wrong. */
async function countMail(round: Round, looks: CountsLook[]): Promise<void> {
  if (looks.length === 0) return;
  const ids = looks.map(({ folder }) => folder.provider_folder_id);
  const mail = await getMessageCounts(round.graph, ids, round.signal);
  for (const look of looks) {
    const counted = mail.get(look.folder.provider_folder_id);
    if (counted && isSame(counted, look.ours)) accept(look, look.ours);
    else look.verdict = 'wrong';
  }
}

/** Whatever Microsoft counts beyond our rows is no mail. */
function accept(look: CountsLook, ours: Counts): void {
  Object.assign(look, { verdict: 'equal', other: minus(look.theirs, ours), difference: NONE });
}

/**
 * Keeps what was found, and says when the next comparison is: in a day, or soon where counts differed for the first
 * time. What still differs after a folder was read again is no mail.
 *
 * @returns what came of it
 */
export async function finishReconciling(
  round: Round,
  { looks, readAgain, folders }: Reconciliation,
): Promise<ReconciliationResult> {
  const now = round.clock.now();
  return transact(round, async (tx) => {
    await holdLease(tx, round.lease);
    const { ours } = await countsOf(tx, round.watcher);
    const compared = looks.filter(({ folder }) => isComparable(folder, ours));
    for (const look of compared) {
      if (look.verdict === 'wrong') accept(look, ours.get(look.folder.provider_folder_id) ?? NONE);
    }
    await keepCounts(tx, round.watcher, { looks: compared, now });
    const isSettled = compared.every((look) => look.verdict === 'equal');
    const isCompared = (folder: FolderRow) => compared.some((look) => look.folder === folder);
    const isAll = folders.every((folder) => isCompared(folder) || isLeftOut(folder, now));
    await tx
      .updateTable('email_watchers')
      .set({
        next_reconcile_at: isSettled ? nextReconciliation(now) : nextLookAtCounts(now),
        ...(isSettled && isAll && { reconciled_at: now }),
      })
      .where('id', '=', round.watcher.id)
      .execute();
    if (readAgain > 0) return 'repaired';
    return isSettled ? 'equal' : 'suspicious';
  });
}
