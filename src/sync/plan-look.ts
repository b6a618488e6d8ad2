// Which folders a round looks at, twenty to a request. Pure.
import { BATCH_SIZE } from '#microsoft/batch.ts';

import type { PlannedFolder } from './plan.ts';

/** How far the looking of a round is. */
export type Looking = {
  /** Every folder, whatever it costs. */
  whole: boolean;
  /** Ids of the folders that the tree's round has named: their counts or names moved. */
  moved: Set<string>;
  /** Ids of the folders looked at already. */
  looked: Set<string>;
  /** Requests made for it. */
  batches: number;
};

/** A quiet mailbox costs so many requests a round, however many folders it has. */
const MOST_BATCHES = 2;
// Where mail comes and goes; all others take turns.
const ALWAYS = new Set(['inbox', 'sentitems', 'drafts']);

type Interrupted = { whole_requested_at: Date | null; last_round: { outcome?: string } | null };

/** Between two slices of a round; what was looked at longer ago is looked at again. */
const JUST_NOW_MS = 5 * 60_000;

/**
 * Ids of the folders that need not be looked at again, when the round before was to look at every one and was
 * interrupted: those it came to, but for where mail comes and goes.
 */
export function lookedAtBefore(
  folders: PlannedFolder[],
  { whole_requested_at, last_round }: Interrupted,
  now: Date,
): Set<string> {
  if (whole_requested_at === null || last_round?.outcome !== 'interrupted') return new Set();
  const since = Math.max(whole_requested_at.getTime(), now.getTime() - JUST_NOW_MS);
  const looked = folders.filter(
    ({ synced_at, well_known_name }) =>
      (synced_at?.getTime() ?? 0) >= since && !ALWAYS.has(well_known_name ?? ''),
  );
  return new Set(looked.map((folder) => folder.provider_folder_id));
}

/** Whether a folder has been read to its end, so that one small request says what is new. */
export function isAtRest(folder: PlannedFolder): boolean {
  const { phase, delta_link, next_link } = folder;
  return isSynced(folder) && phase === 'delta' && delta_link !== null && next_link === null;
}

/** False for folders that are gone and for search folders, which hold nothing of their own. */
export function isSynced(folder: Pick<PlannedFolder, 'removed_at' | 'is_search'>): boolean {
  return folder.removed_at === null && !folder.is_search;
}

/**
 * The folders to look at with the next request; none when the round has looked enough. Inbox, Sent Items and
 * Drafts first, then those whose counts moved and those in trouble, then those not looked at for longest: the
 * tree's changes do not tell of flags and categories, so every folder gets its turn.
 *
 * @param room how many places the request has left
 */
export function nextLook<F extends PlannedFolder>(folders: F[], looking: Looking, room = BATCH_SIZE): F[] {
  const { whole, moved, looked, batches } = looking;
  const left = folders.filter((folder) => isAtRest(folder) && !looked.has(folder.provider_folder_id));
  const isOver = !whole && batches >= MOST_BATCHES;
  const due = isOver ? left.filter((folder) => moved.has(folder.provider_folder_id)) : left;
  const weight = (folder: F) => {
    if (ALWAYS.has(folder.well_known_name ?? '')) return 0;
    return moved.has(folder.provider_folder_id) || folder.last_error !== null ? 1 : 2;
  };
  const age = (folder: F) => folder.synced_at?.getTime() ?? 0;
  return due
    .sort(
      (a, b) =>
        weight(a) - weight(b) || age(a) - age(b) || (a.provider_folder_id < b.provider_folder_id ? -1 : 1),
    )
    .slice(0, room);
}

/**
 * Up to when what is in these folders is complete: no later than when the longest unasked of them was asked. Null:
 * never.
 */
export function completeUpTo(folders: PlannedFolder[], startedAt: Date): Date | null {
  let oldest = startedAt;
  for (const { synced_at } of folders.filter(isSynced)) {
    if (synced_at === null) return null;
    if (synced_at < oldest) oldest = synced_at;
  }
  return oldest;
}
