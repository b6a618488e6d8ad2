// How a round ends, from what it met: the outcome, and the code that stands on the watcher. Pure.
import { CelesteError } from '#base/errors.ts';
import { isDatabaseFull } from '#db/trouble.ts';
import type { RoundOutcome, RoundSummary } from '#tenants/schema.ts';

import { completenessOf, type LeftOpen, type Trouble } from './plan-troubles.ts';
import type { FolderRow } from './round.ts';

/**
 *   synced           the mailbox was read to its end, but for folders that it goes on without
 *   degraded         something failed; `next_sync_at` says when it is tried again
 *   throttled        Microsoft wants a long pause; the schedule goes on when it is over
 *   reauth_required  only the mailbox's owner can mend it
 *   interrupted      we were told to stop; the next worker goes on where this one was
 *   skipped          another worker has the mailbox, or it is not to be synced
 */
export type Outcome = RoundOutcome | 'skipped';

export type Ending = {
  outcome: RoundOutcome;
  code: string | null;
  startedAt: Date;
  /** It was to look at every folder. */
  isWhole: boolean;
  /** Up to when the mailbox is complete, if the round ended well. */
  completeUpTo: Date | null;
  summary: RoundSummary;
  /** As `Poll` has it. */
  changedSince: Date | null;
  /** The folders in trouble, and those that were; none when the round did not come to its end. */
  troubles: Trouble<FolderRow>[];
};

/** The code of a round that read the mailbox but for folders in trouble, or messages nobody gave an answer about. */
export const FOLDERS_INCOMPLETE = 'folders_incomplete';
/** The code of a round that read everything but the folders the mailbox goes on without (plan-troubles.ts). */
export const FOLDERS_LEFT_OUT = 'folders_left_out';

const CODES = { whole: null, left_out: FOLDERS_LEFT_OUT };
const CLOSED = 'graph_forbidden';

/** Which ending it means that these folders are in trouble, and the code that stands on the watcher. */
export function endingWith(
  troubles: Trouble<FolderRow>[],
  open: LeftOpen,
  now: Date,
): Pick<Ending, 'outcome' | 'code'> {
  const completeness = completenessOf(troubles, open, now);
  if (completeness !== 'incomplete') return { outcome: 'synced', code: CODES[completeness] };
  // Where nothing may be read at all, it is not about some folders.
  const isClosed = open.read === 0 && troubles.some(({ code }) => code === CLOSED);
  return { outcome: 'degraded', code: isClosed ? CLOSED : FOLDERS_INCOMPLETE };
}

/**
 * Why a round may have to stop early. `signal`: for whatever reason; `giveWay`: because others wait; `silentMs`: how
 * long Microsoft had not answered by then.
 */
export type Stopping = { signal: AbortSignal; giveWay: AbortSignal | undefined; silentMs: number };

/** Who is asked for so long and says nothing is not read a slice at a time: it would begin anew for ever. */
const SILENT_MS = 15_000;

/** Which ending a fault means, and the code that stands on the watcher. */
export function endingOf(
  error: unknown,
  { signal, giveWay, silentMs }: Stopping,
): Pick<Ending, 'outcome' | 'code'> {
  const code = error instanceof CelesteError ? error.code : null;
  const gaveWay = giveWay?.aborted && signal.reason === giveWay.reason;
  if (gaveWay && silentMs >= SILENT_MS) return { outcome: 'degraded', code: 'graph_transient' };
  if (code === 'lease_lost' || signal.aborted) return { outcome: 'interrupted', code };
  if (code === 'throttled' || code === 'graph_throttled') return { outcome: 'throttled', code };
  if (code === 'reauth_required' || code === 'not_connected') return { outcome: 'reauth_required', code };
  if (isDatabaseFull(error)) return { outcome: 'degraded', code: 'database_full' };
  return { outcome: 'degraded', code: code ?? 'unexpected' };
}
