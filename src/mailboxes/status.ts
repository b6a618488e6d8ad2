import type { Selectable } from 'kysely';

import { missingScopes, type Purpose } from '#microsoft/scopes.ts';
import type { AuthMicrosoftTokensTable } from '#tenants/schema.ts';
import type { TenantReader } from '#tenants/tenants.ts';

import { problemOn } from './advice.ts';
import { ENDED_BY_OTHERS } from './orders.ts';

export type Problem = { code: string; message: string; advice: string | null };

/** How one purpose of a person's connection stands; dates are Date. */
export type ConnectionState = {
  configured: boolean;
  state: 'not_connected' | 'connected' | 'reauth_required';
  mailbox: string | null;
  scopes: string[];
  missing_scopes: string[];
  expires_at: Date | null;
  connected_at: Date | null;
  problem: Problem | null;
};

export type ConnectionStatus = {
  read: ConnectionState;
  write: ConnectionState;
  watcher_id: string | null;
  /** While nothing is connected: their own mailboxes that somebody else ended, to be decided about one by one (end.ts). */
  ended: { id: string; mailbox: string }[];
};

/** What a person has connected, and what is wrong with it. `configured` says which Azure apps are set up. */
export async function connectionStatus(
  db: TenantReader,
  userId: string,
  configured: Record<Purpose, boolean>,
): Promise<ConnectionStatus> {
  const rows = await db
    .selectFrom('auth_microsoft_tokens')
    .selectAll()
    .where('user_id', '=', userId)
    .execute();
  const byPurpose = new Map(rows.map((row) => [row.token_purpose, row]));
  const read = byPurpose.get('read');
  const watcher = await db
    .selectFrom('email_watchers')
    .select('id')
    .where('user_id', '=', userId)
    .where('microsoft_user_id', '=', read?.microsoft_user_id ?? '')
    .executeTakeFirst();
  const ended = read ? [] : await endedByOthers(db, userId);
  const problem = problemOn(ended[0]?.code ?? null);
  return {
    read: { ...stateOf('read', read, configured.read), ...(problem && { problem }) },
    write: stateOf('write', byPurpose.get('write'), configured.write),
    watcher_id: watcher?.id ?? null,
    ended: ended.map(({ id, mailbox }) => ({ id, mailbox })),
  };
}

/** Why they are not connected, when somebody else saw to that; the latest first. */
function endedByOthers(db: TenantReader, userId: string) {
  return db
    .selectFrom('email_watchers')
    .select(['id', 'mailbox', 'last_sync_error_code as code'])
    .where('user_id', '=', userId)
    .where('last_sync_error_code', 'in', ENDED_BY_OTHERS)
    .orderBy('created_at', 'desc')
    .orderBy('id')
    .execute();
}

function stateOf(
  purpose: Purpose,
  row: Selectable<AuthMicrosoftTokensTable> | undefined,
  configured: boolean,
): ConnectionState {
  const missing = row ? missingScopes(purpose, row.scopes) : [];
  return {
    configured,
    state: row === undefined ? 'not_connected' : row.is_revoked ? 'reauth_required' : 'connected',
    mailbox: row?.microsoft_email ?? null,
    scopes: row?.scopes ?? [],
    missing_scopes: missing,
    expires_at: row?.token_expires_at ?? null,
    connected_at: row?.created_at ?? null,
    problem: row === undefined ? null : problemOf(purpose, row, missing),
  };
}

function problemOf(
  purpose: Purpose,
  row: Selectable<AuthMicrosoftTokensTable>,
  missing: string[],
): Problem | null {
  if (row.is_revoked) {
    return {
      code: 'reauth_required',
      message: 'Microsoft wants you to sign in again.',
      advice:
        purpose === 'read'
          ? 'Connect Outlook again. Mail synced so far stays.'
          : 'Connect again to send answers from here. Reading goes on without it.',
    };
  }
  if (missing.length > 0) {
    return {
      code: 'scopes_missing',
      message: `Microsoft did not grant ${missing.join(' and ')}.`,
      advice: 'Connect again and accept every permission, or ask your administrator to approve them.',
    };
  }
  if (row.refresh_failures > 0) {
    return {
      code: 'refresh_failing',
      message: "Access could not be renewed at Microsoft's sign-in.",
      advice: 'Nothing to do for you: it is tried again, and whoever runs Celeste Mail can see why.',
    };
  }
  return null;
}
