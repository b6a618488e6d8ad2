// How far a mailbox is, for its watcher's row and for whoever looks on.
import type { Progress } from '#mailboxes/watchers.ts';

import type { FolderRow } from './round.ts';

/** Messages and folders done of all, over the folders that are synced. */
export function progressOf(folders: FolderRow[]): Progress {
  const synced = folders.filter((folder) => folder.removed_at === null && !folder.is_search);
  const done = (folder: FolderRow) =>
    folder.phase === 'delta'
      ? folder.total_item_count
      : Math.min(folder.messages_done, folder.total_item_count);
  const sum = (count: (folder: FolderRow) => number) =>
    synced.reduce((total, folder) => total + count(folder), 0);
  return {
    done: sum(done),
    total: sum((folder) => folder.total_item_count),
    folders_done: sum((folder) => (folder.phase === 'delta' ? 1 : 0)),
    folders_total: synced.length,
  };
}
