// Hands notifications over from MASTER, where they were stored, to the yachts they are about, and has the mailboxes
// looked at.
import type { Kysely } from 'kysely';

import type { Clock } from '#base/clock.ts';
import { hasCode } from '#base/errors.ts';
import type { Log } from '#base/log.ts';
import { finishNudge, type Nudge, takeNudges } from '#directory/nudges.ts';
import type { MasterSchema } from '#directory/schema.ts';
import { announceDue } from '#directory/yacht-schedule.ts';
import { applyNudge, type NudgeEffect } from '#sync/nudges.ts';
import { asWorker, type Tenants } from '#tenants/tenants.ts';

import type { Queue } from './queue.ts';

export type TakeNudgesDeps = {
  master: Kysely<MasterSchema>;
  tenants: Tenants;
  queue: Pick<Queue, 'send'>;
  clock: Clock;
  log: Log;
  /** Told of each nudge handed over, for the figures. */
  onNudge: (effect: NudgeEffect) => void;
};

const BATCH = 50;

/** Takes every nudge that waits. One whose yacht's database is away waits for half a minute and stops no other. */
export async function runTakeNudges(deps: TakeNudgesDeps, signal: AbortSignal): Promise<void> {
  while (!signal.aborted) {
    const nudges = await takeNudges(deps.master, deps.clock.now(), BATCH);
    await Promise.all(nudges.map((nudge) => handOver(deps, nudge)));
    if (nudges.length < BATCH) return;
  }
}

async function handOver(deps: TakeNudgesDeps, nudge: Nudge): Promise<void> {
  try {
    const effect = await deps.tenants.transact(asWorker(nudge.yachtId), (tx) =>
      applyNudge(tx, nudge, deps.clock.now()),
    );
    await finishNudge(deps.master, nudge);
    deps.onNudge(effect);
    await sendJobs(deps, nudge, effect);
  } catch (err) {
    if (hasCode(err, 'yacht_not_found')) return finishNudge(deps.master, nudge);
    deps.log.warn({ err, yacht_id: nudge.yachtId, watcher: nudge.watcherId }, 'a notification has to wait');
  }
}

async function sendJobs({ master, queue }: TakeNudgesDeps, nudge: Nudge, effect: NudgeEffect): Promise<void> {
  const mailbox = { yacht_id: nudge.yachtId, watcher_id: nudge.watcherId };
  if (effect.subscription) await queue.send('keep-subscription', mailbox);
  if (effect.round === 'now') await queue.send('sync-mailbox', mailbox);
  else if (effect.round !== null) await announceDue(master, nudge.yachtId, effect.round);
}
