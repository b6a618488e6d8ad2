// How Graph says no: status, code and message as the service words them.
// https://learn.microsoft.com/en-us/graph/errors
import { randomUUID } from 'node:crypto';

import type { SandboxResponse } from '../http.ts';

export class GraphError extends Error {
  readonly status: number;
  readonly code: string;
  readonly headers: Record<string, string>;
  readonly inner: Record<string, unknown>;

  constructor(
    status: number,
    code: string,
    message: string,
    { headers = {}, inner = {} }: { headers?: Record<string, string>; inner?: Record<string, unknown> } = {},
  ) {
    super(message);
    this.name = 'GraphError';
    this.status = status;
    this.code = code;
    this.headers = headers;
    this.inner = inner;
  }
}

export type RequestIds = { requestId: string; clientRequestId: string; now: Date };

export const newRequestIds = (clientRequestId: string | undefined, now: Date): RequestIds => {
  const requestId = randomUUID();
  return { requestId, clientRequestId: clientRequestId ?? requestId, now };
};

export function errorBody(error: { code: string; message: string; inner?: object }, ids: RequestIds) {
  return {
    error: {
      code: error.code,
      message: error.message,
      innerError: {
        ...error.inner,
        date: ids.now.toISOString().slice(0, 19),
        'request-id': ids.requestId,
        'client-request-id': ids.clientRequestId,
      },
    },
  };
}

export function errorResponse(error: GraphError, ids: RequestIds): SandboxResponse {
  return {
    status: error.status,
    headers: { 'content-type': 'application/json', ...error.headers },
    body: errorBody(error, ids),
  };
}

export const itemNotFound = () =>
  new GraphError(404, 'ErrorItemNotFound', 'The specified object was not found in the store.');

export const idMalformed = () => new GraphError(400, 'ErrorInvalidIdMalformed', 'Id is malformed.');

export const accessDenied = () =>
  new GraphError(403, 'ErrorAccessDenied', 'Access is denied. Check credentials and try again.');

export const badRequest = (message: string) => new GraphError(400, 'BadRequest', message);

/** An OData URI that cannot be parsed against the model: unknown property and the like. */
export const parseUri = (message: string) => new GraphError(400, 'RequestBroker--ParseUri', message);

export const unknownProperty = (name: string, type: string) =>
  parseUri(`Could not find a property named '${name}' on type 'Microsoft.OutlookServices.${type}'.`);

export const methodNotAllowed = () =>
  new GraphError(405, 'Request_BadRequest', 'Specified HTTP method is not allowed for the request target.');

export const segmentNotFound = (segment: string) =>
  new GraphError(400, 'BadRequest', `Resource not found for the segment '${segment}'.`);

const AUTHENTICATE =
  'Bearer realm="", authorization_uri="https://login.microsoftonline.com/common/oauth2/authorize", ' +
  'client_id="00000003-0000-0000-c000-000000000000"';

export const unauthorized = (message: string) =>
  new GraphError(401, 'InvalidAuthenticationToken', message, {
    headers: { 'www-authenticate': AUTHENTICATE },
  });

/** https://learn.microsoft.com/en-us/entra/identity-platform/claims-challenge */
export const claimsChallenge = (claims: string) =>
  new GraphError(401, 'InvalidAuthenticationToken', 'Continuous access evaluation resulted in challenge.', {
    headers: {
      'www-authenticate':
        'Bearer realm="", authorization_uri="https://login.microsoftonline.com/common/oauth2/authorize", ' +
        `error="insufficient_claims", claims="${Buffer.from(claims).toString('base64')}"`,
    },
  });
