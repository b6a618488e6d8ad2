// Which application a token request comes from, and whether it has proven that.
import type { SandboxContext } from '../context.ts';
import type { SandboxRequest } from '../http.ts';
import { formOf, isForm } from '../http.ts';
import { AadError } from './errors.ts';
import type { SandboxApp } from './state.ts';
import { resolveTenant, unknownTenant } from './tenants.ts';

/** @throws {AadError} 900144 */
export function need(form: URLSearchParams, name: string): string {
  const value = form.get(name);
  if (value) return value;
  const text = `The request body must contain the following parameter: '${name}'.`;
  throw new AadError(900144, 'invalid_request', text);
}

/** Checks method, tenant and the client's proof of itself, in the order in which Microsoft does. @throws {AadError} */
export function admitClient(context: SandboxContext, request: SandboxRequest, tenantSegment: string) {
  if (request.method !== 'POST') {
    const text = `The endpoint only accepts POST requests. Received a ${request.method} request.`;
    throw new AadError(900561, 'invalid_request', text);
  }
  const tenant = resolveTenant(context, tenantSegment);
  if (!tenant) throw unknownTenant(tenantSegment);
  const form = isForm(request) ? formOf(request) : new URLSearchParams();
  need(form, 'grant_type');
  if (form.has('resource')) {
    const text = "The 'resource' request parameter is not supported.";
    throw new AadError(901002, 'invalid_request', text);
  }
  const basic = basicCredentials(request.headers.authorization);
  const clientId = basic?.id ?? need(form, 'client_id');
  const app = context.identity.app(clientId);
  if (!app) throw unknownApp(clientId, tenantSegment);
  checkSecret(app, basic?.secret ?? form.get('client_secret'), form.has('client_assertion'));
  if (app.kind === 'spa' && !request.headers.origin) {
    const text =
      "Tokens issued for the 'Single-Page Application' client-type may only be redeemed via cross-origin requests.";
    throw new AadError(9002327, 'invalid_request', text);
  }
  return { form, app, tenant };
}

export const unknownApp = (clientId: string, tenant: string) =>
  new AadError(
    700016,
    'unauthorized_client',
    `Application with identifier '${clientId}' was not found in the directory '${tenant}'. This can happen if the ` +
      'application has not been installed by the administrator of the tenant or consented to by any user in the tenant.',
  );

function basicCredentials(header: string | undefined): { id: string; secret: string } | null {
  if (!header?.toLowerCase().startsWith('basic ')) return null;
  const text = Buffer.from(header.slice(6), 'base64').toString('utf8');
  const colon = text.indexOf(':');
  const decode = (part: string) => decodeURIComponent(part.replaceAll('+', ' '));
  try {
    return { id: decode(text.slice(0, colon)), secret: decode(text.slice(colon + 1)) };
  } catch {
    throw new AadError(9002313, 'invalid_request', 'Invalid request. Request is malformed or invalid.');
  }
}

function checkSecret(app: SandboxApp, secret: string | null, hasAssertion: boolean): void {
  if (app.kind !== 'web') {
    if (secret === null && !hasAssertion) return;
    const text = "Client is public so neither 'client_assertion' nor 'client_secret' should be presented.";
    throw new AadError(700025, 'invalid_client', text);
  }
  if (hasAssertion) {
    throw new AadError(700027, 'invalid_client', 'Client assertion failed signature validation.');
  }
  if (!secret) {
    const text =
      "The request body must contain the following parameter: 'client_assertion' or 'client_secret'.";
    throw new AadError(7000218, 'invalid_client', text);
  }
  if (secret !== app.secret) {
    const text =
      'Invalid client secret provided. Ensure the secret being sent in the request is the client secret value, not ' +
      `the client secret ID, for a secret added to app '${app.clientId}'.`;
    throw new AadError(7000215, 'invalid_client', text);
  }
  if (app.secretExpired) {
    const text = `The provided client secret keys for app '${app.clientId}' are expired.`;
    throw new AadError(7000222, 'invalid_client', text);
  }
}
