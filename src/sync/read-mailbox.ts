// One round of a mailbox: its tree, its folders, its suspects.
import { confirmSuspects } from './confirm.ts';
import { syncTree, type Tree } from './folders.ts';
import { lookAround } from './look.ts';
import { isAtRest, isSynced } from './plan-look.ts';
import type { Reading } from './read-folder.ts';
import { type FoldersState, readFolders } from './read-folders.ts';
import type { FolderRow, Round } from './round.ts';

/**
 * Reads what is new. A round that is not `whole` leaves quiet folders of a large mailbox to the next one; their
 * `synced_at` says so.
 *
 * @returns whether every folder it read came to its end and every suspicion was settled
 * @throws GraphError, CelesteError `throttled`, `lease_lost`, or what tokens throw
 */
export async function readMailbox(
  round: Round,
  reading: Reading,
  { whole }: { whole: boolean },
): Promise<boolean> {
  const { tree } = reading;
  const state: FoldersState = { gone: [], failed: 0, read: 0, tried: new Set() };
  await lookAround(round, reading, { whole, state });
  await readFolders(round, { ...reading, folders: unfinished(tree, state), state });
  if (state.gone.length > 0) {
    const gone = state.gone.splice(0);
    await syncTree(round, tree, { whole: true });
    const folders = [...gone.filter(isSynced), ...unfinished(tree, state)];
    await readFolders(round, { ...reading, folders, state });
  }
  const confirmed = await confirmSuspects(round, async (folderId) => {
    if (knows(tree, folderId)) return true;
    await syncTree(round, tree, { whole: false });
    return knows(tree, folderId);
  });
  reading.onConfirmed(confirmed);
  return state.failed === 0 && state.gone.length === 0 && confirmed.unanswered === 0;
}

/** New folders and those a round was stopped in. */
function unfinished(tree: Tree, { tried }: FoldersState): FolderRow[] {
  return tree.folders.filter((folder) => isSynced(folder) && !isAtRest(folder) && !tried.has(folder.id));
}

function knows(tree: Tree, folderId: string): boolean {
  return tree.folders.some((row) => row.provider_folder_id === folderId && row.removed_at === null);
}
