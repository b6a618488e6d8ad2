// The one place where an error becomes an answer: application/problem+json (RFC 9457) with a stable code.
// https://www.rfc-editor.org/rfc/rfc9457
import type { Context, Hono, NotFoundHandler } from 'hono';
import { HTTPException } from 'hono/http-exception';
import type { ContentfulStatusCode } from 'hono/utils/http-status';

import { CelesteError } from '#base/errors.ts';

import { isDatabaseAway, isDatabaseFull } from '#db/trouble.ts';

import type { AppEnv } from './context.ts';

const STATUS_OF_CODE: Record<string, ContentfulStatusCode> = {
  invalid_request: 400,
  invalid_cursor: 400,
  state_unknown: 400,
  state_expired: 400,
  state_used: 400,
  consent_declined: 400,
  sign_in_required: 401,
  wrong_password: 401,
  token_invalid: 401,
  token_expired: 401,
  account_unknown: 401,
  account_suspended: 403,
  not_aboard: 403,
  not_allowed: 403,
  cross_site: 403,
  state_foreign: 403,
  not_found: 404,
  watcher_not_found: 404,
  yacht_not_found: 404,
  method_not_allowed: 405,
  conflict: 409,
  account_mismatch: 409,
  attachment_is_link: 409,
  azure_app_missing: 409,
  mailbox_in_use: 409,
  mailbox_shared: 409,
  mailbox_unopened: 409,
  scopes_missing: 409,
  shared_forbidden: 403,
  shared_not_found: 404,
  not_connected: 409,
  paused: 409,
  reauth_required: 409,
  graph_not_found: 404,
  too_large: 413,
  too_many_requests: 429,
  identity_person_must_act: 409,
  issuer_unreachable: 503,
  notification_not_stored: 503,
  tenant_unavailable: 503,
  tenant_not_prepared: 503,
  tenant_not_configured: 503,
  throttled: 503,
};

/** What Microsoft did wrong, or did not do. */
const MICROSOFT_CODE = /^(graph|identity)_/;

const TITLE_OF_STATUS: Record<number, string> = {
  400: 'The request is not understood',
  401: 'Sign in first',
  403: 'Not allowed',
  404: 'Not found',
  405: 'Not done in this way',
  409: 'It cannot be done as things stand',
  413: 'Too large',
  415: 'Not JSON',
  429: 'Too many requests',
  500: 'Something went wrong here',
  502: 'Microsoft did not answer as it should',
  503: 'Not available at the moment',
};

type Problem = { status: ContentfulStatusCode; code: string; detail: string; advice: string | null };

/** Answers with an error; `app.onError` of every API. What is our own fault is logged, with the request's id. */
export function problemResponse(error: unknown, c: Context<AppEnv>): Response {
  return respond(c, problemOf(error, c));
}

/** The code of an error, for an answer that is no problem; logged in the same way. */
export function codeOf(error: unknown, c: Context<AppEnv>): string {
  return problemOf(error, c).code;
}

function problemOf(error: unknown, c: Context<AppEnv>): Problem {
  const requestId = requestIdOf(c);
  const problem = toProblem(error, requestId);
  if (problem.status >= 500) {
    c.get('log')?.error({ err: error, request_id: requestId, code: problem.code }, 'request failed');
  }
  return problem;
}

const requestIdOf = (c: Context<AppEnv>) => c.get('requestId') ?? 'unknown';

/**
 * `app.notFound` for paths that are no page of the web client. A path that answers other methods says which.
 * https://www.rfc-editor.org/rfc/rfc9110#name-405-method-not-allowed
 */
export function noRouteResponse({ router }: Pick<Hono<AppEnv>, 'router'>): NotFoundHandler<AppEnv> {
  return (c) => {
    const { method, path } = c.req;
    const allowed = METHODS.filter((each) => hasRoute(router, each, path));
    if (allowed.length === 0) {
      const detail = `There is nothing at ${method} ${path}.`;
      return respond(c, { status: 404, code: 'not_found', detail, advice: 'See /docs for what there is.' });
    }
    // Whoever may GET may ask for the head alone.
    const allow = allowed.flatMap((each) => (each === 'GET' ? ['GET', 'HEAD'] : [each])).join(', ');
    c.header('Allow', allow);
    const detail = `${path} does not answer ${method}.`;
    return respond(c, { status: 405, code: 'method_not_allowed', detail, advice: `It answers ${allow}.` });
  };
}

const METHODS = ['GET', 'POST', 'PUT', 'PATCH', 'DELETE'] as const;

/** Guards stand at every method, and the page of the web client at every path: neither is a route of its own. */
function hasRoute(router: Hono<AppEnv>['router'], method: string, path: string): boolean {
  return router
    .match(method, path)[0]
    .some(([[, route]]) => route.method === method && !/\*$/.test(route.path));
}

function toProblem(error: unknown, requestId: string): Problem {
  if (error instanceof CelesteError) {
    const { code, message, advice } = error;
    return { status: statusOf(code), code, detail: message, advice: advice ?? null };
  }
  if (error instanceof HTTPException) {
    return { status: error.status, code: codeOfStatus(error.status), detail: error.message, advice: null };
  }
  const trouble = databaseTrouble(error);
  if (trouble) return trouble;
  return {
    status: 500,
    code: 'internal',
    detail: 'The service met something it did not expect. Nothing was half done.',
    advice: `Try again. If it stays, give the operator this number: ${requestId}.`,
  };
}

function databaseTrouble(error: unknown): Problem | null {
  if (isDatabaseAway(error)) {
    const detail = 'The database cannot be reached at the moment. What was saved is safe.';
    const advice = 'It comes back by itself; reload in a minute.';
    return { status: 503, code: 'database_unavailable', detail, advice };
  }
  if (!isDatabaseFull(error)) return null;
  const detail = 'The database has no room left. Nothing was changed.';
  const advice = 'Whoever runs Celeste Mail has to make room; then it goes on by itself.';
  return { status: 503, code: 'database_full', detail, advice };
}

function statusOf(code: string): ContentfulStatusCode {
  return STATUS_OF_CODE[code] ?? (MICROSOFT_CODE.test(code) ? 502 : 500);
}

function codeOfStatus(status: number): string {
  if (status === 400) return 'invalid_request';
  if (status === 413) return 'too_large';
  if (status === 415) return 'unsupported_media_type';
  return status === 404 ? 'not_found' : 'http_error';
}

function respond(c: Context<AppEnv>, problem: Problem): Response {
  const { status, code, detail, advice } = problem;
  const title = TITLE_OF_STATUS[status] ?? 'The request failed';
  const body = {
    type: `urn:celeste-mail:problem:${code}`,
    title,
    status,
    detail,
    code,
    advice,
    request_id: requestIdOf(c),
  };
  c.header('Cache-Control', 'no-store');
  return c.body(JSON.stringify(body), status, { 'Content-Type': 'application/problem+json' });
}
