// Bearer tokens of an issuer the operator trusts (Supabase, any OpenID provider): who they say is asking.
// https://www.rfc-editor.org/rfc/rfc8725 (restrict the algorithms, check issuer and audience)
import { createHash } from 'node:crypto';

import {
  createRemoteJWKSet,
  decodeProtectedHeader,
  errors,
  type JWTPayload,
  type JWTVerifyOptions,
  jwtVerify,
} from 'jose';

import type { Clock } from '#base/clock.ts';
import { CelesteError } from '#base/errors.ts';
import type { BearerConfig } from '#config/config.ts';

/** `userId` is the token's `sub`; `sessionId` tells one sign-in of that person from another. */
export type Bearer = { userId: string; sessionId: string };

/**
 * Reads the token of an `Authorization: Bearer` header.
 *
 * @throws CelesteError `token_invalid`, `token_expired`, `issuer_unreachable`
 */
export type VerifyBearer = (token: string) => Promise<Bearer>;

const SIGNED_BY_ISSUER = [
  'RS256',
  'RS384',
  'RS512',
  'PS256',
  'PS384',
  'PS512',
  'ES256',
  'ES384',
  'EdDSA',
  'Ed25519',
];
const CLOCK_TOLERANCE_SECONDS = 5;
const UUID = /^[0-9a-f]{8}-([0-9a-f]{4}-){3}[0-9a-f]{12}$/i;

/** A verifier for the configured issuer; with none (`null`) every bearer token is refused. */
export function createBearerVerifier(config: BearerConfig | null, clock: Clock): VerifyBearer {
  if (!config) return refuseAll;
  const secret = config.jwtSecret === null ? null : new TextEncoder().encode(config.jwtSecret);
  const keys = config.jwksUrl === null ? null : createRemoteJWKSet(new URL(config.jwksUrl));
  return async (token) => {
    const options: JWTVerifyOptions = {
      requiredClaims: ['sub', 'exp'],
      clockTolerance: CLOCK_TOLERANCE_SECONDS,
      currentDate: clock.now(),
      ...(config.issuer !== null && { issuer: config.issuer }),
      ...(config.audience !== null && { audience: config.audience }),
    };
    try {
      const shared = secret && algorithmOf(token) === 'HS256';
      if (shared)
        return bearerOf((await jwtVerify(token, secret, { ...options, algorithms: ['HS256'] })).payload);
      if (!keys) throw invalid('it is not signed as AUTH_JWT_SECRET needs (HS256)');
      return bearerOf((await jwtVerify(token, keys, { ...options, algorithms: SIGNED_BY_ISSUER })).payload);
    } catch (error) {
      throw translate(error);
    }
  };
}

function algorithmOf(token: string): string | undefined {
  try {
    return decodeProtectedHeader(token).alg;
  } catch (error) {
    throw invalid('it is not a JWT', error);
  }
}

const refuseAll: VerifyBearer = async () => {
  throw invalid('no issuer of bearer tokens is configured here');
};

/** Supabase names the session `session_id`, OpenID providers `sid`; else all of a person's tokens are one. */
function bearerOf(claims: JWTPayload): Bearer {
  const userId = claims.sub ?? '';
  if (!UUID.test(userId)) throw invalid("its subject is not a user's id");
  const named = claims.session_id ?? claims.sid;
  const session = typeof named === 'string' && named !== '' ? named : userId;
  const sessionId = `bearer:${createHash('sha256').update(session).digest('base64url')}`;
  return { userId: userId.toLowerCase(), sessionId };
}

function translate(error: unknown): unknown {
  if (error instanceof errors.JWTExpired) {
    return new CelesteError('token_expired', 'The bearer token has expired.', { advice: 'Get a new one.' });
  }
  if (error instanceof errors.JWKSTimeout || isTransport(error)) {
    return new CelesteError(
      'issuer_unreachable',
      "The issuer's keys could not be read, so nobody can be let in.",
      {
        advice: 'Try again in a minute. The operator checks AUTH_JWKS_URL.',
        cause: error,
      },
    );
  }
  if (error instanceof errors.JOSEError) return invalid(reasonOf(error), error);
  return error;
}

/** What `fetch` and an issuer that answers with an error page lead to. */
function isTransport(error: unknown): boolean {
  return (error instanceof TypeError && error.message === 'fetch failed') || isGenericJoseError(error);
}

function isGenericJoseError(error: unknown): boolean {
  return error instanceof errors.JOSEError && error.code === 'ERR_JOSE_GENERIC';
}

function reasonOf(error: InstanceType<typeof errors.JOSEError>): string {
  if (error instanceof errors.JWTClaimValidationFailed)
    return `its claim "${error.claim}" is not the one expected`;
  if (error instanceof errors.JWSSignatureVerificationFailed) return 'its signature is not right';
  return 'it is not a token of the configured issuer';
}

function invalid(reason: string, cause?: unknown): CelesteError {
  return new CelesteError('token_invalid', `The bearer token is not accepted: ${reason}.`, {
    advice: 'Sign in again at the issuer and send its token.',
    cause,
  });
}
