import { createRoute, z } from '@hono/zod-openapi';
import { HTTPException } from 'hono/http-exception';
import { beforeEach, describe, expect, it } from 'vitest';

import { CelesteError } from '#base/errors.ts';
import { createLog } from '#base/log.ts';
import type { Principal } from '#directory/principal.ts';
import { GraphError, IdentityError } from '#microsoft/errors.ts';

import { refuseCrossSite, requirePrincipal } from './auth.ts';
import { newRoutes } from './context.ts';
import { noRouteResponse, problemResponse } from './problem.ts';
import { securityHeaders } from './security.ts';

const APP_URL = 'https://mail.example.com';
let logged: string[] = [];
const log = createLog('error', { write: (line) => void logged.push(line) });
beforeEach(() => {
  logged = [];
});

function app() {
  const routes = newRoutes();
  routes.onError(problemResponse);
  routes.notFound(noRouteResponse(routes));
  routes.use(async (c, next) => {
    c.set('requestId', 'r-1');
    c.set('log', log);
    await next();
  });
  routes.use(securityHeaders(APP_URL), refuseCrossSite(APP_URL));
  return routes;
}

async function problemOf(error: unknown) {
  const routes = app();
  routes.get('/x', () => {
    throw error;
  });
  const answer = await routes.request('/x');
  return { status: answer.status, type: answer.headers.get('content-type'), body: await answer.json() };
}

describe('an error becomes a problem', () => {
  it('with the code, the words and the advice of ours', async () => {
    const problem = await problemOf(new CelesteError('not_found', 'No such thread.', { advice: 'Go back.' }));
    expect(problem).toMatchObject({
      status: 404,
      type: 'application/problem+json',
      body: {
        status: 404,
        code: 'not_found',
        detail: 'No such thread.',
        advice: 'Go back.',
        request_id: 'r-1',
      },
    });
    expect(logged).toEqual([]);
  });

  it.each([
    ['not_allowed', 403],
    ['sign_in_required', 401],
    ['invalid_cursor', 400],
    ['state_used', 400],
    ['mailbox_in_use', 409],
    ['mailbox_shared', 409],
    ['tenant_unavailable', 503],
    ['a_code_nobody_listed', 500],
  ])('%s with status %i', async (code, status) => {
    expect((await problemOf(new CelesteError(code, 'Words.'))).status).toBe(status);
  });

  it("with 502 for what is Microsoft's fault", async () => {
    const transient = new GraphError({ kind: 'transient', status: 503 });
    expect(await problemOf(transient)).toMatchObject({ status: 502, body: { code: 'graph_transient' } });
    const operator = new IdentityError({ kind: 'operator', error: 'invalid_client' });
    expect(await problemOf(operator)).toMatchObject({ status: 502, body: { code: 'identity_operator' } });
  });

  it('saying nothing of what we did not expect, but logging it with the number we show', async () => {
    const problem = await problemOf(new Error('password of the database is hunter2'));
    expect(problem).toMatchObject({ status: 500, body: { code: 'internal', request_id: 'r-1' } });
    expect(JSON.stringify(problem.body)).not.toContain('hunter2');
    expect(logged.join()).toContain('r-1');
  });

  it('of the framework as well', async () => {
    const problem = await problemOf(new HTTPException(400, { message: 'Malformed JSON in request body' }));
    expect(problem).toMatchObject({ status: 400, body: { code: 'invalid_request' } });
  });

  it('for a path that leads nowhere', async () => {
    const answer = await app().request('/api/nowhere');
    expect(answer.status).toBe(404);
    expect(await answer.json()).toMatchObject({ code: 'not_found' });
  });
});

describe('validation', () => {
  const route = createRoute({
    method: 'get',
    path: '/threads',
    request: { query: z.object({ limit: z.coerce.number().int().max(100) }) },
    responses: { 200: { description: 'ok' } },
  });

  it('names the field that is wrong', async () => {
    const routes = app();
    routes.openapi(route, (c) => c.body(null, 200));
    const answer = await routes.request('/threads?limit=1000');
    expect(answer.status).toBe(400);
    expect(await answer.json()).toMatchObject({
      code: 'invalid_request',
      detail: expect.stringContaining('limit'),
    });
  });
});

describe('a change', () => {
  const change = (headers: Record<string, string>, method = 'POST') => {
    const routes = app();
    routes.on(['POST', 'GET', 'DELETE'], ['/x'], (c) => c.text('done'));
    return routes.request('/x', { method, headers });
  };
  const cookie = 'celeste.session_token=abc';

  it.each([
    ['from our own page', { cookie, origin: APP_URL }, 200],
    ['from another site', { cookie, origin: 'https://evil.example.com' }, 403],
    ['from a sandboxed frame of a mail', { cookie, origin: 'null' }, 403],
    ['from nobody knows where', { cookie }, 403],
    ['from another site that signs a browser in', { origin: 'https://evil.example.com' }, 403],
    ['from a program without a cookie', {}, 200],
    [
      'with a bearer token, which no browser sends by itself',
      { authorization: 'Bearer x', origin: 'https://other.example.com' },
      200,
    ],
    ['with a cookie beside a password of the browser', { cookie, authorization: 'Basic eA==' }, 403],
    [
      'with both a cookie and a made-up bearer token',
      { cookie, authorization: 'Bearer x', origin: 'https://evil.example.com' },
      200,
    ],
  ])('%s', async (_, headers, status) => {
    expect((await change(headers)).status).toBe(status);
  });

  it('is refused for every unsafe method, and reading never is', async () => {
    const foreign = { cookie, origin: 'https://evil.example.com' };
    expect((await change(foreign, 'DELETE')).status).toBe(403);
    expect((await change(foreign, 'GET')).status).toBe(200);
  });
});

describe('requirePrincipal', () => {
  const captain: Principal = {
    userId: 'u1',
    yachtId: 'corvina',
    yachtName: 'M/Y Corvina',
    role: 'captain',
    email: 'c@corvina.test',
    displayName: 'C',
    sessionId: 's1',
  };

  it('lets through who is known, and tells the route who it is', async () => {
    const routes = app();
    routes.use(requirePrincipal(async () => captain));
    routes.get('/x', (c) => c.text(c.get('principal').userId));
    expect(await (await routes.request('/x')).text()).toBe('u1');
  });

  it('refuses who is not', async () => {
    const routes = app();
    routes.use(requirePrincipal(async () => null));
    routes.get('/x', (c) => c.text('secret'));
    const answer = await routes.request('/x');
    expect(answer.status).toBe(401);
    expect(await answer.json()).toMatchObject({ code: 'sign_in_required' });
  });
});

describe('headers', () => {
  it('forbid framing and foreign content, also on a refusal', async () => {
    const answer = await app().request('/nowhere');
    expect(answer.headers.get('content-security-policy')).toContain("frame-ancestors 'none'");
    expect(answer.headers.get('x-content-type-options')).toBe('nosniff');
    expect(answer.headers.get('strict-transport-security')).toContain('max-age');
  });

  it('leave a stricter policy of a route alone', async () => {
    const routes = app();
    routes.get('/x', (c) => c.text('x', 200, { 'Content-Security-Policy': 'sandbox' }));
    expect((await routes.request('/x')).headers.get('content-security-policy')).toBe('sandbox');
  });
});
