// POST /{tenant}/oauth2/v2.0/token.
// https://learn.microsoft.com/en-us/entra/identity-platform/v2-oauth2-auth-code-flow
import { createHash, randomUUID } from 'node:crypto';

import type { SandboxContext } from '../context.ts';
import { mailboxOfUser } from '../context.ts';
import type { SandboxRequest, SandboxResponse } from '../http.ts';
import type { Mailbox } from '../store/types.ts';
import { admitClient, need } from './client.ts';
import type { CodeGrant, Codes } from './codes.ts';
import { CODE_LIFE_MS } from './codes.ts';
import { refuseRefresh } from './conditions.ts';
import { AadError, TOKEN_HEADERS, tokenError } from './errors.ts';
import { GRAPH_SCOPES, readScopes, refuseBadScopes } from './scopes.ts';
import type { SandboxApp } from './state.ts';
import { isRegistered } from './state.ts';
import { admits } from './tenants.ts';
import type { Grant } from './tokens.ts';
import { clientInfo, readRefreshToken, SPA_REFRESH_MS, tokenResponse } from './tokens.ts';

export async function tokenEndpoint(
  context: SandboxContext,
  codes: Codes,
  request: SandboxRequest,
  tenantSegment: string,
): Promise<SandboxResponse> {
  const { origin } = request.url;
  try {
    const { form, app, tenant } = admitClient(context, request, tenantSegment);
    const grantType = form.get('grant_type');
    let grant: Grant;
    if (grantType === 'authorization_code') grant = redeemCode(context, codes, form, app);
    else if (grantType === 'refresh_token') grant = redeemRefreshToken(context, form, app);
    else {
      const text = `The app requested an unsupported grant type '${grantType}'.`;
      throw new AadError(70003, 'unsupported_grant_type', text);
    }
    if (!admits(context, tenant, grant.mailbox)) throw wrongTenant(grant.mailbox, tenantSegment);
    const body = await tokenResponse(context, grant, origin);
    const withInfo =
      form.get('client_info') === '1' ? { ...body, client_info: clientInfo(context, grant.mailbox) } : body;
    return { status: 200, headers: { ...TOKEN_HEADERS, 'x-ms-request-id': randomUUID() }, body: withInfo };
  } catch (error) {
    if (!(error instanceof AadError)) throw error;
    const correlation = request.headers['client-request-id'];
    return tokenError(error, { origin, ...(correlation ? { correlation } : {}) }, context.now());
  }
}

const wrongTenant = (mailbox: Mailbox, segment: string) =>
  new AadError(
    50020,
    'invalid_grant',
    `User account '${mailbox.address}' does not exist in tenant '${segment}' and cannot access the application in that tenant.`,
  );

function redeemCode(context: SandboxContext, codes: Codes, form: URLSearchParams, app: SandboxApp): Grant {
  const code = codes.find(need(form, 'code'));
  const redirectUri = need(form, 'redirect_uri');
  const mailbox = code && mailboxOfUser(context, code.userId);
  if (!code || !mailbox || code.clientId !== app.clientId) {
    throw new AadError(70000, 'invalid_grant', 'The provided value for the code is not valid.');
  }
  if (code.redirectUri !== redirectUri || !isRegistered(app, redirectUri)) {
    const text =
      `The reply address '${redirectUri}' does not match the reply address '${code.redirectUri}' provided when ` +
      'requesting Authorization code.';
    throw new AadError(500112, 'invalid_client', text, { status: 400 });
  }
  if (code.redeemed) {
    const text =
      'OAuth2 Authorization code was already redeemed, please retry with a new valid code or use an existing refresh token.';
    throw new AadError(54005, 'invalid_grant', text);
  }
  if (context.now().getTime() - code.issuedAt > CODE_LIFE_MS) {
    const text = 'The provided authorization code or refresh token has expired due to inactivity.';
    throw new AadError(70008, 'invalid_grant', text, { suberror: 'token_expired' });
  }
  checkVerifier(code, form.get('code_verifier'));
  if (context.identity.account(mailbox).disabled)
    throw new AadError(50057, 'invalid_grant', 'The user account is disabled.');
  const asked = grantedSubset(context, app, mailbox, {
    grantType: 'authorization_code',
    granted: code,
    scope: form.get('scope'),
  });
  // A wrong verifier has not burnt it: only this does.
  code.redeemed = true;
  const refreshUntil = app.kind === 'spa' ? context.now().getTime() + SPA_REFRESH_MS : null;
  return { app, mailbox, ...asked, nonce: code.nonce, refreshUntil };
}

function checkVerifier(code: CodeGrant, verifier: string | null): void {
  if (!code.challenge) return;
  if (verifier && !/^[A-Za-z0-9\-._~]{43,128}$/.test(verifier)) {
    throw new AadError(501491, 'invalid_request', 'Invalid size of Code_Verifier parameter.');
  }
  const given =
    verifier && code.challengeMethod === 'S256'
      ? createHash('sha256').update(verifier).digest('base64url')
      : verifier;
  if (given === code.challenge) return;
  const text =
    'The Code_Verifier does not match the code_challenge supplied in the authorization request for PKCE.';
  throw new AadError(501481, 'invalid_grant', text);
}

function redeemRefreshToken(context: SandboxContext, form: URLSearchParams, app: SandboxApp): Grant {
  const { mailbox, scopes, until } = readRefreshToken(context, need(form, 'refresh_token'), app);
  refuseRefresh(context, mailbox);
  const granted = readScopes(scopes.join(' '));
  return {
    app,
    mailbox,
    ...grantedSubset(context, app, mailbox, {
      grantType: 'refresh_token',
      granted,
      scope: form.get('scope'),
    }),
    nonce: null,
    refreshUntil: until,
  };
}

type Asked = {
  grantType: 'authorization_code' | 'refresh_token';
  granted: { graph: string[]; oidc: string[] };
  scope: string | null;
};

/** The scopes of the new token: what was consented, narrowed by nothing; what was not consented is refused. */
function grantedSubset(
  context: SandboxContext,
  app: SandboxApp,
  mailbox: Mailbox,
  { grantType, granted, scope }: Asked,
) {
  const consented = context.identity.consented(app.clientId, mailbox);
  const asked = readScopes(scope ?? '', app.permissions);
  refuseBadScopes(asked);
  // A code is for one resource; a refresh that names several is for the first.
  if (grantType === 'authorization_code' && asked.foreign.length > 0) {
    const text =
      'Provided value for the input parameter scope is not valid because it contains more than one resource.';
    throw new AadError(28003, 'invalid_scope', text);
  }
  const wanted = asked.graph.length > 0 ? asked.graph : granted.graph;
  const missing = wanted.find((name) => !consented.has(name));
  if (missing !== undefined || consented.size === 0 || asked.foreignFirst) {
    const text =
      `The user or administrator has not consented to use the application with ID '${app.clientId}' named ` +
      `'${app.name}'. Send an interactive authorization request for this user and resource.`;
    throw new AadError(65001, 'invalid_grant', text, { suberror: 'consent_required' });
  }
  const graph = [...consented].filter((name) => name in GRAPH_SCOPES);
  // What the client left out of `scope` here does not take away what the sign-in granted.
  return { graph, oidc: granted.oidc };
}
