import { expect, it } from 'vitest';

import { systemClock } from '#base/clock.ts';
import type { Principal } from '#directory/principal.ts';

import { createHttpApp, type HttpDeps } from './app.ts';
import { createMetrics } from './metrics.ts';

const captain = { userId: 'u1', yachtId: 'corvina', role: 'captain' } as Principal;
const METHODS = ['GET', 'POST', 'PUT', 'PATCH', 'DELETE'];

// No handler runs here: each request is one that none answers.
const app = createHttpApp({
  appUrl: 'https://mail.example.com',
  webFolder: '/nowhere',
  metrics: createMetrics({ clock: systemClock }),
  identify: async () => captain,
  instance: { version: '1.2.3', sandboxUrl: null },
  outlook: {},
  health: {},
  aboard: {},
} as unknown as HttpDeps);

const ID = '7c0f6a52-1d3e-4b58-9a41-0c0011220001';
const served = Map.groupBy(
  app.routes.filter(({ method, path }) => METHODS.includes(method) && !path.includes('*')),
  ({ path }) => path,
);

it.each([...served])('%s answers methods it does not have with those it has', async (path, routes) => {
  const own = new Set(routes.map(({ method }) => method));
  for (const method of METHODS.filter((each) => !own.has(each))) {
    const answer = await app.request(path.replace(/:\w+(\{[^}]*\})?/g, ID), { method });
    expect(answer.status, method).toBe(405);
    const allow = METHODS.filter((each) => own.has(each)).join(', ');
    expect(answer.headers.get('allow')).toBe(allow.replace('GET', 'GET, HEAD'));
    expect(answer.headers.get('content-type')).toBe('application/problem+json');
    expect(await answer.json()).toMatchObject({ status: 405, code: 'method_not_allowed' });
  }
});

it('a path that nothing answers is not found, whatever the method', async () => {
  for (const method of [...METHODS, 'OPTIONS']) {
    const answer = await app.request('/api/nowhere', { method });
    expect(answer.status, method).toBe(404);
  }
});
