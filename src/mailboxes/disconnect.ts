import { type AuditEntry, recordAudit } from '#tenants/audit.ts';
import type { TenantWriter } from '#tenants/tenants.ts';

import { unwatch } from './grants.ts';
import type { TokenOwner } from './token-vault.ts';

/** What becomes of the mail that is here: it stays, or all of it goes that is on no record. */
export type MailChoice = 'keep' | 'purge';

/** Whose doing it is, for the audit. */
export type Hand = Pick<AuditEntry, 'actor' | 'after'>;

/**
 * Erases a person's tokens for a purpose and, for reading, stops the sync of what they opened. The mail of their own
 * mailbox among that stays, or is marked to be purged. Safe to repeat: where nothing is connected nothing changes. What
 * was ended before, by them or by others, is decided about by its id (end.ts).
 *
 * @returns the mailboxes to purge, by watcher id (sync/purge.ts does it)
 */
export async function disconnect(
  tx: TenantWriter,
  owner: TokenOwner,
  { mail, now }: { mail: MailChoice; now: Date },
): Promise<string[]> {
  const hand: Hand = { actor: { kind: 'person', id: owner.userId } };
  const accountId = await eraseTokens(tx, owner, hand);
  if (owner.purpose !== 'read' || accountId === null) return [];
  await unwatch(tx, owner, accountId);
  if (mail === 'keep') return [];
  const left = await ownMailbox(tx, owner, accountId);
  return requestPurge(tx, left, { ...hand, yachtId: owner.yachtId, now });
}

/**
 * Erases a person's tokens for a purpose, given an account only those for it, and leaves that in the audit.
 *
 * @returns the Microsoft account they were for; null when there were none
 */
export async function eraseTokens(
  tx: TenantWriter,
  { yachtId, userId, purpose }: TokenOwner,
  { accountId, ...hand }: Hand & { accountId?: string },
): Promise<string | null> {
  const erased = await tx
    .deleteFrom('auth_microsoft_tokens')
    .where('yacht_id', '=', yachtId)
    .where('user_id', '=', userId)
    .where('token_purpose', '=', purpose)
    .$if(accountId !== undefined, (q) => q.where('microsoft_user_id', '=', accountId ?? ''))
    .returning(['id', 'microsoft_user_id'])
    .executeTakeFirst();
  if (!erased) return null;
  const target = { type: 'connection', id: erased.id };
  await recordAudit(tx, { ...hand, yachtId, action: `${purpose}.disconnected`, target });
  return erased.microsoft_user_id;
}

/** The person's own mailbox at this account. A shared one has other readers: it is purged where it is removed (end.ts). */
async function ownMailbox(
  tx: TenantWriter,
  { yachtId, userId }: TokenOwner,
  accountId: string,
): Promise<string[]> {
  const own = await tx
    .selectFrom('email_watchers')
    .select('id')
    .where('yacht_id', '=', yachtId)
    .where('user_id', '=', userId)
    .where('kind', '=', 'own')
    .where('microsoft_user_id', '=', accountId)
    .execute();
  return own.map((watcher) => watcher.id);
}

/** Marks disconnected mailboxes to be purged: nothing is left to decide or to tell. @returns those that were not marked before */
export async function requestPurge(
  tx: TenantWriter,
  watcherIds: string[],
  { now, ...entry }: Hand & { yachtId: string; now: Date },
): Promise<string[]> {
  if (watcherIds.length === 0) return [];
  const marked = await tx
    .updateTable('email_watchers')
    .set({ purge_requested_at: now, last_sync_error_code: null })
    .where('id', 'in', watcherIds)
    .where('sync_status', '=', 'disconnected')
    .where('purge_requested_at', 'is', null)
    .returning('id')
    .execute();
  for (const { id } of marked) {
    const target = { type: 'mailbox', id };
    await recordAudit(tx, { ...entry, action: 'mailbox.purge_requested', target });
  }
  return marked.map((watcher) => watcher.id);
}
