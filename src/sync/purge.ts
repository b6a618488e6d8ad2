// Takes a disconnected mailbox's mail out of the yacht's database when its owner asked for that. A little at a
// time, and only while it stays disconnected: connecting the mailbox again calls it off.
import type { Clock } from '#base/clock.ts';
import { forgetCursors } from '#mailboxes/cursors.ts';
import { recordAudit } from '#tenants/audit.ts';
import { asWorker, type TenantReader, type Tenants, type TenantWriter } from '#tenants/tenants.ts';
import { detachMessages, hasForgettable, hasMessages, purgeMessages } from '#threads/purge.ts';

import { onlyTheAddress } from './only-the-address.ts';

const AT_ONCE = 500;
/** So long a thread that was taken off its record is spared, because that can be undone. */
export const UNDO_MS = 24 * 3_600_000;

export type PurgeDeps = { tenants: Tenants; clock: Clock };
export type Purging = { yachtId: string; watcherId: string; signal: AbortSignal };

/**
 * Deletes what the mailbox brought and no record holds; then the mailbox itself, unless mail of it is on records:
 * that stays, marked as having left the mailbox, and goes when a head of department takes it off. Safe to repeat
 * and to stop between batches.
 *
 * @returns how many messages went
 */
export async function purgeMailbox({ tenants, clock }: PurgeDeps, purging: Purging): Promise<number> {
  const since = new Date(clock.now().getTime() - UNDO_MS);
  const { watcherId } = purging;
  let purged = 0;
  while (!purging.signal.aborted) {
    const gone = await tenants.transact(asWorker(purging.yachtId), async (tx) => {
      if (!(await holdForPurge(tx, watcherId))) return 0;
      // Should it be called off now: what is gone by then would never be told again.
      await forgetCursors(tx, watcherId);
      const deleted = await purgeMessages(tx, { watcherId, since, limit: AT_ONCE });
      if (deleted < AT_ONCE) await finish(tx, purging);
      return deleted;
    });
    purged += gone;
    if (gone < AT_ONCE) break;
  }
  return purged;
}

/** The mailboxes with something to purge. */
export async function duePurges(db: TenantReader, now: Date): Promise<string[]> {
  const asked = await db
    .selectFrom('email_watchers')
    .select(['id', 'purged_at'])
    .where('purge_requested_at', 'is not', null)
    .where('sync_status', '=', 'disconnected')
    .execute();
  const since = new Date(now.getTime() - UNDO_MS);
  const due: string[] = [];
  for (const { id, purged_at } of asked) {
    if (
      purged_at === null ||
      (await hasForgettable(db, { watcherId: id, since })) ||
      !(await hasMessages(db, id))
    )
      due.push(id);
  }
  return due;
}

async function holdForPurge(tx: TenantWriter, watcherId: string): Promise<boolean> {
  const watcher = await tx
    .selectFrom('email_watchers')
    .select('id')
    .where('id', '=', watcherId)
    .where('purge_requested_at', 'is not', null)
    .where('sync_status', '=', 'disconnected')
    .forUpdate()
    .executeTakeFirst();
  return watcher !== undefined;
}

async function finish(tx: TenantWriter, { yachtId, watcherId }: Purging): Promise<void> {
  const kept = await detachMessages(tx, watcherId);
  await tx.deleteFrom('email_request_places').where('watcher_id', '=', watcherId).execute();
  if (kept === 0) await tx.deleteFrom('email_watchers').where('id', '=', watcherId).execute();
  else await strip(tx, watcherId);
  await recordAudit(tx, {
    yachtId,
    actor: { kind: 'worker', id: null },
    action: 'mailbox.purged',
    target: { type: 'mailbox', id: watcherId },
    after: { kept_on_records: kept },
  });
}

const HANGING = [
  'email_folders',
  'email_rounds',
  'email_gaps',
  'email_notices',
  'email_mailbox_readers',
] as const;

/** Of a mailbox whose mail is on records only its address stays, and whose it was. */
async function strip(tx: TenantWriter, watcherId: string): Promise<void> {
  for (const table of HANGING) {
    await tx.deleteFrom(table).where('watcher_id', '=', watcherId).execute();
  }
  await tx
    .updateTable('email_watchers')
    .set(onlyTheAddress(new Date()))
    .where('id', '=', watcherId)
    .execute();
}
