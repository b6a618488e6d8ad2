// Connecting Outlook: to Microsoft's sign-in page and back, and what is kept of it. This folder owns the tables of a
// mailbox but not those of its mail: whose it is and whether the tokens hold (auth_microsoft_tokens, email_watchers), who
// reads it, how many requests it may take, and its rounds, gaps and notices.
import { CelesteError, hasCode } from '#base/errors.ts';
import type { OauthStates, OauthTrip } from '#directory/oauth-states.ts';
import type { Principal } from '#directory/principal.ts';
import { IdentityError } from '#microsoft/errors.ts';
import type { Gate, Graph, GraphClient } from '#microsoft/graph-client.ts';
import { newSignInSecrets, type SignedInAccount, type TokenSet } from '#microsoft/identity.ts';
import { getMe } from '#microsoft/me.ts';
import { type Purpose, requestedScopes } from '#microsoft/scopes.ts';
import { asWorker, type Tenants } from '#tenants/tenants.ts';

import type { Connected } from './connected.ts';
import type { Gates } from './gate.ts';
import { expectedAccount, type Grant, type KeepOptions, keepGrant } from './grants.ts';
import { nameHashes, passCommonGate } from './names.ts';
import { ownInbox } from './own-inbox.ts';
import { refusal } from './refusals.ts';
import type { TokenVault } from './token-vault.ts';
import { type Identities, identityFor } from './tokens.ts';

export type ConnectDeps = {
  states: OauthStates;
  identities: Identities;
  graph: GraphClient;
  gates: Gates;
  connected: Connected;
  tenants: Tenants;
  vault: TokenVault;
  /** For mailboxes that are new; default 15. */
  syncIntervalMinutes?: number | undefined;
  /** Called before another account takes the place of the connected one, while that one's tokens are still there. */
  beforeReplacing?: (principal: Principal, purpose: Purpose) => Promise<void>;
};

/** What the browser, or the page on its behalf, brings back from Microsoft. */
export type SignInAnswer = { state: string; code?: string | undefined; error?: string | undefined };

/**
 * How a trip ended. `refusal` is null when Outlook is connected; `account` is the address Microsoft signed in where
 * a person is to be asked about it.
 */
export type SignInOutcome = { purpose: Purpose; refusal: CelesteError | null; account?: string };

/**
 * Sets out for Microsoft's sign-in page: the URL to send the browser to. The state it carries is good for ten
 * minutes, once, for this person and this session. The account known here is proposed there, and what
 * Microsoft's last refusal asked for goes along.
 *
 * @throws CelesteError `azure_app_missing`; IdentityError when Microsoft cannot be reached
 */
export async function beginAuthorize(
  { states, identities, tenants }: Pick<ConnectDeps, 'states' | 'identities' | 'tenants'>,
  principal: Principal,
  { purpose, redirectUri, shared = false }: { purpose: Purpose; redirectUri: string; shared?: boolean },
): Promise<{ url: string }> {
  const identity = identityFor(identities, purpose);
  const { userId, yachtId, sessionId } = principal;
  const owner = { userId, yachtId, purpose };
  const known = await tenants.read(asWorker(yachtId), (db) => expectedAccount(db, owner));
  const { nonce, codeVerifier } = newSignInSecrets();
  const state = await states.begin({ ...owner, sessionId, verifier: codeVerifier, nonce, redirectUri });
  const scopes = requestedScopes(purpose, { shared });
  const wish = {
    ...(known?.mailbox && { loginHint: known.mailbox }),
    ...(known?.claims && { claims: known.claims }),
  };
  const prompt = 'select_account';
  const trip = { scopes, redirectUri, state, nonce, codeVerifier, prompt, ...wish } as const;
  const url = await identity.authorizeUrl(trip).catch((error: unknown) => {
    throw whileSomebodyWaits(error);
  });
  return { url };
}

// A refresh and a round are tried again by themselves; a person who wants to connect has to do that.
function whileSomebodyWaits(error: unknown): unknown {
  const passes =
    (error instanceof IdentityError && error.kind === 'transient') || hasCode(error, 'throttled');
  if (!passes) return error;
  return new CelesteError(error.code, error.message, { advice: 'Try again in a minute.', cause: error });
}

/**
 * Takes what Microsoft answered and connects the mailbox. Called again with the same state, it tells how the
 * first call ended and changes nothing.
 *
 * A refusal is returned, with codes `consent_declined`, `account_mismatch` (then `replaceAccount` decides),
 * `mailbox_in_use`, `mailbox_shared`, `identity_…`.
 *
 * @throws CelesteError `state_unknown`, `state_foreign`, `state_expired`, `state_used`
 */
export async function finishAuthorize(
  deps: ConnectDeps,
  principal: Principal,
  answer: SignInAnswer,
): Promise<SignInOutcome> {
  const claimed = await deps.states.claim(answer.state, principal);
  const { purpose } = claimed.trip;
  if (claimed.kind === 'repeat') {
    return { purpose, refusal: refusalOf(claimed.outcome), ...accountIn(claimed.pending) };
  }
  try {
    const grant = await exchange(deps, claimed.trip, answer);
    const kept = await keep(deps, grant);
    if (kept === 'account_mismatch') {
      const pending = JSON.stringify(grant);
      await deps.states.conclude(answer.state, kept, pending);
      return { purpose, refusal: refusalOf(kept), ...accountIn(pending) };
    }
    await deps.states.conclude(answer.state, 'connected');
    return { purpose, refusal: null };
  } catch (error) {
    if (!(error instanceof CelesteError)) throw error;
    await deps.states.conclude(answer.state, error.code);
    return { purpose, refusal: whileSomebodyWaits(error) as CelesteError };
  }
}

/** Beside the refusal and not in its words, which are logged. */
function accountIn(pending: string | null): Pick<SignInOutcome, 'account'> {
  return pending === null ? {} : { account: (JSON.parse(pending) as Grant).account.mailbox };
}

/**
 * Connects the other Microsoft account after the person confirmed that it is meant. The mailbox connected before
 * stops being synced; its mail stays.
 *
 * @throws CelesteError `state_…`, `mailbox_in_use`, `mailbox_shared`
 */
export async function replaceAccount(
  deps: KeepDeps & Pick<ConnectDeps, 'states' | 'beforeReplacing'>,
  principal: Principal,
  state: string,
): Promise<SignInOutcome> {
  const { trip, pending } = await deps.states.takePending(state, principal);
  const grant = JSON.parse(pending) as Grant;
  await deps.beforeReplacing?.(principal, trip.purpose);
  await keep(deps, grant, { replace: true });
  await deps.states.conclude(state, 'connected');
  return { purpose: trip.purpose, refusal: null };
}

type KeepDeps = Pick<ConnectDeps, 'tenants' | 'vault' | 'connected' | 'syncIntervalMinutes'>;

/** Stores the grant; a mailbox that another yacht has too is counted with it before anybody can begin to read it. */
async function keep(
  { tenants, vault, connected, syncIntervalMinutes: intervalMinutes }: KeepDeps,
  grant: Grant,
  options: KeepOptions = {},
): Promise<'kept' | 'account_mismatch'> {
  const { account, owner } = grant;
  const isMailbox = owner.purpose === 'read';
  const gate = isMailbox ? await connected.announce(owner.yachtId, account) : null;
  const kept = await tenants.transact(asWorker(owner.yachtId), async (tx) => {
    const stored = await keepGrant(tx, vault, grant, { ...options, intervalMinutes });
    if (gate !== null) await passCommonGate(tx, { gate, nameHashes: nameHashes(account) });
    return stored;
  });
  if (isMailbox && kept === 'kept') await connected.announce(owner.yachtId, account);
  return kept;
}

async function exchange(deps: ConnectDeps, trip: OauthTrip, answer: SignInAnswer): Promise<Grant> {
  if (answer.code === undefined) throw declined(answer.error);
  const { tokens, account } = await identityFor(deps.identities, trip.purpose).exchangeCode({
    code: answer.code,
    redirectUri: trip.redirectUri,
    codeVerifier: trip.verifier,
    nonce: trip.nonce,
  });
  const { yachtId, userId, purpose } = trip;
  const { accountId } = account;
  const open = openWith(deps.graph, tokens);
  const common = purpose === 'read' ? await deps.connected.announce(yachtId, { accountId }) : null;
  const mailbox = await mailboxAddress(open(deps.gates.ofNewcomer(common, purpose)), account);
  const inbox = purpose === 'read' ? await ownInbox({ ...deps, open, common }, { yachtId, accountId }) : null;
  return { owner: { yachtId, userId, purpose }, tokens, account: { accountId, mailbox, inbox } };
}

/** The mailbox of tokens that are not stored yet. */
function openWith(client: GraphClient, { accessToken }: TokenSet): (gate: Gate) => Graph {
  const fixed = async () => accessToken;
  return (gate) => client.as({ current: fixed, renewed: fixed }, gate);
}

// The address people know the mailbox by. What they sign in with may differ, so Graph is asked.
async function mailboxAddress(graph: Graph, account: SignedInAccount): Promise<string> {
  const me = await getMe(graph);
  return me.mail ?? me.userPrincipalName ?? account.username ?? account.accountId;
}

// https://learn.microsoft.com/en-us/entra/identity-platform/v2-oauth2-auth-code-flow#error-codes-for-authorization-endpoint-errors
function declined(error: string | undefined): CelesteError {
  if (error === 'access_denied' || error === 'consent_required') return refusal('consent_declined');
  if (error === 'server_error' || error === 'temporarily_unavailable')
    return new IdentityError({ kind: 'transient', error });
  return new IdentityError({ kind: 'operator', error: error ?? 'no_code' });
}

/** The refusal for a stored outcome; null when it was a success. */
const refusalOf = (outcome: string): CelesteError | null =>
  outcome === 'connected' ? null : refusal(outcome);
