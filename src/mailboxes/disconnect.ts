import { recordAudit } from '#tenants/audit.ts';
import type { TenantWriter } from '#tenants/tenants.ts';

import { unwatch } from './grants.ts';
import type { TokenOwner } from './token-vault.ts';

/** What becomes of the mail that is here: it stays, or all of it goes that is on no record. */
export type MailChoice = 'keep' | 'purge';

/**
 * Erases a person's tokens for a purpose and, for reading, stops the sync of what they opened. Their mail stays,
 * or is marked to be purged. Safe to repeat.
 *
 * @returns the mailboxes to purge, by watcher id (sync/purge.ts does it)
 */
export async function disconnect(
  tx: TenantWriter,
  owner: TokenOwner,
  { mail, now }: { mail: MailChoice; now: Date },
): Promise<string[]> {
  const erased = await tx
    .deleteFrom('auth_microsoft_tokens')
    .where('yacht_id', '=', owner.yachtId)
    .where('user_id', '=', owner.userId)
    .where('token_purpose', '=', owner.purpose)
    .returning(['id', 'microsoft_user_id'])
    .executeTakeFirst();
  const actor = { kind: 'person' as const, id: owner.userId };
  const { yachtId } = owner;
  if (erased) {
    const target = { type: 'connection', id: erased.id };
    await recordAudit(tx, { yachtId, actor, action: `${owner.purpose}.disconnected`, target });
  }
  if (owner.purpose !== 'read') return [];
  if (erased) await unwatch(tx, owner, erased.microsoft_user_id);
  return mail === 'keep' ? [] : requestPurge(tx, owner, { accountId: erased?.microsoft_user_id, now });
}

type Purge = { accountId: string | undefined; now: Date };

/**
 * Marks the mailbox just disconnected; when none was, every one of their own that the person disconnected before. A
 * shared mailbox has other readers: it is purged where it is removed (shared.ts).
 */
async function requestPurge(
  tx: TenantWriter,
  owner: TokenOwner,
  { accountId, now }: Purge,
): Promise<string[]> {
  const marked = await tx
    .updateTable('email_watchers')
    .set({ purge_requested_at: now })
    .where('yacht_id', '=', owner.yachtId)
    .where('user_id', '=', owner.userId)
    .where('kind', '=', 'own')
    .where('sync_status', '=', 'disconnected')
    .where('purge_requested_at', 'is', null)
    .$if(accountId !== undefined, (q) => q.where('microsoft_user_id', '=', accountId ?? ''))
    .returning('id')
    .execute();
  for (const { id } of marked) {
    await recordAudit(tx, {
      yachtId: owner.yachtId,
      actor: { kind: 'person', id: owner.userId },
      action: 'mailbox.purge_requested',
      target: { type: 'mailbox', id },
    });
  }
  return marked.map((watcher) => watcher.id);
}
