// Takes a mailbox's mail out of the yacht's database; the pages that are open look again.
import type { Events } from '#directory/events.ts';
import { type PurgeDeps, purgeMailbox } from '#sync/purge.ts';

import type { Jobs } from './queue.ts';

export type PurgeMailboxDeps = PurgeDeps & { events: Pick<Events, 'publish'> };

export async function runPurgeMailbox(
  { events, ...deps }: PurgeMailboxDeps,
  { yacht_id, watcher_id }: Jobs['purge-mailbox'],
  signal: AbortSignal,
): Promise<void> {
  const purged = await purgeMailbox(deps, { yachtId: yacht_id, watcherId: watcher_id, signal });
  if (purged === 0) return;
  await events.publish({ yacht_id, user_id: null, type: 'threads', data: { thread_ids: [] } });
}
