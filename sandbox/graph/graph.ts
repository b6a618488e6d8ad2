// Graph itself: authentication, limits, faults, headers and the log around the handlers.
import type { SandboxContext } from '../context.ts';
import type { SandboxRequest, SandboxResponse } from '../http.ts';
import { subjectOf } from '../identity/tokens.ts';
import type { Caller } from './auth.ts';
import { createAuthenticator } from './auth.ts';
import { runBatch } from './batch.ts';
import { needJson, refuseLarge } from './call.ts';
import type { RequestIds } from './errors.ts';
import { accessDenied, errorResponse, GraphError, methodNotAllowed, newRequestIds } from './errors.ts';
import { gzipped } from './gzip.ts';
import { handle } from './handle.ts';
import type { Occasion } from './occasion.ts';
import { innerOccasion, isProfile, outerOccasion, pathOf, VERSION, versionOf } from './occasion.ts';
import { waitUntil } from './retry-after.ts';
import { faulty } from './under-fault.ts';

export type Graph = (request: SandboxRequest) => Promise<SandboxResponse | null>;

/** @returns a handler that answers null for addresses that are not Graph's */
export function createGraph(context: SandboxContext): Graph {
  const authenticate = createAuthenticator(context);
  return async (request) => {
    const isUserinfo = request.url.pathname === '/oidc/userinfo';
    if (!isUserinfo && !VERSION.test(request.url.pathname)) return null;
    const ids = newRequestIds(request.headers['client-request-id'], context.now());
    const arrivedAt = context.now().getTime();
    const started = performance.now();
    let response: SandboxResponse;
    try {
      const caller = await authenticate(request.headers.authorization);
      const occasion = outerOccasion(context, request, { caller, ids, arrivedAt });
      if (!isUserinfo) response = await respondOuter(request, occasion);
      else {
        response = userinfo(caller);
        note(context, request, { response, occasion, started });
      }
    } catch (error) {
      response = asResponse(error, ids);
      note(context, request, { response, occasion: null, started });
    }
    response = gzipped(request, response, context.settings);
    return { ...response, headers: { ...response.headers, ...commonHeaders(ids) } };
  };
}

/** https://learn.microsoft.com/en-us/entra/identity-platform/userinfo */
function userinfo({ mailbox, clientId, scopes }: Caller): SandboxResponse {
  if (!scopes.has('openid')) throw accessDenied();
  return {
    status: 200,
    headers: { 'content-type': 'application/json' },
    body: {
      sub: subjectOf(clientId, mailbox),
      ...(scopes.has('profile') ? { name: mailbox.displayName } : {}),
      ...(scopes.has('email') ? { email: mailbox.address } : {}),
    },
  };
}

function asResponse(error: unknown, ids: RequestIds): SandboxResponse {
  if (error instanceof GraphError) return errorResponse(error, ids);
  throw error;
}

/** From here on the client knows of every wait it was told, also of those inside a batch: but not where nothing is sent. */
async function respondOuter(request: SandboxRequest, occasion: Occasion): Promise<SandboxResponse> {
  const response = await respond(request, occasion);
  if (response.hang) return response;
  const { context, caller, told, requests } = occasion;
  const at = context.now().getTime();
  for (const { mailbox, until } of told) {
    const places = requests.get(mailbox) ?? 1;
    context.conduct.refuse({ clientId: caller.clientId, mailbox }, { at, until, places });
  }
  return response;
}

/** Refusals become answers; everything is logged, parts of a batch too. */
async function respond(request: SandboxRequest, occasion: Occasion): Promise<SandboxResponse> {
  const { context, mailbox, ids, told } = occasion;
  const started = performance.now();
  const response = await answer(request, occasion).catch((error: unknown) => asResponse(error, ids));
  if ((response.status === 429 || response.status === 503) && !isProfile(request)) {
    told.push({ mailbox: mailbox.address, until: waitUntil(response.headers, context.now()) });
  }
  note(context, request, { response, occasion, started });
  return response;
}

function note(
  context: SandboxContext,
  request: SandboxRequest,
  { response, occasion, started }: { response: SandboxResponse; occasion: Occasion | null; started: number },
): void {
  context.requests.add({
    at: context.now().toISOString(),
    method: request.method,
    path: request.url.pathname + request.url.search,
    status: response.hang ? 0 : response.status,
    mailbox: occasion?.mailbox.address ?? null,
    client_id: occasion?.caller.clientId ?? null,
    throttled: response.status === 429,
    prefer: request.headers.prefer ?? null,
    inner: occasion?.inner ?? false,
    duration_ms: Math.round((performance.now() - started) * 10) / 10,
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

function answer(request: SandboxRequest, occasion: Occasion): Promise<SandboxResponse> {
  const path = pathOf(request);
  // The envelope is the gateway's: only what is inside counts against a mailbox.
  if (/^\/\$batch\/?$/.test(path)) return faulty(request, occasion, () => answerBatch(request, occasion));
  if (isProfile(request)) return faulty(request, occasion, () => handled(request, occasion));
  return /^\/subscriptions(?=[/(]|$)/i.test(path)
    ? answerSubscriptions(request, occasion)
    : answerMail(request, occasion);
}

/** The subscription service has limits of its own, for the app in the tenant. */
async function answerSubscriptions(request: SandboxRequest, occasion: Occasion): Promise<SandboxResponse> {
  const { context, caller } = occasion;
  const { tenantId } = context.identity.account(caller.mailbox);
  const lists = request.method === 'GET' && /^\/subscriptions\/?$/i.test(pathOf(request));
  const kind = lists ? 'list' : 'other';
  context.limiter.countSubscriptions({ clientId: caller.clientId, tenantId, kind }, context.now());
  return faulty(request, occasion, () => handled(request, occasion));
}

async function answerMail(request: SandboxRequest, occasion: Occasion): Promise<SandboxResponse> {
  const { context, arrivedAt, requests } = occasion;
  const key = { clientId: occasion.caller.clientId, mailbox: occasion.mailbox.address };
  requests.set(key.mailbox, (requests.get(key.mailbox) ?? 0) + 1);
  const end = context.conduct.begin(key, arrivedAt);
  let leave = end;
  try {
    const release = context.limiter.enter({ ...key, bytes: request.body.length }, context.now());
    leave = () => {
      end();
      release();
    };
    const response = await faulty(request, occasion, () => handled(request, occasion));
    // A request that hangs holds its place until the client gives up.
    if (response.hang) return { ...response, closed: leave };
    leave();
    return response;
  } catch (error) {
    leave();
    throw error;
  }
}

/** A refusal of a handler is an answer like any other: a fault may cut it short. */
const handled = (request: SandboxRequest, occasion: Occasion): Promise<SandboxResponse> =>
  handle(request, occasion).catch((error: unknown) => asResponse(error, occasion.ids));

async function answerBatch(request: SandboxRequest, occasion: Occasion): Promise<SandboxResponse> {
  if (request.method !== 'POST') throw methodNotAllowed();
  needJson(request);
  refuseLarge(request, occasion.context);
  const hung: SandboxResponse[] = [];
  const body = await runBatch(request.body, async ({ method, path, headers, body: bytes }) => {
    const url = new URL(`/${versionOf(request)}/${path.replace(/^\//, '')}`, request.url.origin);
    const inner: SandboxRequest = { method, url, headers, body: bytes };
    const response = await respond(inner, innerOccasion(occasion, inner));
    if (response.hang) hung.push(response);
    return response;
  });
  // A part that hangs holds up the whole answer.
  if (hung.length > 0)
    return { status: 0, hang: true, closed: () => hung.forEach((one) => void one.closed?.()) };
  return { status: 200, headers: { 'content-type': 'application/json' }, body };
}
