// How the identity platform says no.
// https://learn.microsoft.com/en-us/entra/identity-platform/reference-error-codes
import { randomUUID } from 'node:crypto';

import type { SandboxResponse } from '../http.ts';

export type AadErrorOptions = { suberror?: string; status?: number; claims?: string };

/** A refusal with its AADSTS number; the endpoints turn it into JSON, a redirect or a page. */
export class AadError extends Error {
  readonly number: number;
  readonly error: string;
  readonly options: AadErrorOptions;

  constructor(number: number, error: string, message: string, options: AadErrorOptions = {}) {
    super(message);
    this.name = 'AadError';
    this.number = number;
    this.error = error;
    this.options = options;
  }
}

const stamp = (now: Date) => `${now.toISOString().slice(0, 19).replace('T', ' ')}Z`;

/** The long text with trace and correlation ids that Microsoft puts into `error_description`. */
export function describeAadError(
  error: AadError,
  now: Date,
  ids: { trace: string; correlation: string } = { trace: randomUUID(), correlation: randomUUID() },
) {
  return (
    `AADSTS${error.number}: ${error.message} Trace ID: ${ids.trace} Correlation ID: ${ids.correlation} ` +
    `Timestamp: ${stamp(now)}`
  );
}

/** The token endpoint's answer: every field, always. */
export function tokenError(
  error: AadError,
  request: { origin: string; correlation?: string },
  now: Date,
): SandboxResponse {
  const ids = { trace: randomUUID(), correlation: request.correlation ?? randomUUID() };
  const { suberror, claims, status } = error.options;
  return {
    status: status ?? (error.error === 'invalid_client' ? 401 : 400),
    headers: { ...TOKEN_HEADERS, 'x-ms-request-id': ids.trace },
    body: {
      error: error.error,
      error_description: describeAadError(error, now, ids),
      error_codes: [error.number],
      timestamp: stamp(now),
      trace_id: ids.trace,
      correlation_id: ids.correlation,
      error_uri: `${request.origin}/error?code=${error.number}`,
      ...(suberror ? { suberror } : {}),
      ...(claims ? { claims } : {}),
    },
  };
}

export const TOKEN_HEADERS = {
  'content-type': 'application/json; charset=utf-8',
  'cache-control': 'no-store, no-cache',
  pragma: 'no-cache',
  expires: '-1',
  'strict-transport-security': 'max-age=31536000; includeSubDomains',
  'x-content-type-options': 'nosniff',
  'x-ms-ests-server': '2.1.99999.1 - SANDBOX',
  'x-ms-clitelem': '1,0,0,,',
};
