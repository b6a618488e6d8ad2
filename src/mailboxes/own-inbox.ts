import { isGraphError } from '#microsoft/errors.ts';
import type { Gate, Graph } from '#microsoft/graph-client.ts';
import { getInboxId } from '#microsoft/inbox.ts';
import { asWorker, type TenantReader, type Tenants } from '#tenants/tenants.ts';

import { type Gates, openGate } from './gate.ts';

export type OwnInboxDeps = { tenants: Tenants; gates: Gates; open: (gate: Gate) => Graph };

type Account = { yachtId: string; accountId: string };

/**
 * Of the mailbox that somebody connects as their own: Graph's id of its inbox, by which it is recognised as one of the
 * shared mailboxes, whatever address that was added by. Null where there is nothing to compare it with, and for an
 * account whose mailbox cannot be read yet.
 *
 * @throws GraphError, and `throttled`, when Microsoft cannot tell now
 */
export async function inboxToCompare(
  { tenants, gates, open }: OwnInboxDeps,
  { yachtId, accountId }: Account,
): Promise<string | null> {
  const { own, isWanted } = await tenants.read(asWorker(yachtId), (db) => compared(db, accountId));
  if (!isWanted) return null;
  const gate = own ? gates.of({ yachtId, watcherId: own.id, app: 'read' }) : openGate;
  try {
    return await getInboxId(open(gate));
  } catch (error) {
    if (isGraphError(error, 'mailbox_unavailable', 'forbidden', 'not_found', 'rejected')) return null;
    throw error;
  }
}

/** One that is watched as somebody's own could not have been added as shared. */
async function compared(db: TenantReader, accountId: string) {
  const watchers = await db
    .selectFrom('email_watchers')
    .select(['id', 'kind', 'sync_status', 'microsoft_user_id'])
    .execute();
  const own = watchers.find((row) => row.microsoft_user_id === accountId);
  const inUse = watchers.filter((row) => row.sync_status !== 'disconnected');
  const isWanted = inUse.some((row) => row.kind === 'shared') && !inUse.some((row) => row === own);
  return { own, isWanted };
}
