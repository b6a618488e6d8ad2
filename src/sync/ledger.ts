// What a round leaves in the ledger, in the transaction that records its ending.
import { noteOutages } from '#mailboxes/freshness.ts';
import { closeGaps, noteFound, recentGaps } from '#mailboxes/gaps.ts';
import { type NoticeChange, settleNotices } from '#mailboxes/notices.ts';
import { recordRound, triggerOf } from '#mailboxes/rounds.ts';
import type { GapKind, RoundOutcome, RoundSummary, RoundTrigger } from '#tenants/schema.ts';
import type { TenantWriter } from '#tenants/tenants.ts';

import type { Round } from './round.ts';

/** What the first step leaves to the second. */
export type Met = Pick<Ledger, 'trigger' | 'opened'> & { hasGaps: boolean; wasInStep: boolean };

/** What is news about a round besides how it ended. */
export type Ledger = {
  trigger: RoundTrigger;
  /** The gaps it met, and those it filled. */
  opened: GapKind[];
  repaired: GapKind[];
  notices: NoticeChange[];
  /** Notifications of this mailbox have stopped reaching us, and its subscription is to be replaced. */
  pushFellSilent: boolean;
};

type Recording = Pick<Round, 'watcher' | 'clock'>;
type Ending = {
  outcome: RoundOutcome;
  code: string | null;
  startedAt: Date;
  completeUpTo: Date | null;
  summary: RoundSummary;
};

// Only a mailbox that is behind by this much can have had an outage, or a notice that it is stale: the others are
// spared both questions.
const WORTH_ASKING_MS = 3_600_000;

/**
 * Before the ending is written: adds the round to the record, and notes the outage it may have ended, which nobody
 * else was there to see when every worker was down.
 */
export async function recordMet(
  tx: TenantWriter,
  { watcher, clock }: Recording,
  { outcome, code, startedAt, summary }: Ending,
): Promise<Met> {
  const now = clock.now();
  const trigger = triggerOf(watcher);
  await recordRound(tx, watcher, {
    ...summary,
    trigger,
    outcome,
    code,
    started_at: startedAt,
    ended_at: now,
  });
  const behindMs = startedAt.getTime() - (watcher.last_sync_at ?? watcher.expected_from).getTime();
  const isBehind = behindMs > WORTH_ASKING_MS;
  const outages = isBehind ? await noteOutages(tx, { at: startedAt, now, watcherId: watcher.id }) : [];
  const gaps = await recentGaps(tx, watcher.id, startedAt);
  const hasGaps = gaps.some((gap) => gap.isOpen);
  if (hasGaps) await noteFound(tx, { watcherId: watcher.id, folderId: null, changes: summary.changes });
  const met = gaps.filter((gap) => gap.isMetByRound).map((gap) => gap.kind);
  const opened = [...met, ...outages.map(() => 'outage' as const)];
  return { trigger, opened, hasGaps, wasInStep: watcher.sync_status === 'active' && !isBehind };
}

/**
 * After it: closes the gaps the round filled, and settles the notices by how the watcher stands. A mailbox without
 * gaps, which is most of them, is not asked about any; nor about notices when it was in step and still is.
 */
export async function recordMended(
  tx: TenantWriter,
  { watcher, clock }: Recording,
  { outcome, completeUpTo, hasGaps, wasInStep }: Ending & Pick<Met, 'hasGaps' | 'wasInStep'>,
): Promise<Pick<Ledger, 'repaired' | 'notices'>> {
  const now = clock.now();
  const isFilling = hasGaps && outcome === 'synced' && completeUpTo !== null;
  const filled = isFilling ? await closeGaps(tx, { watcherId: watcher.id, completeUpTo, endedAt: now }) : [];
  const isInStep = wasInStep && outcome === 'synced';
  return {
    repaired: filled.map((gap) => gap.kind),
    notices: isInStep ? [] : await settleNotices(tx, now, watcher.id),
  };
}
