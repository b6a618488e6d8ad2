// Where to go on in a folder that is read by lists. Pure.
import { listCursorOf } from '#microsoft/message-list.ts';

import type { PlannedFolder, Start } from './plan.ts';

const WHOLE_EVERY_MS = 24 * 60 * 60_000;

/**
 * At the page where it stopped; else what came since the last listing; else, once a day and whenever the stored
 * link is none of ours, the whole folder.
 */
export function startOfListing(folder: PlannedFolder, now: Date): Start {
  const { phase, next_link, delta_link, round } = folder;
  if (phase !== 'pending' && listCursorOf(next_link) !== null) {
    return { link: next_link, phase, round, isFirstPage: false };
  }
  const cursor = phase === 'delta' ? listCursorOf(delta_link) : null;
  if (cursor !== null && now.getTime() - Date.parse(cursor.whole) < WHOLE_EVERY_MS) {
    return { link: delta_link, phase: 'delta', round, isFirstPage: true };
  }
  return { link: null, phase: 'initial', round: round + 1, isFirstPage: true };
}
