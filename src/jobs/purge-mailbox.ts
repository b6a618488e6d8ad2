// Takes a mailbox's mail out of the yacht's database; the pages that are open look again.
import type { Kysely } from 'kysely';

import type { Events } from '#directory/events.ts';
import type { MasterSchema } from '#directory/schema.ts';
import { forgetSubscriptions } from '#directory/subscriptions.ts';
import { type PurgeDeps, purgeMailbox } from '#sync/purge.ts';
import { asWorker, type Tenants } from '#tenants/tenants.ts';

import type { Jobs } from './queue.ts';

export type PurgeMailboxDeps = PurgeDeps & {
  events: Pick<Events, 'publish'>;
  master: Kysely<MasterSchema>;
  /** As the sweep has it. */
  keepConnected: (yachtId: string) => Promise<void>;
};

export async function runPurgeMailbox(
  { events, master, keepConnected, ...deps }: PurgeMailboxDeps,
  { yacht_id, watcher_id }: Jobs['purge-mailbox'],
  signal: AbortSignal,
): Promise<void> {
  const purged = await purgeMailbox(deps, { yachtId: yacht_id, watcherId: watcher_id, signal });
  // Microsoft may not have been told yet that its subscription is over: nobody tells it any more, and the subscription
  // ends by its own clock.
  if (await isPurged(deps.tenants, { yacht_id, watcher_id })) await forgetSubscriptions(master, watcher_id);
  await keepConnected(yacht_id);
  if (purged === 0) return;
  await events.publish({ yacht_id, user_id: null, type: 'threads', data: { thread_ids: [] } });
}

/** The mailbox is gone, or nothing but its address is left. */
async function isPurged(tenants: Tenants, { yacht_id, watcher_id }: Jobs['purge-mailbox']): Promise<boolean> {
  const watcher = await tenants.read(asWorker(yacht_id), (db) =>
    db.selectFrom('email_watchers').select('purged_at').where('id', '=', watcher_id).executeTakeFirst(),
  );
  return watcher === undefined || watcher.purged_at !== null;
}
