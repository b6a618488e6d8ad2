// Graph itself: authentication, limits, faults and headers around the handlers.
import { setTimeout as delay } from 'node:timers/promises';

import type { SandboxContext } from '../context.ts';
import type { Fault } from '../control/faults.ts';
import type { SandboxRequest, SandboxResponse } from '../http.ts';
import type { Mailbox } from '../store/types.ts';
import type { Caller } from './auth.ts';
import { createAuthenticator } from './auth.ts';
import { runBatch } from './batch.ts';
import type { GraphCall } from './call.ts';
import type { RequestIds } from './errors.ts';
import { claimsChallenge, errorBody, errorResponse, GraphError, newRequestIds, parseUri } from './errors.ts';
import { namedMailbox, ownerOf } from './owner.ts';
import { readPreferences } from './prefer.ts';
import { findHandler } from './routes.ts';
import { segmentsOf } from './segments.ts';
import { subscriptionsEndpoint } from './subscriptions.ts';

export type Graph = (request: SandboxRequest) => Promise<SandboxResponse | null>;

const VERSION = /^\/(v1\.0|beta)(?=\/|$)/;

/** @returns a handler that answers null for addresses that are not Graph's */
export function createGraph(context: SandboxContext): Graph {
  const authenticate = createAuthenticator(context);
  return async (request) => {
    const isUserinfo = request.url.pathname === '/oidc/userinfo';
    if (!isUserinfo && !VERSION.test(request.url.pathname)) return null;
    const ids = newRequestIds(request.headers['client-request-id'], context.now());
    const started = performance.now();
    let caller: Caller | null = null;
    let response: SandboxResponse;
    try {
      caller = await authenticate(request.headers.authorization);
      response = isUserinfo
        ? userinfo(caller)
        : await answer(context, request, { caller, ids, inner: false });
    } catch (error) {
      if (!(error instanceof GraphError)) throw error;
      response = errorResponse(error, ids);
    }
    note(context, request, { response, caller, inner: false, started });
    return { ...response, headers: { ...response.headers, ...commonHeaders(ids) } };
  };
}

/** https://learn.microsoft.com/en-us/entra/identity-platform/userinfo */
const userinfo = ({ mailbox }: Caller): SandboxResponse => ({
  status: 200,
  headers: { 'content-type': 'application/json' },
  body: { sub: mailbox.userId, name: mailbox.displayName, email: mailbox.address },
});

type Occasion = { caller: Caller; ids: RequestIds; inner: boolean };

function note(
  context: SandboxContext,
  request: SandboxRequest,
  given: { response: SandboxResponse; caller: Caller | null; inner: boolean; started: number },
): void {
  context.requests.add({
    at: context.now().toISOString(),
    method: request.method,
    path: request.url.pathname + request.url.search,
    status: given.response.hang ? 0 : given.response.status,
    mailbox: given.caller ? mailboxAt(context, request, given.caller).address : null,
    client_id: given.caller?.clientId ?? null,
    throttled: given.response.status === 429,
    prefer: request.headers.prefer ?? null,
    inner: given.inner,
    duration_ms: Math.round((performance.now() - given.started) * 10) / 10,
  });
}

const DIAGNOSTIC = JSON.stringify({
  ServerInfo: { DataCenter: 'Sandbox', Slice: 'E', Ring: '1', ScaleUnit: '000', RoleInstance: 'SANDBOX' },
});

const commonHeaders = (ids: RequestIds): Record<string, string> => ({
  'request-id': ids.requestId,
  'client-request-id': ids.clientRequestId,
  'x-ms-ags-diagnostic': DIAGNOSTIC,
  'strict-transport-security': 'max-age=31536000',
  'cache-control': 'private',
  date: ids.now.toUTCString(),
});

async function answer(
  context: SandboxContext,
  request: SandboxRequest,
  occasion: Occasion,
): Promise<SandboxResponse> {
  const path = request.url.pathname.replace(VERSION, '');
  const { clientId } = occasion.caller;
  const mailbox = mailboxAt(context, request, occasion.caller);
  if (/^\/\$batch\/?$/.test(path)) {
    // The envelope is the gateway's: only what is inside counts against the mailbox.
    return faulty(context, request, occasion, () => answerBatch(context, request, occasion));
  }
  if (isSubscriptions(path)) {
    // The subscription service has limits of its own, for the app in the tenant.
    const { tenantId } = context.identity.account(occasion.caller.mailbox);
    const kind = request.method === 'GET' && /^\/subscriptions\/?$/i.test(path) ? 'list' : 'other';
    context.limiter.countSubscriptions({ clientId, tenantId, kind }, context.now());
    return faulty(context, request, occasion, () => handle(context, request, occasion));
  }
  const release = context.limiter.enter(
    { clientId, mailbox: mailbox.address, bytes: request.body.length },
    context.now(),
  );
  try {
    const response = await faulty(context, request, occasion, () => handle(context, request, occasion));
    // A request that hangs holds its place until the client gives up.
    if (response.hang) return { ...response, closed: release };
    release();
    return response;
  } catch (error) {
    release();
    throw error;
  }
}

/** Whose limits a request counts against: the mailbox that its path names, else the caller's own. */
function mailboxAt(context: SandboxContext, { url }: Pick<SandboxRequest, 'url'>, caller: Caller): Mailbox {
  const path = url.pathname.replace(VERSION, '');
  const [, named = ''] = /^\/users(?:\/|\(')([^/']+)/i.exec(path) ?? [];
  return (named && namedMailbox(context, named)) || caller.mailbox;
}

const isSubscriptions = (path: string) => /^\/subscriptions(?=[/(]|$)/i.test(path);

async function faulty(
  context: SandboxContext,
  { url, method }: SandboxRequest,
  { caller, ids }: Occasion,
  work: () => Promise<SandboxResponse>,
): Promise<SandboxResponse> {
  const mailbox = mailboxAt(context, { url }, caller).address;
  const target = { mailbox, path: url.pathname + url.search, method };
  const fault = context.faults.take(target);
  await pause(context.settings.latencyMs + (fault?.delay_ms ?? 0));
  return underFault(fault, ids, work);
}

/** Without latency too, requests that arrive together are in flight together. */
const pause = (ms: number) => (ms > 0 ? delay(ms) : new Promise((resolve) => setImmediate(resolve)));

async function underFault(
  fault: Fault | null,
  ids: RequestIds,
  work: () => Promise<SandboxResponse>,
): Promise<SandboxResponse> {
  if (!fault) return work();
  if (fault.after_work) await work();
  if (fault.hang) return { status: 0, hang: true };
  if (fault.claims !== undefined) throw claimsChallenge(fault.claims);
  if (fault.status === undefined) {
    const response = await work();
    return fault.cut === undefined ? response : { ...response, cut: fault.cut };
  }
  const { status, code = 'generalException', message = 'The sandbox was told to fail.' } = fault;
  const headers = {
    'content-type': fault.body === undefined ? 'application/json' : 'text/html',
    ...lowerCase(fault.headers),
  };
  return {
    status,
    headers,
    body: fault.body ?? errorBody({ code, message }, ids),
    ...(fault.cut === undefined ? {} : { cut: fault.cut }),
  };
}

const lowerCase = (headers: Record<string, string> = {}) =>
  Object.fromEntries(Object.entries(headers).map(([name, value]) => [name.toLowerCase(), value]));

async function handle(
  context: SandboxContext,
  request: SandboxRequest,
  { caller, ids }: Occasion,
): Promise<SandboxResponse> {
  const { url } = request;
  const version = VERSION.exec(url.pathname)?.[1] ?? 'v1.0';
  const prefer = readPreferences(request.headers.prefer);
  try {
    checkOptions(url.searchParams);
    const segments = segmentsOf(url.pathname.replace(VERSION, ''));
    const own: GraphCall = {
      ...{ ...caller, person: caller.mailbox, context, request, prefer },
      query: url.searchParams,
      base: `${url.origin}/${version}/me`,
    };
    const response = await route(own, segments);
    const applied: Record<string, string> =
      prefer.applied.length > 0 ? { 'preference-applied': prefer.applied.join(', ') } : {};
    return { ...response, headers: { ...applied, ...response.headers } };
  } catch (error) {
    if (error instanceof GraphError) return errorResponse(error, ids);
    throw error;
  }
}

function route(own: GraphCall, segments: string[]): SandboxResponse | Promise<SandboxResponse> {
  const [first = ''] = segments;
  if (first.toLowerCase() === 'subscriptions') return subscriptionsEndpoint(own, segments.slice(1));
  const { owner, mailbox, rest } = ownerOf(own, segments);
  const base = own.base.replace(/me$/, owner);
  return findHandler(rest, own.request.method).run({ ...own, mailbox, base });
}

const OPTIONS = new Set(
  '$select $filter $orderby $top $skip $search $expand $count $skiptoken $deltatoken $format'.split(' '),
);

function checkOptions(query: URLSearchParams): void {
  const unknown = [...query.keys()].find((name) => name.startsWith('$') && !OPTIONS.has(name.toLowerCase()));
  if (unknown) throw parseUri(`The query parameter '${unknown}' is not supported.`);
}

async function answerBatch(
  context: SandboxContext,
  request: SandboxRequest,
  { caller }: Occasion,
): Promise<SandboxResponse> {
  if (request.method !== 'POST')
    throw new GraphError(
      405,
      'Request_BadRequest',
      'Specified HTTP method is not allowed for the request target.',
    );
  const version = VERSION.exec(request.url.pathname)?.[1] ?? 'v1.0';
  const hung: SandboxResponse[] = [];
  const body = await runBatch(request.body, async ({ method, path, headers, body: innerBody }) => {
    const url = new URL(`/${version}/${path.replace(/^\//, '')}`, request.url.origin);
    const inner: SandboxRequest = { method, url, headers, body: innerBody };
    const ids = newRequestIds(undefined, context.now());
    const started = performance.now();
    const occasion = { caller, ids, inner: true };
    const response = await answer(context, inner, occasion).catch((error: unknown) => {
      if (error instanceof GraphError) return errorResponse(error, ids);
      throw error;
    });
    note(context, inner, { response, caller, inner: true, started });
    if (response.hang) hung.push(response);
    return response;
  });
  // A part that hangs holds up the whole answer.
  if (hung.length > 0)
    return { status: 0, hang: true, closed: () => hung.forEach((one) => void one.closed?.()) };
  return { status: 200, headers: { 'content-type': 'application/json' }, body };
}
