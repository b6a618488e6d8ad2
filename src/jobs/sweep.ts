// What is still to do, read from the yachts' own databases, becomes jobs. Whatever the queue lost (a crash, a restart
// of MASTER, a job that failed) is found here. MASTER says which yachts to look at; a yacht of which it says nothing
// is looked at every two minutes all the same.
import { setTimeout as pause } from 'node:timers/promises';

import type { Kysely } from 'kysely';

import type { Clock } from '#base/clock.ts';
import { gather } from '#base/gather.ts';
import type { Log } from '#base/log.ts';
import { hasNudges } from '#directory/nudges.ts';
import type { MasterSchema } from '#directory/schema.ts';
import {
  claimYachts,
  type Looked,
  lookAgain,
  SLOWEST_LOOK_MS,
  type YachtToLookAt,
} from '#directory/yacht-schedule.ts';
import { watchersSchedule } from '#mailboxes/due-watchers.ts';
import { standingOf } from '#mailboxes/oversight.ts';
import { duePurges } from '#sync/purge.ts';
import { dueSubscriptions } from '#sync/subscriptions.ts';
import { asWorker, type TenantReader, type Tenants } from '#tenants/tenants.ts';

import { type OverseeDeps, oversee } from './oversee.ts';
import type { Queue } from './queue.ts';

const YACHTS_AT_ONCE = 8;
const WATCHERS_PER_YACHT = 500;
/** A job that was asked for and got lost is asked for again after this. */
const ASK_AGAIN_MS = 15_000;
/** A database that does not answer holds up nobody longer. */
const PATIENCE_MS = 1_000;
const OVERSEE_EVERY_MS = 50_000;
const TROUBLE_MS = { first: 5_000, longest: 30_000 };

export type SweepDeps = OverseeDeps & {
  master: Kysely<MasterSchema>;
  tenants: Tenants;
  queue: Pick<Queue, 'send' | 'sendAll'>;
  clock: Clock;
  log: Log;
  /** When (epoch milliseconds) this process last looked after a yacht's mailboxes; without it: at every look. */
  overseen?: Map<string, number>;
  /** As in the configuration; null: no subscriptions. */
  webhookUrl: string | null;
  /** Brings in step what MASTER knows of a yacht's mailboxes. */
  keepConnected: (yachtId: string) => Promise<void>;
};

/**
 * Looks at the yachts whose time has come, several at once, until there is none, and asks for the jobs that are due
 * there. Any number of workers may do so at the same time. `inTrouble`: at those whose database was away, instead.
 */
export async function sweep(
  deps: SweepDeps,
  { inTrouble, signal }: { inTrouble: boolean; signal?: AbortSignal },
): Promise<void> {
  const settle = gather<Looked>((looked) => lookAgain(deps.master, looked));
  for (let full = true; full && !signal?.aborted; ) {
    const yachts = await claimYachts(deps.master, deps.clock.now(), { limit: YACHTS_AT_ONCE, inTrouble });
    await Promise.all(
      yachts.map((yacht) =>
        Promise.race([look(deps, yacht, settle), pause(PATIENCE_MS, undefined, { ref: false })]),
      ),
    );
    full = yachts.length === YACHTS_AT_ONCE;
  }
  if (!inTrouble) await sweepNudges(deps);
}

/** Asks for the notifications that a job which got lost should have handed over. */
export async function sweepNudges({ master, queue, clock }: Pick<SweepDeps, 'master' | 'queue' | 'clock'>) {
  if (await hasNudges(master, clock.now())) await queue.send('take-nudges', {});
}

/** Looks at each of these yachts, due or not. One whose database is away does not stop the others. */
export async function sweepAll(deps: Omit<SweepDeps, 'master'>, yachtIds: string[]): Promise<void> {
  for (const yachtId of yachtIds) {
    await sweepYacht(deps, yachtId).catch((err: unknown) =>
      deps.log.warn({ err, yacht_id: yachtId }, 'this yacht is passed over'),
    );
  }
}

async function look(
  deps: SweepDeps,
  yacht: YachtToLookAt,
  settle: (looked: Looked[]) => Promise<void>,
): Promise<void> {
  const { clock, log } = deps;
  const { yachtId } = yacht;
  try {
    const at = await sweepYacht(deps, yachtId);
    await settle([{ ...yacht, at, failures: 0 }]);
  } catch (err) {
    log.warn({ err, yacht_id: yachtId }, 'this yacht is passed over for a while');
    const failures = yacht.failures + 1;
    const wait = Math.min(TROUBLE_MS.longest, TROUBLE_MS.first * failures) * (0.8 + 0.4 * Math.random());
    const at = new Date(clock.now().getTime() + wait);
    await settle([{ ...yacht, at, failures }]).catch((error: unknown) =>
      log.warn({ err: error, yacht_id: yachtId }, 'nor could that be noted'),
    );
  }
}

/** Asks for the jobs that are due on one yacht; when to look there again. @throws CelesteError `tenant_unavailable` */
async function sweepYacht(deps: Omit<SweepDeps, 'master'>, yachtId: string): Promise<Date> {
  const { tenants, queue, clock, webhookUrl } = deps;
  const now = clock.now();
  const sinceOverseen = now.getTime() - (deps.overseen?.get(yachtId) ?? 0);
  const due = await tenants.read(asWorker(yachtId), async (db) => ({
    watchers: await watchersSchedule(db, now, WATCHERS_PER_YACHT),
    matching: await hasThreadsToMatch(db),
    purges: await duePurges(db, now),
    standing: sinceOverseen < OVERSEE_EVERY_MS ? null : await standingOf(db, now),
    subscriptions: await dueSubscriptions(db, { now, webhookUrl }, WATCHERS_PER_YACHT),
  }));
  const jobs = (ids: string[]) => ids.map((id) => ({ yacht_id: yachtId, watcher_id: id }));
  const mailboxes = (much: boolean) =>
    due.watchers.due.filter(({ catchesUp }) => catchesUp === much).map(({ id }) => id);
  await queue.sendAll('sync-mailbox', jobs(mailboxes(false)));
  await queue.sendAll('catch-up-mailbox', jobs(mailboxes(true)));
  await queue.sendAll('keep-subscription', jobs(due.subscriptions));
  await queue.sendAll('purge-mailbox', jobs(due.purges));
  if (due.matching) await queue.send('match-threads', { yacht_id: yachtId });
  if (due.standing) {
    await oversee(deps, yachtId, due.standing);
    deps.overseen?.set(yachtId, now.getTime());
  }
  await deps.keepConnected(yachtId);
  const asked = due.watchers.due.length + due.purges.length + due.subscriptions.length > 0 || due.matching;
  const soon = asked ? ASK_AGAIN_MS : SLOWEST_LOOK_MS * (0.75 + Math.random() / 4);
  return new Date(Math.min(now.getTime() + soon, due.watchers.nextAt?.getTime() ?? Number.POSITIVE_INFINITY));
}

async function hasThreadsToMatch(db: TenantReader): Promise<boolean> {
  const thread = await db
    .selectFrom('email_threads')
    .select('id')
    .where('needs_matching', '=', true)
    .limit(1);
  return (await thread.executeTakeFirst()) !== undefined;
}
