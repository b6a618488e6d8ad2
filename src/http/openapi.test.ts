import { expect, it } from 'vitest';

import { systemClock } from '#base/clock.ts';

import { createHttpApp, type HttpDeps } from './app.ts';
import { createMetrics } from './metrics.ts';

// Only what building the routes reads; nothing here is called.
const bare = {
  appUrl: 'https://mail.example.com',
  webFolder: null,
  metrics: createMetrics({ clock: systemClock }),
};
const app = createHttpApp({
  ...bare,
  instance: { version: '1.2.3', sandboxUrl: null },
  outlook: {},
  health: {},
  aboard: {},
} as unknown as HttpDeps);

type Description = { paths: Record<string, object>; components: { securitySchemes: object } };
const describe = async () => (await (await app.request('/openapi.json')).json()) as Description;

it('every route is in the description', async () => {
  const { paths } = await describe();
  const described = Object.entries(paths).flatMap(([path, methods]) =>
    Object.keys(methods).map((method) => `${method.toUpperCase()} ${path}`),
  );
  const served = app.routes
    .filter(({ method, path }) => method !== 'ALL' && !path.includes('*'))
    .map(({ method, path }) => `${method} ${path.replace(/:(\w+)(\{[^}]*\})?/g, '{$1}')}`)
    .filter((route) => !/^GET \/(openapi\.json|docs)$/.test(route));
  expect([...new Set(served)].filter((route) => !described.includes(route))).toEqual([]);
  expect(described.length).toBeGreaterThan(30);
});

it('names the cookie as browsers get it', async () => {
  const { components } = await describe();
  expect(components.securitySchemes).toMatchObject({
    session: { in: 'cookie', name: '__Secure-celeste.session_token' },
  });
});

it('an address with a NUL in it is refused before any database sees it', async () => {
  const answer = await app.request('/api/work-orders?q=%00');
  expect(answer.status).toBe(400);
  expect(await answer.json()).toMatchObject({ code: 'invalid_request' });
});
