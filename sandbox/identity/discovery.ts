// Discovery, keys, sign-out, administrator's consent, userinfo.
import type { SandboxContext } from '../context.ts';
import type { SandboxRequest, SandboxResponse } from '../http.ts';
import { formOf, redirectTo } from '../http.ts';
import { unknownApp } from './client.ts';
import { AadError, describeAadError } from './errors.ts';
import { adminConsentPage, errorPage, messagePage } from './pages.ts';
import { readScopes, refuseBadScopes } from './scopes.ts';
import { CONSUMER_TENANT, HOME_TENANT, isRegistered } from './state.ts';
import { resolveTenant, unknownTenant } from './tenants.ts';

const JSON_HEADERS = {
  'content-type': 'application/json; charset=utf-8',
  'access-control-allow-origin': '*',
};

/** For `common` and `organizations` the issuer holds the literal placeholder `{tenantid}`. */
export function discovery(context: SandboxContext, origin: string, segment: string): SandboxResponse {
  const tenant = resolveTenant(context, segment);
  if (!tenant) {
    const error = unknownTenant(segment);
    const body = {
      error: 'invalid_tenant',
      error_description: describeAadError(error, context.now()),
      error_codes: [90002],
    };
    return { status: 400, headers: JSON_HEADERS, body };
  }
  const base = `${origin}/${segment}`;
  const issuer = tenant === 'common' || tenant === 'organizations' ? '{tenantid}' : tenant;
  return {
    status: 200,
    headers: JSON_HEADERS,
    body: {
      token_endpoint: `${base}/oauth2/v2.0/token`,
      token_endpoint_auth_methods_supported: ['client_secret_post', 'private_key_jwt', 'client_secret_basic'],
      jwks_uri: `${base}/discovery/v2.0/keys`,
      response_modes_supported: ['query', 'fragment', 'form_post'],
      subject_types_supported: ['pairwise'],
      id_token_signing_alg_values_supported: ['RS256'],
      response_types_supported: ['code', 'id_token', 'code id_token', 'id_token token'],
      scopes_supported: ['openid', 'profile', 'email', 'offline_access'],
      issuer: `${origin}/${issuer}/v2.0`,
      request_uri_parameter_supported: false,
      userinfo_endpoint: `${origin}/oidc/userinfo`,
      authorization_endpoint: `${base}/oauth2/v2.0/authorize`,
      http_logout_supported: true,
      frontchannel_logout_supported: true,
      end_session_endpoint: `${base}/oauth2/v2.0/logout`,
      claims_supported:
        'sub iss aud exp iat auth_time acr nonce preferred_username name tid ver at_hash c_hash email'.split(
          ' ',
        ),
      tenant_region_scope: null,
      cloud_instance_name: 'microsoftonline.com',
      cloud_graph_host_name: 'graph.windows.net',
      msgraph_host: new URL(origin).host,
      rbac_url: 'https://pas.windows.net',
    },
  };
}

export const keySet = (context: SandboxContext): SandboxResponse => ({
  status: 200,
  headers: JSON_HEADERS,
  body: { keys: [context.keys.publicJwk] },
});

/** A post_logout_redirect_uri that no application registered leads to a plain page. */
export function logout(context: SandboxContext, request: SandboxRequest): SandboxResponse {
  const params = request.method === 'POST' ? formOf(request) : request.url.searchParams;
  const target = params.get('post_logout_redirect_uri');
  const known = target !== null && context.identity.apps().some((app) => isRegistered(app, target));
  const answer = known
    ? redirectTo(withParams(target, { ...(params.get('state') ? { state: params.get('state') ?? '' } : {}) }))
    : messagePage('You signed out', 'It is a good idea to close all browser windows.');
  const cookie = 'sandbox_session=; Path=/; Max-Age=0; HttpOnly; SameSite=Lax';
  return { ...answer, headers: { ...answer.headers, 'set-cookie': cookie } };
}

function withParams(target: string, fields: Record<string, string>): string {
  const url = new URL(target);
  for (const [name, value] of Object.entries(fields)) url.searchParams.set(name, value);
  return url.href;
}

/** https://learn.microsoft.com/en-us/entra/identity-platform/v2-admin-consent */
export function adminConsent(
  context: SandboxContext,
  request: SandboxRequest,
  segment: string,
): SandboxResponse {
  const form = request.method === 'POST' ? formOf(request) : null;
  const params = form ? new URLSearchParams(form.get('request') ?? '') : request.url.searchParams;
  const tenant = resolveTenant(context, segment);
  const clientId = params.get('client_id') ?? '';
  const app = context.identity.app(clientId);
  const target = params.get('redirect_uri') ?? app?.redirectUris[0] ?? '';
  const refuse = (error: AadError) => errorPage(describeAadError(error, context.now()));
  if (!tenant) return refuse(unknownTenant(segment));
  if (tenant === 'common' || tenant === CONSUMER_TENANT) {
    const text = 'Tenant-identifying information was not found in the request.';
    return refuse(new AadError(50059, 'invalid_request', text));
  }
  if (!app) return refuse(unknownApp(clientId, segment));
  if (!isRegistered(app, target)) {
    return refuse(new AadError(50011, 'invalid_request', `The redirect URI '${target}' is not registered.`));
  }
  const scopes = readScopes(params.get('scope') ?? 'https://graph.microsoft.com/.default', app.permissions);
  try {
    refuseBadScopes(scopes);
  } catch (error) {
    if (error instanceof AadError) return refuse(error);
    throw error;
  }
  if (!form) return adminConsentPage({ app, request: params.toString(), scopes });
  const tenantId = tenant === 'organizations' ? HOME_TENANT : tenant;
  const state = params.get('state');
  const common = { admin_consent: 'True', tenant: tenantId, ...(state === null ? {} : { state }) };
  if (form.get('decision') !== 'accept') {
    const error = new AadError(
      65004,
      'access_denied',
      'The resource owner or authorization server denied the request.',
    );
    const description = describeAadError(error, context.now());
    return redirectTo(withParams(target, { error: error.error, error_description: description, ...common }));
  }
  context.identity.consent(app.clientId, tenantId, [
    ...scopes.graph,
    'openid',
    'profile',
    'email',
    'offline_access',
  ]);
  return redirectTo(
    withParams(target, {
      ...common,
      scope: scopes.graph.map((name) => `https://graph.microsoft.com/${name}`).join(' '),
    }),
  );
}
