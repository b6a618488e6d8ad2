// Every minute: what is still to do, read from the yachts' own databases, becomes jobs. Whatever the queue
// lost (a crash, a restart of MASTER, a job that failed) is found here.
import type { Clock } from '#base/clock.ts';
import type { Log } from '#base/log.ts';
import { dueWatchers } from '#mailboxes/due-watchers.ts';
import { standingOf } from '#mailboxes/oversight.ts';
import { duePurges } from '#sync/purge.ts';
import { asWorker, type TenantReader, type Tenants } from '#tenants/tenants.ts';

import { type OverseeDeps, oversee } from './oversee.ts';
import type { Queue } from './queue.ts';

const YACHTS_AT_ONCE = 8;
const WATCHERS_PER_YACHT = 500;

export type SweepDeps = OverseeDeps & {
  activeYachts: () => Promise<string[]>;
  tenants: Tenants;
  queue: Pick<Queue, 'send'>;
  clock: Clock;
  log: Log;
};

/** Asks for the jobs that are due on every active yacht. One whose database is away does not stop the others. */
export async function sweep(deps: SweepDeps): Promise<void> {
  const waiting = await deps.activeYachts();
  const sweepNext = async (): Promise<void> => {
    for (let yachtId = waiting.shift(); yachtId !== undefined; yachtId = waiting.shift()) {
      try {
        await sweepYacht(deps, yachtId);
      } catch (err) {
        deps.log.warn({ err, yacht_id: yachtId }, 'this yacht is passed over until the next minute');
      }
    }
  };
  await Promise.all(Array.from({ length: YACHTS_AT_ONCE }, sweepNext));
}

async function sweepYacht(deps: SweepDeps, yachtId: string): Promise<void> {
  const { tenants, queue, clock } = deps;
  const due = await tenants.read(asWorker(yachtId), async (db) => ({
    watchers: await dueWatchers(db, clock.now(), WATCHERS_PER_YACHT),
    matching: await hasThreadsToMatch(db),
    purges: await duePurges(db, clock.now()),
    standing: await standingOf(db, clock.now()),
  }));
  for (const watcherId of due.watchers) {
    await queue.send('sync-mailbox', { yacht_id: yachtId, watcher_id: watcherId });
  }
  for (const watcherId of due.purges) {
    await queue.send('purge-mailbox', { yacht_id: yachtId, watcher_id: watcherId });
  }
  if (due.matching) await queue.send('match-threads', { yacht_id: yachtId });
  await oversee(deps, yachtId, due.standing);
}

async function hasThreadsToMatch(db: TenantReader): Promise<boolean> {
  const thread = await db
    .selectFrom('email_threads')
    .select('id')
    .where('needs_matching', '=', true)
    .limit(1);
  return (await thread.executeTakeFirst()) !== undefined;
}
