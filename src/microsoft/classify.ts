// Reads what Graph's error answers mean. https://learn.microsoft.com/en-us/graph/errors
import { GraphError, type GraphErrorKind } from './errors.ts';

export type GraphAnswer = {
  status: number;
  /** Lower-case header names. */
  headers: Record<string, string | string[] | undefined>;
  /** The parsed body; undefined when it is not JSON (the edge answers in HTML or with nothing). */
  body: unknown;
};

// Casing varies and not all of these have been sighted for mail: any of them means the cursor is dead.
// https://learn.microsoft.com/en-us/graph/delta-query-overview#synchronization-reset
const SYNC_STATE_LOST = new Set([
  'syncstatenotfound',
  'syncstateinvalid',
  'resyncrequired',
  'errorsyncstatenotfound',
  'errorinvalidsyncstatedata',
]);
const THROTTLED = new Set([
  'toomanyrequests',
  'applicationthrottled',
  'activitylimitreached',
  'errorserverbusy',
]);
const MAILBOX_UNAVAILABLE = new Set([
  'mailboxnotenabledforrestapi',
  'mailboxnotsupportedforrestapi',
  'errorinvaliduser',
  'request_resourcenotfound',
  'resourcenotfound',
  'errornonexistentmailbox',
]);
const NOT_FOUND = new Set([
  'erroritemnotfound',
  'errorsyncfoldernotfound',
  'errorfoldernotfound',
  'itemnotfound',
  'errorattachmentnotfound',
  'errormessagenotfound',
]);

/** The error for an answer that is not a success. `now` dates a Retry-After given as a date. */
export function graphErrorOf(answer: GraphAnswer, now: Date = new Date()): GraphError {
  const code = errorCodeOf(answer.body);
  const retryAfterMs = retryAfterOf(answer.headers['retry-after'], now);
  const header = first(answer.headers['www-authenticate']) ?? '';
  const challenge = /\binsufficient_claims\b/.test(header) ? header : null;
  return new GraphError({
    kind: kindOf(answer, code?.toLowerCase() ?? null, retryAfterMs !== null),
    status: answer.status,
    graphCode: code,
    retryAfterMs,
    requestId: first(answer.headers['request-id']) ?? requestIdOf(answer.body),
    claimsChallenge: challenge !== null,
    claims: challenge && claimsOf(challenge),
    existingId: answer.status === 409 ? existingIdOf(answer.body) : null,
  });
}

function kindOf(answer: GraphAnswer, code: string | null, mayRetryLater: boolean): GraphErrorKind {
  const { status } = answer;
  if (status === 410 || (code !== null && SYNC_STATE_LOST.has(code))) return 'sync_state_lost';
  if (status === 429 || (code !== null && THROTTLED.has(code))) return 'throttled';
  if (status >= 500 && mayRetryLater) return 'throttled';
  if (status === 401) return 'unauthorized';
  if (status === 403) return 'forbidden';
  if (status === 404) return notFoundKind(code);
  if (status === 507) return 'rejected';
  return status >= 500 || status === 408 ? 'transient' : 'rejected';
}

// A 404 is taken for "deleted" only when Graph says so itself: its edge answers 404 with no body at times,
// and a mailbox without a licence answers 404 to everything.
function notFoundKind(code: string | null): GraphErrorKind {
  if (code === null) return 'transient';
  if (MAILBOX_UNAVAILABLE.has(code)) return 'mailbox_unavailable';
  return NOT_FOUND.has(code) ? 'not_found' : 'rejected';
}

/**
 * Milliseconds of a Retry-After: seconds, whole or fractional (both are seen), or an HTTP date. Null when it is
 * missing or unreadable; never negative.
 */
export function retryAfterOf(header: string | string[] | undefined, now: Date): number | null {
  const value = first(header)?.trim();
  if (!value) return null;
  if (/^\d+(\.\d+)?$/.test(value)) return Math.ceil(Number(value) * 1000);
  const at = Date.parse(value);
  return Number.isNaN(at) ? null : Math.max(0, at - now.getTime());
}

const MEANT = [SYNC_STATE_LOST, THROTTLED, MAILBOX_UNAVAILABLE, NOT_FOUND];

/** The innermost code that we know, or else the outermost: codes inside say more, and unknown ones may be added. */
function errorCodeOf(body: unknown): string | null {
  const codes: string[] = [];
  for (let error = property(body, 'error'); error !== undefined; error = innerErrorOf(error)) {
    const code = property(error, 'code');
    if (typeof code === 'string' && code !== '') codes.push(code);
  }
  return codes.findLast((code) => MEANT.some((set) => set.has(code.toLowerCase()))) ?? codes[0] ?? null;
}

function innerErrorOf(error: unknown): unknown {
  return property(error, 'innerError') ?? property(error, 'innererror');
}

// https://learn.microsoft.com/en-us/entra/identity-platform/claims-challenge#claims-challenge-header-format
function claimsOf(challenge: string): string | null {
  const [, encoded] = /\bclaims="([^"]+)"/.exec(challenge) ?? [];
  const claims = encoded === undefined ? '' : Buffer.from(encoded, 'base64').toString();
  return claims.startsWith('{') ? claims : null;
}

// "Subscription Id <guid> already exists for the requested combination": the id stands nowhere but in the words.
// https://learn.microsoft.com/en-us/graph/api/subscription-post-subscriptions#response
function existingIdOf(body: unknown): string | null {
  const message = property(property(body, 'error'), 'message');
  const [id] = String(message ?? '').match(/[\da-f]{8}(?:-[\da-f]{4}){3}-[\da-f]{12}/i) ?? [];
  return id ?? null;
}

function requestIdOf(body: unknown): string | null {
  const id = property(innerErrorOf(property(body, 'error')), 'request-id');
  return typeof id === 'string' ? id : null;
}

function property(value: unknown, name: string): unknown {
  return typeof value === 'object' && value !== null ? (value as Record<string, unknown>)[name] : undefined;
}

function first(value: string | string[] | undefined): string | undefined {
  return Array.isArray(value) ? value[0] : value;
}
