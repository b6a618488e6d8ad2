// The parameters of an authorize request, checked in two steps: what must be shown on a page when it is wrong,
// and what may be told to the application.
import type { SandboxContext } from '../context.ts';
import { unknownApp } from './client.ts';
import { readClaims } from './conditions.ts';
import { AadError } from './errors.ts';
import type { Scopes } from './scopes.ts';
import { readScopes, refuseBadScopes } from './scopes.ts';
import type { SandboxApp } from './state.ts';
import { isRegistered } from './state.ts';
import { resolveTenant, unknownTenant } from './tenants.ts';

export type AuthorizeRequest = {
  app: SandboxApp;
  tenant: string;
  redirectUri: string;
  params: URLSearchParams;
  scopes: Scopes;
  origin: string;
  mode: 'query' | 'fragment' | 'form_post';
};

/** Client and redirect URI: until these two are known to be good, nothing is ever redirected. */
export function readDestination(
  context: SandboxContext,
  params: URLSearchParams,
  { tenantSegment, origin }: { tenantSegment: string; origin: string },
): AuthorizeRequest {
  const tenant = resolveTenant(context, tenantSegment);
  if (!tenant) throw unknownTenant(tenantSegment);
  const clientId = params.get('client_id');
  if (!clientId) throw missing('client_id');
  const app = context.identity.app(clientId);
  if (!app) throw unknownApp(clientId, tenantSegment);
  const redirectUri = params.get('redirect_uri') ?? app.redirectUris[0] ?? '';
  if (!isRegistered(app, redirectUri)) {
    const text =
      `The redirect URI '${redirectUri}' specified in the request does not match the redirect URIs configured for ` +
      `the application '${app.clientId}'. Make sure the redirect URI sent in the request matches one added to your ` +
      'application in the Azure portal.';
    throw new AadError(50011, 'invalid_request', text);
  }
  const hybrid = (params.get('response_type') ?? '').includes('id_token');
  const mode = params.get('response_mode') ?? (hybrid ? 'fragment' : 'query');
  return {
    ...{
      app,
      tenant,
      redirectUri,
      params,
      origin,
      scopes: readScopes(params.get('scope') ?? '', app.permissions),
    },
    mode: mode === 'form_post' || mode === 'fragment' ? mode : 'query',
  };
}

const missing = (name: string) =>
  new AadError(
    900144,
    'invalid_request',
    `The request body must contain the following parameter: '${name}'.`,
  );

/** @throws {AadError} told to the application in the redirect */
export function checkParameters({ params, scopes, app }: AuthorizeRequest): void {
  const responseType = (params.get('response_type') ?? '').split(' ').sort().join(' ');
  if (responseType === '') throw missing('response_type');
  if (responseType !== 'code' && responseType !== 'code id_token') {
    throw new AadError(
      700054,
      'unsupported_response_type',
      `response_type '${responseType}' is not enabled for the application.`,
    );
  }
  if (responseType === 'code id_token' && (!params.get('nonce') || !scopes.oidc.includes('openid')))
    throw missing('nonce');
  if (!params.get('scope')) throw missing('scope');
  refuseBadScopes(scopes);
  readClaims(params);
  const challenge = params.get('code_challenge');
  const method = params.get('code_challenge_method') ?? 'plain';
  if (challenge !== null && !/^[A-Za-z0-9\-._~]{43,128}$/.test(challenge)) {
    throw new AadError(501491, 'invalid_request', 'Invalid size of Code_Challenge parameter.');
  }
  if (method !== 'plain' && method !== 'S256') {
    throw new AadError(
      50147,
      'invalid_request',
      'Invalid size of Code_Challenge parameter or unknown method.',
    );
  }
  if (challenge === null && app.kind === 'spa') {
    throw new AadError(
      9002325,
      'invalid_request',
      'Proof Key for Code Exchange is required for cross-origin authorization code redemption.',
    );
  }
}
