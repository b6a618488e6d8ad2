// What polls tell of push (plan-push.ts), written to the watcher's row at the end of a round, and what a notification
// takes back. A mailbox that falls silent has its subscription replaced, and is read whole: while quiet folders of a
// large one take turns, nothing told of them.
import { openGap } from '#mailboxes/gaps.ts';
import { lockWatcher } from '#mailboxes/watchers.ts';
import type { GapKind, RoundTrigger } from '#tenants/schema.ts';
import type { TenantWriter } from '#tenants/tenants.ts';

import { isPoll, judgePoll, UNDOUBTED } from './plan-push.ts';
import { isReconciling } from './reconcile.ts';
import type { Round } from './round.ts';

type Ended = { trigger: RoundTrigger; changedSince: Date | null };
export type Silence = { pushFellSilent: boolean; opened: GapKind[] };

const HEARD: Silence = { pushFellSilent: false, opened: [] };

/** Adds what a round found to the judgement of push; a quiet one, which most are, asks for nothing. */
export async function notePoll(
  tx: TenantWriter,
  { watcher, clock }: Pick<Round, 'watcher' | 'clock'>,
  { trigger, changedSince }: Ended,
): Promise<Silence> {
  const now = clock.now();
  const poll = { trigger, changedSince, reconciling: isReconciling(watcher, now) };
  if (!isPoll(poll) || (changedSince === null && watcher.push_untold_at === null)) return HEARD;
  // Locked and read anew: a notification may have come while the round ran.
  const row = await lockWatcher(tx, watcher.id);
  const judgement = row && judgePoll(row, poll, now);
  if (!judgement) return HEARD;
  const fellSilent = Boolean(judgement.push_silent_at);
  const mending = { subscription_wish: 'replace' as const, subscription_due_at: now };
  await tx
    .updateTable('email_watchers')
    .set({ ...judgement, ...(fellSilent && mending) })
    .where('id', '=', watcher.id)
    .execute();
  if (!fellSilent) return HEARD;
  const isNew = await openGap(tx, {
    watcherId: watcher.id,
    kind: 'push_missed',
    detail: 'push_silent',
    at: now,
  });
  return { pushFellSilent: true, opened: isNew ? ['push_missed'] : [] };
}

/** What the row says once a notification of a change has come. */
export const heard = (now: Date) => ({ ...UNDOUBTED, push_heard_at: now });
