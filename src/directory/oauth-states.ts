// A trip to Microsoft's sign-in page and back. The `state` that travels is random and works once, within
// ten minutes, for the person and the session that set out; only its hash is stored.
// https://www.rfc-editor.org/rfc/rfc9700#section-2.1
import { createHash, randomBytes } from 'node:crypto';
import { setTimeout as pause } from 'node:timers/promises';

import type { Kysely, Selectable } from 'kysely';

import type { Clock } from '#base/clock.ts';
import { CelesteError } from '#base/errors.ts';
import type { Sealer } from '#base/sealing.ts';

import type { MasterSchema, OauthStatesTable } from './schema.ts';

const LIFETIME_MS = 10 * 60_000;
const ANSWER_WAIT_MS = 8_000;
const ANSWER_POLL_MS = 200;

export type OauthTrip = {
  userId: string;
  yachtId: string;
  sessionId: string;
  purpose: 'read' | 'write';
  /** The PKCE code verifier. */
  verifier: string;
  nonce: string;
  redirectUri: string;
};

/** The person and session that claim a state. */
export type Traveller = { userId: string; sessionId: string };

/** `first`: do the exchange, then call `conclude`. `repeat`: it was done, and ended with what `conclude` was told. */
export type Return =
  | { kind: 'first'; trip: OauthTrip }
  | { kind: 'repeat'; trip: OauthTrip; outcome: string; pending: string | null };

export interface OauthStates {
  /** Stores a trip and returns its state (256 random bits, base64url). */
  begin(trip: OauthTrip): Promise<string>;
  /**
   * Claims a state. Of any number of calls, over all processes, exactly one gets `first`; the others get its outcome.
   *
   * @throws CelesteError `state_unknown`, `state_foreign`, `state_expired`, `state_used`
   */
  claim(state: string, traveller: Traveller): Promise<Return>;
  /** Records how the trip ended; `pending` (any text) is kept sealed for `takePending`. */
  conclude(state: string, outcome: string, pending?: string): Promise<void>;
  /**
   * Hands out what `conclude` kept, once, with the trip it belongs to.
   *
   * @throws CelesteError as `claim`
   */
  takePending(state: string, traveller: Traveller): Promise<{ trip: OauthTrip; pending: string }>;
}

type Deps = { master: Kysely<MasterSchema>; sealer: Sealer; clock: Clock };
type Row = Selectable<OauthStatesTable>;

export function createOauthStates(deps: Deps): OauthStates {
  return {
    begin: (trip) => begin(deps, trip),
    claim: (state, traveller) => claim(deps, state, traveller),
    conclude: (state, outcome, pending) => conclude(deps, state, { outcome, pending }),
    takePending: (state, traveller) => takePending(deps, state, traveller),
  };
}

async function begin({ master, sealer, clock }: Deps, trip: OauthTrip): Promise<string> {
  const state = randomBytes(32).toString('base64url');
  const hash = hashOf(state);
  const now = clock.now();
  await master
    .insertInto('oauth_states')
    .values({
      state_hash: hash,
      user_id: trip.userId,
      yacht_id: trip.yachtId,
      session_id: trip.sessionId,
      purpose: trip.purpose,
      sealed_verifier: await sealer.seal(trip.verifier, verifierContext(hash)),
      nonce: trip.nonce,
      redirect_uri: trip.redirectUri,
      created_at: now,
      expires_at: new Date(now.getTime() + LIFETIME_MS),
    })
    .execute();
  return state;
}

async function claim(deps: Deps, state: string, traveller: Traveller): Promise<Return> {
  const { master, clock } = deps;
  const now = clock.now();
  const row = await master
    .updateTable('oauth_states')
    .set({ used_at: now })
    .where('state_hash', '=', hashOf(state))
    .where('user_id', '=', traveller.userId)
    .where('session_id', '=', traveller.sessionId)
    .where('used_at', 'is', null)
    .where('expires_at', '>', now)
    .returningAll()
    .executeTakeFirst();
  if (row) return { kind: 'first', trip: await tripOf(deps, row) };
  return repeat(deps, state, traveller);
}

/** A second call: the page was reloaded, perhaps while the first call is still at Microsoft's token endpoint. */
async function repeat(deps: Deps, state: string, traveller: Traveller): Promise<Return> {
  for (let waited = 0; waited <= ANSWER_WAIT_MS; waited += ANSWER_POLL_MS) {
    const row = await find(deps, state, traveller);
    if (row.used_at === null) throw expired();
    const { outcome } = row;
    if (outcome !== null) {
      return { kind: 'repeat', trip: await tripOf(deps, row), outcome, pending: await pendingOf(deps, row) };
    }
    await pause(ANSWER_POLL_MS);
  }
  throw new CelesteError('state_used', 'This sign-in at Microsoft has been used already.', {
    advice: 'Look at the settings page whether Outlook is connected; if not, connect again.',
  });
}

async function conclude(
  { master, sealer }: Deps,
  state: string,
  { outcome, pending }: { outcome: string; pending: string | undefined },
): Promise<void> {
  const hash = hashOf(state);
  const sealed_pending = pending === undefined ? null : await sealer.seal(pending, pendingContext(hash));
  await master
    .updateTable('oauth_states')
    .set({ outcome, sealed_pending })
    .where('state_hash', '=', hash)
    .execute();
}

async function takePending(
  deps: Deps,
  state: string,
  traveller: Traveller,
): Promise<{ trip: OauthTrip; pending: string }> {
  const row = await find(deps, state, traveller);
  if (row.expires_at <= deps.clock.now()) throw expired();
  const taken = await deps.master
    .updateTable('oauth_states')
    .set({ sealed_pending: null })
    .where('state_hash', '=', row.state_hash)
    .where('sealed_pending', '=', row.sealed_pending)
    .executeTakeFirst();
  const pending = await pendingOf(deps, row);
  if (pending === null || taken.numUpdatedRows === 0n) throw unknown();
  return { trip: await tripOf(deps, row), pending };
}

async function pendingOf({ sealer }: Deps, { sealed_pending, state_hash }: Row): Promise<string | null> {
  return sealed_pending === null ? null : sealer.open(sealed_pending, pendingContext(state_hash));
}

async function find({ master }: Deps, state: string, traveller: Traveller): Promise<Row> {
  const row = await master
    .selectFrom('oauth_states')
    .selectAll()
    .where('state_hash', '=', hashOf(state))
    .executeTakeFirst();
  if (!row) throw unknown();
  if (row.user_id === traveller.userId && row.session_id === traveller.sessionId) return row;
  throw new CelesteError('state_foreign', 'This sign-in at Microsoft was started by somebody else.', {
    advice: 'Connect Outlook again from the settings page, in this browser.',
  });
}

async function tripOf({ sealer }: Deps, row: Row): Promise<OauthTrip> {
  return {
    userId: row.user_id,
    yachtId: row.yacht_id,
    sessionId: row.session_id,
    purpose: row.purpose,
    verifier: await sealer.open(row.sealed_verifier, verifierContext(row.state_hash)),
    nonce: row.nonce,
    redirectUri: row.redirect_uri,
  };
}

function unknown(): CelesteError {
  return new CelesteError('state_unknown', 'This sign-in at Microsoft is not one that was started here.', {
    advice: 'Connect Outlook again from the settings page.',
  });
}

function expired(): CelesteError {
  return new CelesteError('state_expired', 'The sign-in at Microsoft took longer than ten minutes.', {
    advice: 'Connect Outlook again from the settings page.',
  });
}

const hashOf = (state: string) => createHash('sha256').update(state).digest('base64url');
const verifierContext = (hash: string) => `oauth-state:${hash}:verifier`;
const pendingContext = (hash: string) => `oauth-state:${hash}:pending`;
