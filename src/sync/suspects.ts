// Messages that may be gone. Nothing is removed on a hint: a tombstone also means "moved", and a folder that was
// read again may have changed meanwhile. Suspects stay visible until Microsoft has been asked (confirm.ts).
import { sql } from 'kysely';

import type { TenantReader, TenantWriter } from '#tenants/tenants.ts';

/**
 * Marks what a folder's round reported as removed. Only what we believe is in that folder: for a message that
 * meanwhile stands elsewhere, the tombstone is the first half of a move.
 */
export async function suspectTombstones(
  tx: TenantWriter,
  at: { watcherId: string; folderId: string },
  messageIds: string[],
): Promise<void> {
  if (messageIds.length === 0) return;
  await markSuspects(tx)
    .where('watcher_id', '=', at.watcherId)
    .where('parent_folder_id', '=', at.folderId)
    .where('message_id', 'in', messageIds)
    .execute();
}

/** Marks what a folder's whole round did not show, though we believe it is there. */
export async function suspectUnseen(
  tx: TenantWriter,
  at: { watcherId: string; folderId: string; round: number },
): Promise<void> {
  await markSuspects(tx)
    .where('watcher_id', '=', at.watcherId)
    .where('parent_folder_id', '=', at.folderId)
    .where('seen_round', '<>', at.round)
    .execute();
}

/** Marks what a list of the folder did not show, though we believe it is there. */
export async function suspectUnlisted(
  tx: TenantWriter,
  at: { watcherId: string; folderId: string; listed: string[] },
): Promise<void> {
  await markSuspects(tx)
    .where('watcher_id', '=', at.watcherId)
    .where('parent_folder_id', '=', at.folderId)
    .where(sql<boolean>`message_id <> all(${at.listed})`)
    .execute();
}

/** Marks everything in folders that no longer exist. */
export async function suspectFolders(
  tx: TenantWriter,
  watcherId: string,
  folderIds: string[],
): Promise<void> {
  if (folderIds.length === 0) return;
  await markSuspects(tx)
    .where('watcher_id', '=', watcherId)
    .where('parent_folder_id', 'in', folderIds)
    .execute();
}

/** The messages of a mailbox that may be gone. */
export function suspects(tx: TenantReader, watcherId: string) {
  return tx
    .selectFrom('email_messages as m')
    .where('m.watcher_id', '=', watcherId)
    .where('m.removal_suspected_at', 'is not', null);
}

/** The oldest suspicions first. */
export async function findSuspects(tx: TenantReader, watcherId: string, limit: number): Promise<string[]> {
  const rows = await suspects(tx, watcherId)
    .select('message_id')
    .orderBy('removal_suspected_at')
    .orderBy('message_id')
    .limit(limit)
    .execute();
  return rows.map((row) => row.message_id);
}

/** Graph's ids of the folders that we believe these messages are in; null where nobody knows. */
export async function foldersOf(
  tx: TenantReader,
  watcherId: string,
  messageIds: string[],
): Promise<(string | null)[]> {
  const rows = await tx
    .selectFrom('email_messages')
    .select('parent_folder_id')
    .distinct()
    .where('watcher_id', '=', watcherId)
    .where('message_id', 'in', messageIds)
    .execute();
  return rows.map((row) => row.parent_folder_id);
}

function markSuspects(tx: TenantWriter) {
  return tx
    .updateTable('email_messages')
    .set({ removal_suspected_at: sql<Date>`now()` })
    .where('removed_at', 'is', null)
    .where('removal_suspected_at', 'is', null);
}
