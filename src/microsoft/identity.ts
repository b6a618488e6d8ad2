// The Microsoft identity platform: the sign-in page's URL, codes for tokens, refresh.
// https://learn.microsoft.com/en-us/entra/identity-platform/v2-oauth2-auth-code-flow
import { createRemoteJWKSet, decodeJwt, type JWTVerifyGetKey, errors as joseErrors, jwtVerify } from 'jose';
import * as oauth from 'openid-client';

import { type Clock, systemClock } from '#base/clock.ts';

import { IdentityError } from './errors.ts';
import { identityErrorOf } from './identity-faults.ts';

export type TokenSet = {
  accessToken: string;
  /** Null when Microsoft sent none: the one in hand stays good. */
  refreshToken: string | null;
  expiresInSeconds: number;
  /** As granted; see `scopes.ts` for comparing them. */
  scopes: string[];
};

export type SignedInAccount = {
  /** '<tenant id>.<object id>': the one stable name of a Microsoft account. */
  accountId: string;
  /** What the person signs in with; may change, proves nothing. */
  username: string | null;
};

export type AuthorizeRequest = {
  scopes: string[];
  redirectUri: string;
  state: string;
  nonce: string;
  codeVerifier: string;
  loginHint?: string;
  /** Of the refusal that this sign-in is to mend, JSON. */
  claims?: string;
  /** `consent` asks again for every permission, `select_account` lets the person choose. */
  prompt?: 'consent' | 'select_account' | 'login';
};

export type CodeExchange = {
  code: string;
  redirectUri: string;
  codeVerifier: string;
  nonce: string;
};

/** One Azure registration at one login host. */
export interface Identity {
  /** @throws IdentityError */
  authorizeUrl(request: AuthorizeRequest): Promise<string>;
  /** @throws IdentityError, also when the id_token does not hold. */
  exchangeCode(exchange: CodeExchange): Promise<{ tokens: TokenSet; account: SignedInAccount }>;
  /** @throws IdentityError */
  refresh(refreshToken: string): Promise<TokenSet>;
}

export type IdentityOptions = {
  /** 'https://login.microsoftonline.com', or a national cloud's, or the sandbox's. */
  loginUrl: string;
  /** 'common', 'organizations', 'consumers', a tenant's id or one of its domains. */
  tenant: string;
  clientId: string;
  clientSecret: string;
  /** By which an id_token's times are judged. */
  clock?: Clock;
};

const TIMEOUT_SECONDS = 15;
// A token response without expires_in is against the rules; an hour is the shortest life Microsoft gives.
const DEFAULT_EXPIRY_SECONDS = 3600;

type Party = { config: oauth.Configuration; issuer: string; keys: JWTVerifyGetKey };

/** Makes the client for one registration. Discovery happens at the first use and is repeated until it succeeds. */
export function createIdentity(options: IdentityOptions): Identity {
  let found: Promise<Party> | null = null;
  const party = () => {
    found ??= discover(options).catch((error: unknown) => {
      found = null;
      throw identityErrorOf(error);
    });
    return found;
  };
  return {
    authorizeUrl: async (request) => authorizeUrl(await party(), request),
    exchangeCode: async (exchange) => exchangeCode(await party(), exchange, options),
    refresh: async (refreshToken) => refresh(await party(), refreshToken),
  };
}

/** A fresh nonce and PKCE verifier for one trip to the sign-in page. */
export function newSignInSecrets(): { nonce: string; codeVerifier: string } {
  return { nonce: oauth.randomNonce(), codeVerifier: oauth.randomPKCECodeVerifier() };
}

async function discover({ loginUrl, tenant, clientId, clientSecret }: IdentityOptions): Promise<Party> {
  const login = new URL(loginUrl);
  const server = new URL(`/${encodeURIComponent(tenant)}/v2.0/.well-known/openid-configuration`, login);
  const config = await oauth.discovery(server, clientId, clientSecret, oauth.ClientSecretPost(clientSecret), {
    timeout: TIMEOUT_SECONDS,
    execute: isLoopback(login) ? [oauth.allowInsecureRequests] : [],
  });
  const { issuer, jwks_uri, token_endpoint, authorization_endpoint } = config.serverMetadata();
  for (const endpoint of [issuer, jwks_uri, token_endpoint, authorization_endpoint]) {
    // The braces of the templated issuer are legal in a path.
    if (endpoint === undefined || new URL(endpoint).origin !== login.origin) {
      throw new IdentityError({ kind: 'operator', error: 'foreign_metadata' });
    }
  }
  return { config, issuer, keys: createRemoteJWKSet(new URL(jwks_uri ?? '')) };
}

async function authorizeUrl({ config }: Party, request: AuthorizeRequest): Promise<string> {
  const url = oauth.buildAuthorizationUrl(config, {
    redirect_uri: request.redirectUri,
    response_mode: 'query',
    scope: request.scopes.join(' '),
    state: request.state,
    nonce: request.nonce,
    code_challenge: await oauth.calculatePKCECodeChallenge(request.codeVerifier),
    code_challenge_method: 'S256',
    ...(request.loginHint === undefined ? {} : { login_hint: request.loginHint }),
    ...(request.claims === undefined ? {} : { claims: request.claims }),
    ...(request.prompt === undefined ? {} : { prompt: request.prompt }),
  });
  return url.href;
}

async function exchangeCode(
  party: Party,
  exchange: CodeExchange,
  { clientId, clock = systemClock }: IdentityOptions,
) {
  const taken = withoutIdToken(party.config);
  try {
    // The state was checked, once, against the stored row before this is called.
    const callback = new URL(exchange.redirectUri);
    callback.searchParams.set('code', exchange.code);
    const response = await oauth.authorizationCodeGrant(taken.config, callback, {
      pkceCodeVerifier: exchange.codeVerifier,
      expectedState: oauth.skipStateCheck,
    });
    const expected = { nonce: exchange.nonce, clientId, now: clock.now() };
    const account = await verifiedAccount(party, taken.idToken(), expected);
    return { tokens: tokenSet(response), account };
  } catch (error) {
    throw identityErrorOf(error);
  }
}

async function refresh(party: Party, refreshToken: string): Promise<TokenSet> {
  try {
    return tokenSet(await oauth.refreshTokenGrant(withoutIdToken(party.config).config, refreshToken));
  } catch (error) {
    throw identityErrorOf(error);
  }
}

/**
 * The `common` endpoints say their issuer is '…/{tenantid}/v2.0', and openid-client fills that in for
 * login.microsoftonline.com alone. So that every cloud is checked alike, the id_token is taken out of the
 * response here and checked below.
 */
function withoutIdToken(shared: oauth.Configuration) {
  let idToken: string | undefined;
  const config = new oauth.Configuration(
    shared.serverMetadata(),
    shared.clientMetadata().client_id,
    shared.clientMetadata(),
    oauth.ClientSecretPost(shared.clientMetadata().client_secret),
  );
  config.timeout = TIMEOUT_SECONDS;
  if (isLoopback(new URL(shared.serverMetadata().issuer))) oauth.allowInsecureRequests(config);
  config[oauth.customFetch] = async (url, init) => {
    const response = await fetch(url, init as RequestInit);
    if (!response.ok || !response.headers.get('content-type')?.includes('json')) return response;
    const { id_token, ...rest } = (await response.json()) as Record<string, unknown>;
    if (typeof id_token === 'string') idToken = id_token;
    return Response.json(rest, { status: response.status });
  };
  return { config, idToken: () => idToken };
}

// https://learn.microsoft.com/en-us/entra/identity-platform/id-tokens#validate-tokens: signature by the key set
// (read again on an unknown kid, at most every 30 seconds), audience, times, nonce, and the issuer with the
// token's own tenant in it. The account is tid and oid: names and addresses change hands.
async function verifiedAccount(
  party: Party,
  idToken: string | undefined,
  expected: { nonce: string; clientId: string; now: Date },
): Promise<SignedInAccount> {
  if (idToken === undefined) throw new joseErrors.JWTInvalid('no id_token');
  const { tid: claimed } = decodeJwt(idToken);
  const { payload } = await jwtVerify(idToken, party.keys, {
    algorithms: ['RS256'],
    audience: expected.clientId,
    issuer: party.issuer.replace('{tenantid}', typeof claimed === 'string' ? claimed : ''),
    clockTolerance: 300,
    currentDate: expected.now,
    requiredClaims: ['exp', 'iat', 'sub'],
  });
  const { tid, oid, nonce, preferred_username } = payload;
  if (nonce !== expected.nonce) throw new joseErrors.JWTClaimValidationFailed('nonce', payload, 'nonce');
  if (!isName(tid) || !isName(oid)) throw new joseErrors.JWTInvalid('no tid or oid');
  return {
    accountId: `${tid}.${oid}`,
    username: typeof preferred_username === 'string' ? preferred_username : null,
  };
}

const isName = (value: unknown): value is string => typeof value === 'string' && /^[\w-]{1,64}$/.test(value);

function tokenSet(response: oauth.TokenEndpointResponse): TokenSet {
  return {
    accessToken: response.access_token,
    refreshToken: response.refresh_token ?? null,
    expiresInSeconds: response.expires_in ?? DEFAULT_EXPIRY_SECONDS,
    scopes: response.scope?.split(/\s+/).filter(Boolean) ?? [],
  };
}

// Tokens travel in the clear only to a simulator on this machine.
function isLoopback(url: URL): boolean {
  return url.protocol === 'http:' && ['localhost', '127.0.0.1', '[::1]'].includes(url.hostname);
}
