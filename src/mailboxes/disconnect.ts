import type { TenantWriter } from '#tenants/tenants.ts';

import { unwatch } from './grants.ts';
import type { TokenOwner } from './token-vault.ts';

/** Erases a person's tokens for a purpose and, for reading, stops the sync. The mail stays. Safe to repeat. */
export async function disconnect(tx: TenantWriter, owner: TokenOwner): Promise<void> {
  const erased = await tx
    .deleteFrom('auth_microsoft_tokens')
    .where('yacht_id', '=', owner.yachtId)
    .where('user_id', '=', owner.userId)
    .where('token_purpose', '=', owner.purpose)
    .returning('microsoft_user_id')
    .executeTakeFirst();
  if (owner.purpose === 'read' && erased) await unwatch(tx, owner, erased.microsoft_user_id);
}
