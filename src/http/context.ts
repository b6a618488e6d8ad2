// What every route shares: the request's context, how a router is made, how dates and problems look.
import { OpenAPIHono, z } from '@hono/zod-openapi';
import type { Context } from 'hono';

import { CelesteError } from '#base/errors.ts';
import type { Log } from '#base/log.ts';
import type { Principal } from '#directory/principal.ts';
import type { TenantScope } from '#tenants/tenants.ts';

export type AppEnv = {
  Variables: {
    /** Set by `requirePrincipal`: present in every route under it. */
    principal: Principal;
    requestId: string;
    log: Log;
  };
};

/** An empty router whose validation failures become `invalid_request`, naming the field. */
export function newRoutes(): OpenAPIHono<AppEnv> {
  return new OpenAPIHono<AppEnv>({
    defaultHook: (result) => {
      if (!result.success) throw invalidRequest(result.error);
    },
  });
}

type Issues = { issues: readonly { path: readonly PropertyKey[]; message: string }[] };

/** The first thing wrong with a request, as an error a person can read. */
export function invalidRequest(error: Issues): CelesteError {
  const issue = error.issues[0];
  const field = issue?.path.map(String).join('.') || 'body';
  return new CelesteError('invalid_request', `${field}: ${issue?.message ?? 'not understood'}`, {
    advice: `Check "${field}" against /docs and send the request again.`,
  });
}

/** The rows a request may touch: its person, on their yacht. */
export function scopeOf(c: Context<AppEnv>): TenantScope {
  const { yachtId, userId, role } = c.get('principal');
  return { yachtId, caller: { kind: 'person', userId, role } };
}

export const ProblemSchema = z
  .object({
    type: z.string(),
    title: z.string(),
    status: z.number().int(),
    detail: z.string(),
    code: z.string().openapi({ description: 'Stable: programs may depend on it.' }),
    advice: z.string().nullable(),
    request_id: z.string(),
  })
  .openapi('Problem');

/** The part of a problem that stands inside other answers: what is wrong with a mailbox, and what to do. */
export const TroubleSchema = z
  .object({ code: z.string(), message: z.string(), advice: z.string().nullable() })
  .openapi('Trouble');

const PROBLEM_TITLES = {
  400: 'The request is not understood',
  401: 'Nobody is signed in',
  403: 'Not allowed',
  404: 'There is no such thing, or you may not see it',
  409: 'It cannot be done as things stand',
  429: 'Too many requests',
  502: 'Microsoft did not answer as it should',
} as const;

type Problems<S extends keyof typeof PROBLEM_TITLES> = {
  [K in S]: {
    description: string;
    content: { 'application/problem+json': { schema: typeof ProblemSchema } };
  };
};

/** The refusals of a route, for its OpenAPI description: `responses: { 200: …, ...problems(401, 404) }`. */
export function problems<const S extends keyof typeof PROBLEM_TITLES>(...statuses: S[]): Problems<S> {
  const entries = statuses.map((status) => [
    status,
    {
      description: PROBLEM_TITLES[status],
      content: { 'application/problem+json': { schema: ProblemSchema } },
    },
  ]);
  return Object.fromEntries(entries) as Problems<S>;
}

/** A JSON answer, for a route's OpenAPI description. */
export function json<T extends z.ZodType>(schema: T, description: string) {
  return { description, content: { 'application/json': { schema } } };
}

/** The JSON a request must bring, for a route's OpenAPI description. */
export function jsonBody<T extends z.ZodType>(schema: T) {
  return { required: true, content: { 'application/json': { schema } } };
}
