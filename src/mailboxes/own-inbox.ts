import { hasCode } from '#base/errors.ts';
import { isGraphError } from '#microsoft/errors.ts';
import type { Gate, Graph } from '#microsoft/graph-client.ts';
import { getInboxId } from '#microsoft/inbox.ts';
import { asWorker, type TenantReader, type Tenants } from '#tenants/tenants.ts';

import type { Gates } from './gate.ts';

export type OwnInboxDeps = {
  tenants: Tenants;
  gates: Gates;
  open: (gate: Gate) => Graph;
  /** The gate in MASTER of a mailbox that another yacht has, which that one passes; null: none has it. */
  common: string | null;
};

type Account = { yachtId: string; accountId: string };

/**
 * Of the mailbox that somebody connects as their own: Graph's id of its inbox, by which it is recognised as one of the
 * shared mailboxes, here or on another yacht, whatever address that was added by. For an account whose mailbox cannot
 * be read yet it is what was known before, mostly null; where nothing aboard depends on it, also when Microsoft cannot
 * tell now.
 *
 * @throws GraphError, and `throttled`, when Microsoft cannot tell now
 */
export async function ownInbox(
  { tenants, gates, open, common }: OwnInboxDeps,
  { yachtId, accountId }: Account,
): Promise<string | null> {
  const { own, isNeeded } = await tenants.read(asWorker(yachtId), (db) => compared(db, accountId));
  try {
    return await getInboxId(open(gates.ofKnown(yachtId, own, common)));
  } catch (error) {
    const known = own?.inbox_id ?? null;
    if (isGraphError(error, 'mailbox_unavailable', 'forbidden', 'not_found', 'rejected')) return known;
    if (!isNeeded && (isGraphError(error) || hasCode(error, 'throttled'))) return known;
    throw error;
  }
}

/** One that is watched as somebody's own could not have been added as shared. */
async function compared(db: TenantReader, accountId: string) {
  const watchers = await db
    .selectFrom('email_watchers')
    .select(['id', 'kind', 'sync_status', 'microsoft_user_id', 'inbox_id'])
    .execute();
  const own = watchers.find((row) => row.microsoft_user_id === accountId);
  const inUse = watchers.filter((row) => row.sync_status !== 'disconnected');
  const isNeeded = inUse.some((row) => row.kind === 'shared') && !inUse.some((row) => row === own);
  return { own, isNeeded };
}
