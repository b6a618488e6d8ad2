// The tokens: id_token and access token are RS256 JWTs, refresh tokens are sealed and opaque.
// https://learn.microsoft.com/en-us/entra/identity-platform/id-token-claims-reference
import { createHash, randomBytes, randomInt, randomUUID } from 'node:crypto';

import { decodeJwt, SignJWT } from 'jose';

import type { SandboxContext } from '../context.ts';
import { mailboxOfUser } from '../context.ts';
import { seal, unseal } from '../seal.ts';
import type { Mailbox } from '../store/types.ts';
import { AadError } from './errors.ts';
import type { SandboxApp } from './state.ts';
import { CONSUMER_TENANT } from './state.ts';

export type Grant = {
  app: SandboxApp;
  mailbox: Mailbox;
  graph: string[];
  oidc: string[];
  nonce: string | null;
  /** When a single page's refresh token ends, in ms; null for one that 90 days without use end. */
  refreshUntil: number | null;
};

type RefreshToken = { c: string; u: string; s: string[]; e: number; i: number; x: number | null; n: string };

const GRAPH_AUDIENCE = '00000003-0000-0000-c000-000000000000';
const REFRESH_DAYS = 90;
/** From the sign-in on, however often it is refreshed. */
export const SPA_REFRESH_MS = 86_400_000;

/** Pairwise: another app gets another `sub` for the same person. */
export const subjectOf = (clientId: string, mailbox: Mailbox): string =>
  createHash('sha256').update(`${clientId} ${mailbox.userId}`).digest('base64url');

/** What is said to be granted: `offline_access` is not. */
const listed = ({ graph, oidc }: Pick<Grant, 'graph' | 'oidc'>) =>
  [...graph, ...oidc.filter((scope) => scope !== 'offline_access')].join(' ');

/** A token response as in section 5.1 of OAuth 2.0, with what Microsoft adds. */
export async function tokenResponse(context: SandboxContext, grant: Grant, origin: string) {
  const { minimum, maximum } = context.settings.accessTokenSeconds;
  const expiresIn = minimum >= maximum ? minimum : randomInt(minimum, maximum + 1);
  const offline = grant.oidc.includes('offline_access');
  return {
    token_type: 'Bearer',
    scope: listed(grant),
    expires_in: expiresIn,
    ext_expires_in: expiresIn,
    access_token: await accessToken(context, grant, expiresIn),
    ...(offline ? { refresh_token: refreshToken(context, grant) } : {}),
    ...(grant.oidc.includes('openid') ? { id_token: await idToken(context, grant, origin) } : {}),
  };
}

/** What MSAL asks for with `client_info=1` to key its cache. */
export function clientInfo(context: SandboxContext, mailbox: Mailbox): string {
  const { tenantId } = context.identity.account(mailbox);
  return Buffer.from(JSON.stringify({ uid: mailbox.userId, utid: tenantId })).toString('base64url');
}

const seconds = (date: Date) => Math.floor(date.getTime() / 1000);

export async function idToken(context: SandboxContext, grant: Grant, origin: string, code?: string) {
  const { app, mailbox, oidc, nonce } = grant;
  const { tenantId } = context.identity.account(mailbox);
  const now = seconds(context.now());
  const profile = { name: mailbox.displayName, oid: mailbox.userId, preferred_username: mailbox.address };
  const hash = (text: string) =>
    createHash('sha256').update(text).digest().subarray(0, 16).toString('base64url');
  return new SignJWT({
    ...(nonce ? { nonce } : {}),
    ...(oidc.includes('profile') ? profile : {}),
    ...(oidc.includes('email') ? { email: mailbox.address } : {}),
    ...(code ? { c_hash: hash(code) } : {}),
    rh: `1.${randomBytes(24).toString('base64url')}.`,
    sid: randomUUID(),
    tid: tenantId,
    uti: randomBytes(16).toString('base64url'),
    ver: '2.0',
  })
    .setProtectedHeader({ typ: 'JWT', alg: 'RS256', kid: context.keys.kid })
    .setIssuer(`${origin}/${tenantId}/v2.0`)
    .setAudience(app.clientId)
    .setSubject(subjectOf(app.clientId, mailbox))
    .setIssuedAt(now - 300)
    .setNotBefore(now - 300)
    .setExpirationTime(now + 3600)
    .sign(context.keys.signing);
}

/** Work accounts get a JWT, personal ones something that only Graph can read. */
async function accessToken(context: SandboxContext, { app, mailbox, ...grant }: Grant, expiresIn: number) {
  const { tenantId, accessEpoch } = context.identity.account(mailbox);
  const now = seconds(context.now());
  const claims = {
    aud: GRAPH_AUDIENCE,
    iss: `https://sts.windows.net/${tenantId}/`,
    ...{ iat: now, nbf: now, exp: now + expiresIn },
    appid: app.clientId,
    app_displayname: app.name,
    oid: mailbox.userId,
    scp: listed(grant),
    sub: subjectOf(app.clientId, mailbox),
    tid: tenantId,
    upn: mailbox.address,
    uti: randomBytes(16).toString('base64url'),
    ver: '1.0',
    xms_epoch: accessEpoch,
  };
  if (tenantId === CONSUMER_TENANT) return PERSONAL + seal(context.keys.seal, claims);
  return new SignJWT(claims)
    .setProtectedHeader({ typ: 'JWT', alg: 'RS256', kid: context.keys.kid })
    .sign(context.keys.signing);
}

const PERSONAL = 'EwB4A8l6';

function refreshToken(context: SandboxContext, grant: Grant): string {
  const token: RefreshToken = {
    c: grant.app.clientId,
    u: grant.mailbox.userId,
    s: [...grant.graph, ...grant.oidc],
    e: context.identity.account(grant.mailbox).refreshEpoch,
    i: context.now().getTime(),
    x: grant.refreshUntil,
    n: randomBytes(24).toString('base64url'),
  };
  return `1.${seal(context.keys.seal, token)}`;
}

/** Whose refresh token this is, without any judgement; for faults that are meant for one mailbox. */
export function ownerOfRefreshToken(context: SandboxContext, text: string): Mailbox | undefined {
  const token = unseal<RefreshToken>(context.keys.seal, text.slice(2));
  return token ? mailboxOfUser(context, token.u) : undefined;
}

/**
 * What a refresh token still grants. It stays good after use, for 90 days from its own issue; a single page's for a
 * day, which its successors inherit.
 * https://learn.microsoft.com/en-us/entra/identity-platform/refresh-tokens
 * @throws {AadError} invalid_grant
 */
export function readRefreshToken(context: SandboxContext, text: string, app: SandboxApp) {
  const token = unseal<RefreshToken>(context.keys.seal, text.slice(2));
  const mailbox = token && mailboxOfUser(context, token.u);
  if (!token || !mailbox) {
    throw new AadError(70000, 'invalid_grant', 'Provided grant is invalid or malformed.', {
      suberror: 'bad_token',
    });
  }
  if (token.c !== app.clientId) {
    const text = 'The provided grant was issued to another client.';
    throw new AadError(70000, 'invalid_grant', text, { suberror: 'client_mismatch' });
  }
  const account = context.identity.account(mailbox);
  if (account.disabled) throw new AadError(50057, 'invalid_grant', 'The user account is disabled.');
  if (token.e !== account.refreshEpoch) {
    const text =
      'The provided grant has expired due to it being revoked, a fresh auth token is needed. The user might have ' +
      'changed or reset their password.';
    throw new AadError(50173, 'invalid_grant', text, { suberror: 'bad_token' });
  }
  if (token.x !== null && context.now().getTime() > token.x) {
    const text =
      'The refresh token was issued to a single page app (SPA), and therefore has a fixed, limited lifetime of ' +
      '1.00:00:00, which cannot be extended. It is now expired and a new sign in request must be sent by the SPA ' +
      `to the sign in page. The token was issued on ${new Date(token.i).toISOString()}.`;
    throw new AadError(700084, 'invalid_grant', text);
  }
  const age = context.now().getTime() - token.i;
  if (age > REFRESH_DAYS * 86_400_000) {
    const issued = new Date(token.i).toISOString();
    const text = `The refresh token has expired due to inactivity. The token was issued on ${issued} and was inactive for 90.00:00:00.`;
    throw new AadError(700082, 'invalid_grant', text, { suberror: 'token_expired' });
  }
  return { mailbox, scopes: token.s, until: token.x };
}

export type AccessClaims = {
  clientId: string;
  userId: string;
  scopes: Set<string>;
  expires: number;
  epoch: number;
};

type RawClaims = { appid?: unknown; oid?: unknown; scp?: unknown; exp?: unknown; xms_epoch?: unknown };

/**
 * What an access token says. A personal account's is proven by its seal; a JWT's signature is still to be
 * checked (`signed`). Null when it is neither.
 */
export function readAccessClaims(
  context: SandboxContext,
  token: string,
): (AccessClaims & { signed: boolean }) | null {
  const personal = token.startsWith(PERSONAL);
  const claims = personal
    ? unseal<RawClaims>(context.keys.seal, token.slice(PERSONAL.length))
    : decoded(token);
  if (!claims) return null;
  return {
    clientId: String(claims.appid),
    userId: String(claims.oid),
    scopes: new Set(String(claims.scp ?? '').split(' ')),
    expires: Number(claims.exp) * 1000,
    epoch: Number(claims.xms_epoch),
    signed: !personal,
  };
}

function decoded(token: string): RawClaims | null {
  try {
    return decodeJwt(token);
  } catch {
    return null;
  }
}
