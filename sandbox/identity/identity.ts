// The identity platform: which address is answered by what, with the same log, latency and faults as Graph.
import { setTimeout as delay } from 'node:timers/promises';

import type { SandboxContext } from '../context.ts';
import type { Fault } from '../control/faults.ts';
import type { SandboxRequest, SandboxResponse } from '../http.ts';
import { formOf, isForm } from '../http.ts';
import { authorizeEndpoint } from './authorize.ts';
import { Codes } from './codes.ts';
import { adminConsent, discovery, keySet, logout } from './discovery.ts';
import { AadError, tokenError } from './errors.ts';
import { messagePage } from './pages.ts';
import { tokenEndpoint } from './token-endpoint.ts';
import { ownerOfRefreshToken } from './tokens.ts';

export type Identity = (request: SandboxRequest) => Promise<SandboxResponse | null>;

type Endpoint = () => Promise<SandboxResponse> | SandboxResponse;

/** @returns a handler that answers null for addresses that are not the identity platform's */
export function createIdentity(context: SandboxContext): Identity {
  const codes = new Codes();
  return async (request) => {
    const endpoint = findEndpoint(context, codes, request);
    if (!endpoint) return null;
    const { mailbox, clientId } = callerOf(context, codes, request);
    const path = request.url.pathname + request.url.search;
    const fault = context.faults.take({ mailbox, path, method: request.method, clientId, inner: false });
    if (fault?.delay_ms) await delay(fault.delay_ms);
    const started = performance.now();
    const response = await underFault(context, request, fault, endpoint);
    context.requests.add({
      at: context.now().toISOString(),
      method: request.method,
      // Codes and states are nobody's business.
      path: request.url.pathname,
      status: response.hang ? 0 : response.status,
      ...{ mailbox, client_id: clientId, prefer: null, inner: false },
      throttled: response.status === 429,
      duration_ms: Math.round((performance.now() - started) * 10) / 10,
    });
    return response;
  };
}

function findEndpoint(context: SandboxContext, codes: Codes, request: SandboxRequest): Endpoint | null {
  const { pathname, origin } = request.url;
  if (pathname === '/error') return () => explain(request);
  const [, tenantSegment = '', rest = ''] = /^\/([^/]+)\/(.+)$/.exec(pathname) ?? [];
  const authorize = (step: 'start' | 'account' | 'consent') => () =>
    authorizeEndpoint(context, codes, request, { tenantSegment, step });
  const endpoints: Record<string, Endpoint> = {
    'oauth2/v2.0/authorize': authorize('start'),
    'oauth2/v2.0/signin': authorize('account'),
    'oauth2/v2.0/consent': authorize('consent'),
    'oauth2/v2.0/token': () => tokenEndpoint(context, codes, request, tenantSegment),
    'oauth2/v2.0/logout': () => logout(context, request),
    'v2.0/adminconsent': () => adminConsent(context, request, tenantSegment),
    'v2.0/.well-known/openid-configuration': () => discovery(context, origin, tenantSegment),
    'discovery/v2.0/keys': () => keySet(context),
  };
  return endpoints[rest.toLowerCase()] ?? null;
}

/** Whose sign-in this is about, as far as the request says. */
function callerOf(context: SandboxContext, codes: Codes, request: SandboxRequest) {
  const form = isForm(request) ? formOf(request) : request.url.searchParams;
  const refresh = form.get('refresh_token');
  const byCode = codes.find(form.get('code') ?? '')?.userId;
  const mailbox = refresh
    ? ownerOfRefreshToken(context, refresh)
    : context.store.mailboxes().find((one) => one.userId === byCode || one.address === form.get('account'));
  return { mailbox: mailbox?.address ?? null, clientId: form.get('client_id') };
}

async function underFault(
  context: SandboxContext,
  request: SandboxRequest,
  fault: Fault | null,
  endpoint: Endpoint,
): Promise<SandboxResponse> {
  if (!fault) return endpoint();
  if (fault.after_work) await endpoint();
  if (fault.hang) return { status: 0, hang: true };
  if (fault.status === undefined) {
    const response = await endpoint();
    return fault.cut === undefined ? response : { ...response, cut: fault.cut };
  }
  const {
    status,
    code = 'temporarily_unavailable',
    message = 'The sandbox was told to fail.',
    aadsts = 90033,
  } = fault;
  const error = new AadError(aadsts, code, message, {
    status,
    ...(fault.suberror ? { suberror: fault.suberror } : {}),
  });
  const made = tokenError(error, { origin: request.url.origin }, context.now());
  return { ...made, headers: { ...made.headers, ...fault.headers }, body: fault.body ?? made.body ?? '' };
}

function explain(request: SandboxRequest): SandboxResponse {
  const code = request.url.searchParams.get('code') ?? '';
  const text = 'The error list of the identity platform explains this number.';
  return messagePage(`AADSTS${code.replace(/\D/g, '')}`, text);
}
