// The door to better-auth: only the paths that are used here, told who is calling, and refusing in our words.
import { isIP } from 'node:net';

import type { HttpBindings } from '@hono/node-server';
import { getConnInfo } from '@hono/node-server/conninfo';
import { type OpenAPIHono, z } from '@hono/zod-openapi';
import type { Context, Handler } from 'hono';

import { CelesteError } from '#base/errors.ts';
import { CLIENT_ADDRESS_HEADER } from '#directory/auth.ts';

import { type AppEnv, problems } from './context.ts';

const PASSWORD = z.string().openapi({ format: 'password' });
const REVOKE = z.boolean().optional().openapi({ description: 'Also ends every other session.' });

type Door = { method?: 'get'; summary: string; body?: z.ZodObject; open?: true };
const DOORS: Record<string, Door> = {
  '/api/auth/sign-in/email': {
    summary: 'Sign in with e-mail and password; sets the session cookie',
    body: z.object({ email: z.email(), password: PASSWORD }),
    open: true,
  },
  '/api/auth/demo/sign-in': {
    summary: 'Sign in as one of the demo crew; in demo mode only',
    body: z.object({ user_id: z.uuid() }),
    open: true,
  },
  '/api/auth/get-session': { method: 'get', summary: 'The session of the cookie, or null', open: true },
  '/api/auth/sign-out': { summary: 'Sign out' },
  '/api/auth/change-password': {
    summary: 'Change the password',
    body: z.object({ currentPassword: PASSWORD, newPassword: PASSWORD, revokeOtherSessions: REVOKE }),
  },
  '/api/auth/revoke-other-sessions': { summary: 'Sign out everywhere else' },
};

export const SIGN_IN_DOORS = Object.entries(DOORS).map(([path, { method = 'post' }]) => ({
  method: method.toUpperCase(),
  path,
}));

/** Adds the sign-in paths to the description of the interface; better-auth parses and answers them itself. */
export function describeSignIn({ openAPIRegistry }: OpenAPIHono<AppEnv>): void {
  for (const [path, { method = 'post', summary, body, open }] of Object.entries(DOORS)) {
    openAPIRegistry.registerPath({
      method,
      path,
      tags: ['Sign-in'],
      summary,
      security: open ? [] : [{ session: [] }],
      ...(body && { request: { body: { content: { 'application/json': { schema: body } } } } }),
      responses: { 200: { description: 'Done' }, ...problems(400, 401, 429) },
    });
  }
}

/** Passes a request on to better-auth and turns its refusals into problems. */
export function signIn(handle: (request: Request) => Promise<Response>): Handler<AppEnv> {
  return async (c) => {
    const headers = new Headers(c.req.raw.headers);
    headers.set(CLIENT_ADDRESS_HEADER, clientAddress(c));
    const answer = await handle(new Request(c.req.raw, { headers }));
    if (answer.ok) return answer;
    const retryAfter = answer.headers.get('x-retry-after');
    if (retryAfter) c.header('Retry-After', retryAfter);
    throw refusal(answer.status, await codeOf(answer));
  };
}

/**
 * The address whose sign-in attempts are counted: the connection's own or, where that is a proxy on our
 * private network, the last one the proxy wrote down. What the client itself claims is never believed.
 */
function clientAddress(c: Context<AppEnv>): string {
  const served = (c.env as Partial<HttpBindings> | undefined)?.incoming !== undefined;
  const peer = served ? (getConnInfo(c).remote.address ?? '') : '';
  const forwarded = c.req.header('x-forwarded-for')?.split(',').at(-1)?.trim() ?? '';
  if (isPrivate(peer) && isIP(forwarded) > 0) return forwarded;
  return isIP(peer) > 0 ? peer : '127.0.0.1';
}

function isPrivate(address: string): boolean {
  return /^(::ffff:)?(127\.|10\.|192\.168\.|172\.(1[6-9]|2\d|3[01])\.|169\.254\.)|^::1$|^f[cd]|^fe80:/i.test(
    address,
  );
}

async function codeOf(answer: Response): Promise<string> {
  const text = await answer.text();
  if (!text.startsWith('{')) return '';
  const { code } = JSON.parse(text) as { code?: unknown };
  return typeof code === 'string' ? code.toLowerCase() : '';
}

function refusal(status: number, code: string): CelesteError {
  if (status === 429) {
    return new CelesteError('too_many_requests', 'Too many attempts to sign in from here.', {
      advice: 'Wait a minute and try again.',
    });
  }
  if (code === 'invalid_email_or_password' || code === 'invalid_password') {
    return new CelesteError('wrong_password', 'The e-mail address or the password is not right.', {
      advice: 'Check both. The operator sets a new password with: celeste user add.',
    });
  }
  if (status === 404) return new CelesteError('not_found', 'There is no such sign-in here.');
  if (status === 401)
    return new CelesteError('sign_in_required', 'Nobody is signed in.', { advice: 'Sign in first.' });
  if (status >= 500) return new CelesteError('internal', 'Signing in does not work at the moment.');
  return new CelesteError('invalid_request', `The sign-in was not understood (${code || status}).`);
}
