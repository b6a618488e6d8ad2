// One round of a mailbox: its tree, its folders, its suspects.
import { confirmSuspects } from './confirm.ts';
import { syncTree, type Tree } from './folders.ts';
import { lookAround } from './look.ts';
import { isAtRest, isSynced } from './plan-look.ts';
import type { LeftOpen } from './plan-troubles.ts';
import type { Reading } from './read-folder.ts';
import { type FoldersState, readFolders } from './read-folders.ts';
import { finishReconciling, reconcile } from './reconcile.ts';
import { type FolderRow, type Round, transact } from './round.ts';
import { foldersOf } from './suspects.ts';

/**
 * Reads what is new. A round that is not `whole` leaves quiet folders of a large mailbox to the next one; their
 * `synced_at` says so. One that is `reconciling` also compares counts with Microsoft's.
 *
 * Folders that did not come to their end have their `last_error`.
 *
 * @returns what else was left open
 * @throws GraphError, CelesteError `throttled`, `lease_lost`, or what tokens throw
 */
export async function readMailbox(
  round: Round,
  reading: Reading,
  { whole, reconciling }: { whole: boolean; reconciling: boolean },
): Promise<LeftOpen> {
  const { tree } = reading;
  const state: FoldersState = { gone: [], failed: 0, read: 0, tried: new Set() };
  // The whole tree: that a folder was deleted and made anew may be missed by its changes.
  // https://github.com/microsoftgraph/microsoft-graph-docs-contrib/issues/8794
  if (reconciling) await syncTree(round, tree, { whole: true });
  await lookAround(round, reading, { whole, state });
  await readFolders(round, { ...reading, folders: unfinished(tree, state), state });
  if (state.gone.length > 0) {
    const gone = state.gone.splice(0);
    await syncTree(round, tree, { whole: true });
    const folders = [...gone.filter(isSynced), ...unfinished(tree, state)];
    await readFolders(round, { ...reading, folders, state });
  }
  let unanswered = await settle(round, reading);
  if (reconciling) {
    const found = await reconcile(round, { ...reading, state });
    if (found.readAgain > 0) unanswered = await settle(round, reading);
    reading.onReconciled(await finishReconciling(round, found));
  }
  // Listed in the tree, and unknown when asked for.
  for (const folder of state.gone.filter(isSynced)) folder.last_error = 'graph_not_found';
  return { read: state.read, unanswered };
}

/** Settles every suspicion there is. @returns the folders of messages that Microsoft gave no answer about */
async function settle(round: Round, { tree, onConfirmed }: Reading): Promise<LeftOpen['unanswered']> {
  if (!tree.mayDoubt) return [];
  const outside = new Set<string>();
  const confirmed = await confirmSuspects(round, async (folderId) => {
    if (knows(tree, folderId)) return true;
    if (outside.has(folderId)) return false;
    await syncTree(round, tree, { whole: false });
    if (!knows(tree, folderId)) outside.add(folderId);
    return knows(tree, folderId);
  });
  onConfirmed(confirmed);
  if (confirmed.unanswered.length === 0) return [];
  return transact(round, (tx) => foldersOf(tx, round.watcher.id, confirmed.unanswered));
}

/** New folders and those a round was stopped in. */
function unfinished(tree: Tree, { tried }: FoldersState): FolderRow[] {
  return tree.folders.filter((folder) => isSynced(folder) && !isAtRest(folder) && !tried.has(folder.id));
}

function knows(tree: Tree, folderId: string): boolean {
  return tree.folders.some((row) => row.provider_folder_id === folderId && row.removed_at === null);
}
