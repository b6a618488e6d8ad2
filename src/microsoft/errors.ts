// The boundary to Microsoft: everything its two services answer that is not a success becomes one of the two
// errors here, with a `kind` the rest of the product branches on.
import { CelesteError, type ErrorDetails } from '#base/errors.ts';

/**
 * What a refusal of Graph means for us:
 *   throttled            wait until `retryAfterMs` is over, for the whole mailbox
 *   unauthorized         the access token is not accepted
 *   forbidden            a permission is missing, for good
 *   not_found            this item or folder does not exist (any more)
 *   mailbox_unavailable  the mailbox is not licensed yet, inactive or on premises
 *   sync_state_lost      a delta link died: that folder starts again
 *   rejected             our request is wrong; repeating it will not help
 *   malformed            the answer is not what Graph promises: cut off, empty, HTML
 *   transient            passing: 5xx, a timeout, a dropped connection
 */
export type GraphErrorKind =
  | 'throttled'
  | 'unauthorized'
  | 'forbidden'
  | 'not_found'
  | 'mailbox_unavailable'
  | 'sync_state_lost'
  | 'rejected'
  | 'malformed'
  | 'transient';

export type GraphFault = {
  kind: GraphErrorKind;
  status: number | null;
  /** `error.code` as Graph spells it. */
  graphCode?: string | null;
  retryAfterMs?: number | null;
  requestId?: string | null;
  /** True when Graph wants a new sign-in (continuous access evaluation), not just a new token. */
  claimsChallenge?: boolean;
  /** What it wants of that sign-in, JSON. */
  claims?: string | null;
  /** On a 409: the id of what is there already, out of Graph's message. */
  existingId?: string | null;
  cause?: unknown;
};

/** What each kind is called, and what to do about it where nothing better is known. */
export const GRAPH_WORDS: Record<GraphErrorKind, { message: string; advice: string }> = {
  throttled: {
    message: 'Microsoft asks us to slow down for this mailbox.',
    advice: 'Nothing to do: the sync goes on by itself when the wait is over.',
  },
  unauthorized: {
    message: 'Microsoft does not accept our access to this mailbox.',
    advice: 'Try again in a few minutes; if it stays, disconnect Outlook and connect it again.',
  },
  forbidden: {
    message: 'Microsoft says we may not read this mailbox.',
    advice:
      'Disconnect Outlook and connect it again, accepting every permission; ask your administrator if it stays.',
  },
  not_found: {
    message: 'Microsoft no longer has this item.',
    advice: 'It was probably deleted or moved; the next sync shows it where it is.',
  },
  mailbox_unavailable: {
    message: 'This mailbox is not available to apps: not licensed yet, inactive, or not in Microsoft 365.',
    advice: 'A new licence takes up to an hour. If it stays, ask whoever runs your Microsoft 365.',
  },
  sync_state_lost: {
    message: 'Microsoft forgot where we were in this folder.',
    advice: 'Nothing to do: the folder is read again from its start.',
  },
  rejected: {
    message: 'Microsoft refused a request of ours.',
    advice: 'This is a fault of ours: report it with the request id from the log.',
  },
  malformed: {
    message: 'Microsoft answered with something unreadable.',
    advice: 'Nothing to do: it is tried again.',
  },
  transient: {
    message: 'Microsoft could not be reached or could not answer.',
    advice: 'Nothing to do: it is tried again.',
  },
};

/** A refusal or a failure of Microsoft Graph. `code` is `graph_<kind>`. */
export class GraphError extends CelesteError {
  readonly kind: GraphErrorKind;
  readonly status: number | null;
  readonly graphCode: string | null;
  readonly retryAfterMs: number | null;
  readonly requestId: string | null;
  readonly claimsChallenge: boolean;
  readonly claims: string | null;
  readonly existingId: string | null;

  constructor(fault: GraphFault) {
    const details: ErrorDetails = { advice: GRAPH_WORDS[fault.kind].advice };
    if (fault.cause !== undefined) details.cause = fault.cause;
    super(`graph_${fault.kind}`, GRAPH_WORDS[fault.kind].message, details);
    this.name = 'GraphError';
    this.kind = fault.kind;
    this.status = fault.status;
    this.graphCode = fault.graphCode ?? null;
    this.retryAfterMs = fault.retryAfterMs ?? null;
    this.requestId = fault.requestId ?? null;
    this.claimsChallenge = fault.claimsChallenge ?? false;
    this.claims = fault.claims ?? null;
    this.existingId = fault.existingId ?? null;
  }
}

/** True when `error` is Graph's and of one of these kinds. */
export function isGraphError(error: unknown, ...kinds: GraphErrorKind[]): error is GraphError {
  return error instanceof GraphError && (kinds.length === 0 || kinds.includes(error.kind));
}

/** Who can mend a refused sign-in: the mailbox's owner, whoever runs this service, or time. */
export type IdentityErrorKind = 'person_must_act' | 'operator' | 'transient';

export type IdentityFault = {
  kind: IdentityErrorKind;
  /** OAuth's `error`, the only thing to branch on. */
  error: string;
  /** Microsoft's numbers (AADSTS…): for people and logs only, they change without notice. */
  errorCodes?: number[];
  suberror?: string | null;
  /** What Microsoft wants of the next sign-in, JSON: it goes back there as it came. */
  claims?: string | null;
  requestId?: string | null;
  cause?: unknown;
};

export const IDENTITY_WORDS: Record<IdentityErrorKind, { message: string; advice: string }> = {
  person_must_act: {
    message: 'Microsoft wants you to sign in again.',
    advice: 'Connect Outlook again.',
  },
  operator: {
    message: 'Microsoft refuses this service itself, not your account.',
    advice:
      'Tell whoever runs Celeste Mail: the Azure app id, its secret or its permissions are wrong. `celeste doctor` says which.',
  },
  transient: {
    message: "Microsoft's sign-in could not be reached or could not answer.",
    advice: 'Nothing to do: it is tried again.',
  },
};

/** A refusal or a failure of the Microsoft identity platform. `code` is `identity_<kind>`. */
export class IdentityError extends CelesteError {
  readonly kind: IdentityErrorKind;
  readonly error: string;
  readonly errorCodes: number[];
  readonly suberror: string | null;
  readonly claims: string | null;
  readonly requestId: string | null;

  constructor(fault: IdentityFault) {
    const numbers = fault.errorCodes?.length ? ` (AADSTS${fault.errorCodes.join(', ')})` : '';
    const details: ErrorDetails = { advice: `${IDENTITY_WORDS[fault.kind].advice}${numbers}` };
    if (fault.cause !== undefined) details.cause = fault.cause;
    super(`identity_${fault.kind}`, IDENTITY_WORDS[fault.kind].message, details);
    this.name = 'IdentityError';
    this.kind = fault.kind;
    this.error = fault.error;
    this.errorCodes = fault.errorCodes ?? [];
    this.suberror = fault.suberror ?? null;
    this.claims = fault.claims ?? null;
    this.requestId = fault.requestId ?? null;
  }
}
