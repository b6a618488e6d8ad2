// The tokens of the mailboxes aboard: the one place that seals and opens them (auth_microsoft_tokens).
import type { Selectable } from 'kysely';

import type { Clock } from '#base/clock.ts';
import type { Sealer } from '#base/sealing.ts';
import type { TokenSet } from '#microsoft/identity.ts';
import type { Purpose } from '#microsoft/scopes.ts';
import type { AuthMicrosoftTokensTable } from '#tenants/schema.ts';
import type { TenantWriter } from '#tenants/tenants.ts';

/** Whose tokens, for what. One row each. */
export type TokenOwner = { yachtId: string; userId: string; purpose: Purpose };
export type TokenRow = Selectable<AuthMicrosoftTokensTable>;

export interface TokenVault {
  /** Writes the tokens of a fresh sign-in over whatever was there. */
  store(
    tx: TenantWriter,
    owner: TokenOwner,
    granted: { tokens: TokenSet; account: GrantedAccount },
  ): Promise<void>;
  /** Writes what a refresh brought; without a new refresh token the old one stays. */
  rotate(tx: TenantWriter, owner: TokenOwner, tokens: TokenSet): Promise<void>;
  openAccess(row: TokenRow): Promise<string>;
  /** Null when Microsoft never gave one (no `offline_access`). */
  openRefresh(row: TokenRow): Promise<string | null>;
}

export type GrantedAccount = { accountId: string; mailbox: string | null };

type Kind = 'access' | 'refresh';

export function createTokenVault({ sealer, clock }: { sealer: Sealer; clock: Clock }): TokenVault {
  const expiry = (tokens: TokenSet) => new Date(clock.now().getTime() + tokens.expiresInSeconds * 1000);
  return {
    store: async (tx, owner, { tokens, account }) => {
      const row = {
        microsoft_access_token: await sealer.seal(tokens.accessToken, contextOf(owner, 'access')),
        microsoft_refresh_token: tokens.refreshToken
          ? await sealer.seal(tokens.refreshToken, contextOf(owner, 'refresh'))
          : null,
        token_expires_at: expiry(tokens),
        scopes: tokens.scopes,
        microsoft_user_id: account.accountId,
        microsoft_email: account.mailbox,
        is_revoked: false,
        revoked_reason: null,
        refreshed_at: null,
        refresh_failures: 0,
        refresh_error: null,
        reauth_claims: null,
        created_at: clock.now(),
        updated_at: clock.now(),
      };
      await tx
        .insertInto('auth_microsoft_tokens')
        .values({ ...row, user_id: owner.userId, yacht_id: owner.yachtId, token_purpose: owner.purpose })
        .onConflict((oc) => oc.columns(['user_id', 'yacht_id', 'provider', 'token_purpose']).doUpdateSet(row))
        .execute();
    },

    rotate: async (tx, owner, tokens) => {
      const refreshToken = tokens.refreshToken
        ? { microsoft_refresh_token: await sealer.seal(tokens.refreshToken, contextOf(owner, 'refresh')) }
        : {};
      await tx
        .updateTable('auth_microsoft_tokens')
        .set({
          ...refreshToken,
          ...(tokens.scopes.length > 0 ? { scopes: tokens.scopes } : {}),
          microsoft_access_token: await sealer.seal(tokens.accessToken, contextOf(owner, 'access')),
          token_expires_at: expiry(tokens),
          refreshed_at: clock.now(),
          refresh_failures: 0,
          refresh_error: null,
          updated_at: clock.now(),
        })
        .where('yacht_id', '=', owner.yachtId)
        .where('user_id', '=', owner.userId)
        .where('token_purpose', '=', owner.purpose)
        .execute();
    },

    openAccess: (row) => sealer.open(row.microsoft_access_token, contextOf(ownerOf(row), 'access')),
    openRefresh: async (row) =>
      row.microsoft_refresh_token === null
        ? null
        : sealer.open(row.microsoft_refresh_token, contextOf(ownerOf(row), 'refresh')),
  };
}

function ownerOf(row: TokenRow): TokenOwner {
  return { yachtId: row.yacht_id, userId: row.user_id, purpose: row.token_purpose };
}

// Sealed to its place: a row copied to another yacht, person or purpose does not open.
function contextOf({ yachtId, userId, purpose }: TokenOwner, kind: Kind): string {
  return `token:${yachtId}:${userId}:${purpose}:${kind}`;
}
