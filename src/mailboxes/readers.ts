// The people on a shared mailbox's list: who reads it, and who may say so.
import { CelesteError } from '#base/errors.ts';
import type { Principal } from '#directory/principal.ts';
import { recordAudit } from '#tenants/audit.ts';
import type { MailboxKind } from '#tenants/schema.ts';
import type { TenantWriter } from '#tenants/tenants.ts';

import { watcherNotFound } from './mailbox.ts';

type Reading = Pick<TenantWriter, 'selectFrom'>;

type Reader = { watcher_id: string; user_id: string; yacht_id: string; added_by: string };

/** Puts somebody on the list; harmless when they are on it. */
export async function addReader(tx: TenantWriter, reader: Reader): Promise<void> {
  await tx
    .insertInto('email_mailbox_readers')
    .values(reader)
    .onConflict((oc) => oc.columns(['watcher_id', 'user_id']).doNothing())
    .execute();
}

/** Who reads a shared mailbox, longest first. */
export async function listReaders(
  db: Reading,
  watcherId: string,
): Promise<{ userId: string; addedAt: Date }[]> {
  const rows = await db
    .selectFrom('email_mailbox_readers')
    .select(['user_id', 'added_at'])
    .where('watcher_id', '=', watcherId)
    .orderBy('added_at')
    .orderBy('user_id')
    .execute();
  return rows.map((row) => ({ userId: row.user_id, addedAt: row.added_at }));
}

/** Whoever hears of a mailbox's mail: its owner, or the readers of a shared one. */
export async function audienceOf(db: Reading, watcherId: string): Promise<string[]> {
  const watcher = await db
    .selectFrom('email_watchers')
    .select(['id', 'kind', 'user_id'])
    .where('id', '=', watcherId)
    .executeTakeFirst();
  return watcher ? audienceOfWatcher(db, watcher) : [];
}

/** The same for a watcher that is known already: one's own needs no question. */
export async function audienceOfWatcher(
  db: Reading,
  { id, kind, user_id }: { id: string; kind: MailboxKind; user_id: string },
): Promise<string[]> {
  if (kind === 'own') return [user_id];
  return (await listReaders(db, id)).map((reader) => reader.userId);
}

export type Sharer = Pick<Principal, 'userId' | 'yachtId' | 'role'>;

/**
 * Says who reads a shared mailbox from now on. Whoever opened it and the captain decide; each change is audited.
 *
 * @param userIds people of this yacht, at least one
 * @throws CelesteError `watcher_not_found`, `not_allowed`
 */
export async function setReaders(
  tx: TenantWriter,
  sharer: Sharer,
  { watcherId, userIds }: { watcherId: string; userIds: string[] },
): Promise<void> {
  await lockShared(tx, sharer, watcherId);
  const before = (await listReaders(tx, watcherId)).map((reader) => reader.userId);
  const added_by = sharer.userId;
  for (const user_id of userIds) {
    await addReader(tx, { watcher_id: watcherId, user_id, yacht_id: sharer.yachtId, added_by });
  }
  await tx
    .deleteFrom('email_mailbox_readers')
    .where('watcher_id', '=', watcherId)
    .where('user_id', 'not in', userIds)
    .execute();
  await recordAudit(tx, {
    yachtId: sharer.yachtId,
    actor: { kind: 'person', id: sharer.userId },
    action: 'mailbox.readers_set',
    target: { type: 'mailbox', id: watcherId },
    before,
    after: [...userIds].sort(),
  });
}

async function lockShared(tx: TenantWriter, sharer: Sharer, watcherId: string): Promise<void> {
  const watcher = await tx
    .selectFrom('email_watchers')
    .select(['user_id'])
    .where('id', '=', watcherId)
    .where('kind', '=', 'shared')
    .forUpdate()
    .executeTakeFirst();
  if (!watcher) throw watcherNotFound();
  if (mayChange(sharer, watcher.user_id)) return;
  throw new CelesteError('not_allowed', 'Only whoever added this mailbox, or the captain, may change that.', {
    advice: 'Ask one of them.',
  });
}

/**
 * Whoever opened a mailbox, and the captain, say who reads it, and how often it is looked at (which the database holds
 * to as well: `celeste_set_sync_interval`).
 */
export function mayChange(person: Pick<Sharer, 'userId' | 'role'>, openedBy: string): boolean {
  return person.role === 'captain' || person.userId === openedBy;
}
