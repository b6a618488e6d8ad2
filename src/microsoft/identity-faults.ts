// What a refusal of the identity platform means: by OAuth's `error` alone, never by its text or numbers.
// https://learn.microsoft.com/en-us/entra/identity-platform/reference-error-codes#handling-error-codes-in-your-application
import { errors as joseErrors } from 'jose';
import {
  AuthorizationResponseError,
  ClientError,
  ResponseBodyError,
  WWWAuthenticateChallengeError,
} from 'openid-client';

import { IdentityError, type IdentityErrorKind } from './errors.ts';

const KINDS: Record<string, IdentityErrorKind> = {
  invalid_grant: 'person_must_act',
  interaction_required: 'person_must_act',
  consent_required: 'person_must_act',
  login_required: 'person_must_act',
  access_denied: 'person_must_act',
  invalid_client: 'operator',
  unauthorized_client: 'operator',
  invalid_scope: 'operator',
  invalid_request: 'operator',
  invalid_resource: 'operator',
  unsupported_grant_type: 'operator',
  unsupported_response_type: 'operator',
  temporarily_unavailable: 'transient',
  server_error: 'transient',
};

/** Who can mend this OAuth `error`. An unknown one is ours to look at, never the person's to suffer for. */
export function identityKindOf(error: string, status: number): IdentityErrorKind {
  if (status >= 500 || status === 429) return 'transient';
  return KINDS[error] ?? 'operator';
}

/** Translates whatever openid-client or jose throws. */
export function identityErrorOf(error: unknown): IdentityError {
  if (error instanceof IdentityError) return error;
  if (error instanceof ResponseBodyError) return refusal(error);
  if (error instanceof AuthorizationResponseError) {
    return new IdentityError({ kind: identityKindOf(error.error, 400), error: error.error });
  }
  if (error instanceof WWWAuthenticateChallengeError) {
    return new IdentityError({
      kind: error.status >= 500 ? 'transient' : 'operator',
      error: 'invalid_client',
    });
  }
  // Keys that cannot be fetched are a passing fault; a token that does not hold never is.
  if (error instanceof joseErrors.JOSEError && !isKeyFetchFault(error)) {
    return new IdentityError({ kind: 'operator', error: 'invalid_id_token', cause: error });
  }
  if (error instanceof ClientError && isForeignMetadata(error)) {
    return new IdentityError({ kind: 'operator', error: 'invalid_metadata', cause: error });
  }
  return new IdentityError({ kind: 'transient', error: 'unreachable', cause: error });
}

function refusal(error: ResponseBodyError): IdentityError {
  const body = error.cause as Record<string, unknown>;
  const text = (value: unknown) => (typeof value === 'string' ? value : null);
  const codes = Array.isArray(body.error_codes) ? body.error_codes : [];
  return new IdentityError({
    kind: identityKindOf(error.error, error.status),
    error: error.error,
    errorCodes: codes.filter((code): code is number => typeof code === 'number'),
    suberror: text(body.suberror),
    claims: text(body.claims),
    requestId: text(body.trace_id) ?? text(body.correlation_id),
  });
}

function isKeyFetchFault(error: joseErrors.JOSEError): boolean {
  return error instanceof joseErrors.JWKSTimeout || error.code === 'ERR_JOSE_GENERIC';
}

function isForeignMetadata(error: ClientError): boolean {
  return (
    error.code === 'OAUTH_HTTP_REQUEST_FORBIDDEN' || error.code === 'OAUTH_JSON_ATTRIBUTE_COMPARISON_FAILED'
  );
}
