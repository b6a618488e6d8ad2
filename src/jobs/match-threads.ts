// Ties threads whose mail has changed to the records they name, until none is left on that yacht.
import type { Events } from '#directory/events.ts';
import { type ChangedLink, matchThreads } from '#links/match.ts';
import type { Tenants } from '#tenants/tenants.ts';

import type { Jobs } from './queue.ts';

export type MatchThreadsDeps = { tenants: Tenants; events: Pick<Events, 'publish'> };

const BATCH = 200;

/** Each batch is one transaction; stopped between two, the sweep has the rest done. */
export async function runMatchThreads(
  { tenants, events }: MatchThreadsDeps,
  { yacht_id }: Jobs['match-threads'],
  signal: AbortSignal,
): Promise<void> {
  while (!signal.aborted) {
    const { threads, links } = await matchThreads(tenants, yacht_id, BATCH);
    for (const link of links) await events.publish(newsOf(yacht_id, link));
    if (threads < BATCH) return;
  }
}

function newsOf(yacht_id: string, { thread_id, target_type, target_id }: ChangedLink) {
  return { yacht_id, user_id: null, type: 'links' as const, data: { thread_id, target_type, target_id } };
}
