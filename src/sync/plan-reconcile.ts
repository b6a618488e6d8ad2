// When the counts of a folder are to be believed. Pure.
import type { MessageCounts } from '#microsoft/message-count.ts';

export type Counts = MessageCounts;

/** What earlier comparisons left: items that are no mail, and by how much the last look differed. */
export type KnownCounts = { other: Counts; differs: Counts };

/**
 *   equal       as many as Microsoft says
 *   suspicious  they differ, for the first time or otherwise than before: mail moves while one counts
 *   believed    they differ as they did at the last look
 */
export type Verdict = { verdict: 'equal' | 'suspicious' | 'believed'; difference: Counts };

/**
 * What comparing a mailbox came to. `suspicious`: it is looked at again. `unexplained`: a folder differs as it did
 * before it was read again.
 */
export type ReconciliationResult = 'equal' | 'suspicious' | 'repaired' | 'unexplained';

/** What the gap of a folder says that was read again and differs all the same. */
export const STILL_DIFFERS = 'still_differs';

/** Whether the folder of such a gap was left as it is; undefined: it has no gap. */
export const isLeft = (gap: string | null | undefined) => gap?.startsWith(STILL_DIFFERS) ?? false;

/** What the gap says while the folder is read again because of this difference. */
export const readFor = (gap: string | null | undefined, { total, unread }: Counts) =>
  `${isLeft(gap) ? STILL_DIFFERS : 'differs'}_${total}_${unread}`;

export const NONE: Counts = { total: 0, unread: 0 };

/** Compares what Microsoft counts in a folder with our rows. */
export function judgeCounts(theirs: Counts, ours: Counts, { other, differs }: KnownCounts): Verdict {
  const difference = minus(minus(theirs, ours), other);
  if (isSame(difference, NONE)) return { verdict: 'equal', difference };
  return { verdict: isSame(difference, differs) ? 'believed' : 'suspicious', difference };
}

/** `a` less `b`, figure by figure. */
export function minus(a: Counts, b: Counts): Counts {
  return { total: a.total - b.total, unread: a.unread - b.unread };
}

export function isSame(a: Counts, b: Counts): boolean {
  return a.total === b.total && a.unread === b.unread;
}

const HOUR_MS = 3_600_000;
const LOOK_AGAIN_MS = 10 * 60_000;

/** The next comparison: in a day, give or take four hours, so that mailboxes do not compare together. */
export function nextReconciliation(now: Date, random: () => number = Math.random): Date {
  return new Date(now.getTime() + (20 + 8 * random()) * HOUR_MS);
}

/** The next look at counts that differed. */
export function nextLookAtCounts(now: Date): Date {
  return new Date(now.getTime() + LOOK_AGAIN_MS);
}
