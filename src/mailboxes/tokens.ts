// Access tokens that are good when asked for: refreshed five minutes ahead, by one process at a time, and
// stored before they are used.
import { type Kysely, sql } from 'kysely';

import type { Clock } from '#base/clock.ts';
import { CelesteError } from '#base/errors.ts';
import type { Log } from '#base/log.ts';
import { IdentityError } from '#microsoft/errors.ts';
import type { TokenSource } from '#microsoft/graph-client.ts';
import type { Identity } from '#microsoft/identity.ts';
import type { Purpose } from '#microsoft/scopes.ts';
import type { TenantSchema } from '#tenants/schema.ts';
import { asWorker, type Tenants, type TenantWriter } from '#tenants/tenants.ts';

import { adviceOn } from './advice.ts';
import { openedBy } from './grants.ts';
import { RUNNING } from './running.ts';
import type { TokenOwner, TokenRow, TokenVault } from './token-vault.ts';

/** The two Azure registrations; null: that one is not set up. */
export type Identities = Record<Purpose, Identity | null>;

export type TokenDeps = {
  tenants: Tenants;
  vault: TokenVault;
  identities: Identities;
  clock: Clock;
  log: Log;
};

export interface Tokens {
  /**
   * The access token of a person's mailbox, for as many requests as follow one another.
   *
   * Its calls throw CelesteError `not_connected`, `reauth_required` (only the person can mend it; the row and
   * the watcher say so from then on) or an IdentityError of kind `operator` or `transient`.
   */
  source(owner: TokenOwner): TokenSource;
  /** The same for whoever is in a transaction already: the token as it stands is read there. */
  sourceWithin(db: TokenReader, owner: TokenOwner): Promise<TokenSource>;
}

type TokenReader = Pick<Kysely<TenantSchema>, 'selectFrom'>;

const REFRESH_AHEAD_MS = 5 * 60_000;
// A refresh that failed in passing does no harm while the token in hand still lasts.
const LAST_USE_MS = 60_000;

export function createTokens(deps: TokenDeps): Tokens {
  return {
    source: (owner) => sourceOf(deps, owner),
    sourceWithin: async (db, owner) => sourceOf(deps, owner, await find(db, owner).executeTakeFirst()),
  };
}

/** `known`: the row as it was read just now. */
function sourceOf(deps: TokenDeps, owner: TokenOwner, known?: TokenRow): TokenSource {
  let held: { token: string; expiresAt: number } | null = null;
  let read = known;
  const hold = async (row: TokenRow) => {
    held = { token: await deps.vault.openAccess(row), expiresAt: row.token_expires_at.getTime() };
    return held.token;
  };
  return {
    current: async () => {
      const refreshFrom = deps.clock.now().getTime() + REFRESH_AHEAD_MS;
      if (held && held.expiresAt > refreshFrom) return held.token;
      const row = read ?? (await readRow(deps, owner));
      read = undefined;
      return hold(await freshRow(deps, owner, { row }));
    },
    renewed: async (refused) =>
      hold(await freshRow(deps, owner, { row: await readRow(deps, owner), refused })),
  };
}

function readRow({ tenants }: TokenDeps, owner: TokenOwner): Promise<TokenRow | undefined> {
  return tenants.read(asWorker(owner.yachtId), (db) => find(db, owner).executeTakeFirst());
}

async function freshRow(
  deps: TokenDeps,
  owner: TokenOwner,
  { row, refused }: { row: TokenRow | undefined; refused?: string },
): Promise<TokenRow> {
  const usable = usableRow(row);
  if (!(await needsRefresh(deps, usable, refused))) return usable;
  const outcome = await deps.tenants.transact(asWorker(owner.yachtId), (tx) =>
    refreshLocked(tx, deps, owner, refused),
  );
  if (!('error' in outcome)) return outcome.row;
  if (outcome.error.kind === 'person_must_act') throw reauthRequired(outcome.error);
  const stillGood = refused === undefined && lasts(deps, usable, LAST_USE_MS);
  deps.log.warn(
    { code: outcome.error.code, error: outcome.error.error, request_id: outcome.error.requestId },
    'a token could not be refreshed',
  );
  if (stillGood) return usable;
  throw outcome.error;
}

type Outcome = { row: TokenRow } | { error: IdentityError };

// The row's lock is the single flight over all processes: whoever comes second finds the new token. Faults are
// returned, not thrown, so that what the row says about them commits.
async function refreshLocked(
  tx: TenantWriter,
  deps: TokenDeps,
  owner: TokenOwner,
  refused?: string,
): Promise<Outcome> {
  // A process that hangs in here loses the lock when its connection is cut.
  await sql`select set_config('lock_timeout', '25s', true), set_config('idle_in_transaction_session_timeout', '30s', true)`.execute(
    tx,
  );
  const row = usableRow(await find(tx, owner).forUpdate().executeTakeFirst());
  if (!(await needsRefresh(deps, row, refused))) return { row };
  try {
    const refreshToken = await deps.vault.openRefresh(row);
    if (refreshToken === null)
      throw new IdentityError({ kind: 'person_must_act', error: 'no_refresh_token' });
    await deps.vault.rotate(
      tx,
      owner,
      await identityFor(deps.identities, owner.purpose).refresh(refreshToken),
    );
    return { row: await find(tx, owner).executeTakeFirstOrThrow() };
  } catch (error) {
    if (!(error instanceof IdentityError)) throw error;
    await (error.kind === 'person_must_act' ? markRevoked(tx, owner, error) : markFailed(tx, owner, error));
    return { error };
  }
}

async function needsRefresh(deps: TokenDeps, row: TokenRow, refused?: string): Promise<boolean> {
  if (refused !== undefined) return (await deps.vault.openAccess(row)) === refused;
  return !lasts(deps, row, REFRESH_AHEAD_MS);
}

function lasts({ clock }: { clock: Clock }, row: TokenRow, ms: number): boolean {
  return row.token_expires_at.getTime() > clock.now().getTime() + ms;
}

function find(db: TokenReader, owner: TokenOwner) {
  return db
    .selectFrom('auth_microsoft_tokens')
    .selectAll()
    .where('yacht_id', '=', owner.yachtId)
    .where('user_id', '=', owner.userId)
    .where('provider', '=', 'microsoft')
    .where('token_purpose', '=', owner.purpose);
}

function usableRow(row: TokenRow | undefined): TokenRow {
  if (!row) throw adviceOn('not_connected');
  if (row.is_revoked) throw reauthRequired();
  return row;
}

/** The registration for a purpose. @throws CelesteError `azure_app_missing` */
export function identityFor(identities: Identities, purpose: Purpose): Identity {
  const identity = identities[purpose];
  if (identity) return identity;
  const names = purpose === 'read' ? 'AZURE_READ_APP_ID' : 'AZURE_WRITE_APP_ID';
  throw new CelesteError('azure_app_missing', `Connecting Outlook to ${purpose} mail is not set up here.`, {
    advice: `Whoever runs Celeste Mail sets ${names} and its secret.`,
  });
}

function reauthRequired(cause?: IdentityError): CelesteError {
  const { code, message, advice } = adviceOn('reauth_required');
  return new CelesteError(code, message, { advice, cause });
}

async function markRevoked(tx: TenantWriter, owner: TokenOwner, error: IdentityError): Promise<void> {
  const token = await tx
    .updateTable('auth_microsoft_tokens')
    .set({
      is_revoked: true,
      revoked_reason: reasonOf(error),
      refresh_error: error.error,
      reauth_claims: error.claims,
      updated_at: new Date(),
    })
    .where('yacht_id', '=', owner.yachtId)
    .where('user_id', '=', owner.userId)
    .where('token_purpose', '=', owner.purpose)
    .returning('microsoft_user_id')
    .executeTakeFirst();
  if (owner.purpose === 'read' && token) await stopForReauth(tx, owner.yachtId, token.microsoft_user_id);
}

/** For a refusal that came from Graph instead: a new sign-in is wanted before anything else is answered. */
export async function revokeAccess(
  tx: TenantWriter,
  watcher: { yacht_id: string; user_id: string },
  refusal: { error: string; claims: string | null },
): Promise<void> {
  const owner: TokenOwner = { yachtId: watcher.yacht_id, userId: watcher.user_id, purpose: 'read' };
  await markRevoked(tx, owner, new IdentityError({ kind: 'person_must_act', ...refusal }));
}

async function stopForReauth(tx: TenantWriter, yachtId: string, accountId: string): Promise<void> {
  const { code, message } = reauthRequired();
  await tx
    .updateTable('email_watchers')
    .set({ sync_status: 'reauth_required', last_sync_error_code: code, last_sync_error: message })
    .where('yacht_id', '=', yachtId)
    .where(openedBy(accountId))
    .where('sync_status', 'in', RUNNING)
    .execute();
}

async function markFailed(tx: TenantWriter, owner: TokenOwner, error: IdentityError): Promise<void> {
  await tx
    .updateTable('auth_microsoft_tokens')
    .set((eb) => ({ refresh_failures: eb('refresh_failures', '+', 1), refresh_error: reasonOf(error) }))
    .where('yacht_id', '=', owner.yachtId)
    .where('user_id', '=', owner.userId)
    .where('token_purpose', '=', owner.purpose)
    .execute();
}

/** 'invalid_grant (AADSTS50173)': for whoever looks into the row. */
function reasonOf(error: IdentityError): string {
  return error.errorCodes.length === 0
    ? error.error
    : `${error.error} (AADSTS${error.errorCodes.join(', ')})`;
}
