// For whoever keeps it running: is the process up, can it work, how is it doing.
import { timingSafeEqual } from 'node:crypto';

import { createRoute, z } from '@hono/zod-openapi';

import { CelesteError } from '#base/errors.ts';
import { json, newRoutes, problems } from '#http/context.ts';
import type { Metrics } from '#http/metrics.ts';

export type HealthDeps = {
  /** Rejects when MASTER cannot be reached. */
  pingMaster: () => Promise<unknown>;
  metrics: Pick<Metrics, 'read'>;
  /** Needed to read the figures; null: anyone who reaches the port may. */
  metricsToken: string | null;
};

const tags = ['Operation'];
const READY_TIMEOUT_MS = 2_000;

const healthz = createRoute({
  method: 'get',
  path: '/healthz',
  tags,
  security: [],
  summary: 'The process is up',
  responses: { 200: json(z.object({ status: z.literal('ok') }), 'It is') },
});

const readyz = createRoute({
  method: 'get',
  path: '/readyz',
  tags,
  security: [],
  summary: 'It can serve: MASTER answers',
  responses: {
    200: json(z.object({ status: z.literal('ready') }), 'It can'),
    503: json(z.object({ status: z.literal('not_ready'), reason: z.string() }), 'It cannot'),
  },
});

const metrics = createRoute({
  method: 'get',
  path: '/metrics',
  tags,
  security: [{ bearer: [] }],
  summary: 'Figures for Prometheus',
  description: 'With `Authorization: Bearer <METRICS_TOKEN>` where that is set.',
  responses: {
    200: { description: 'Text exposition format', content: { 'text/plain': { schema: z.string() } } },
    ...problems(401),
  },
});

export function healthRoutes(deps: HealthDeps) {
  return newRoutes()
    .openapi(healthz, (c) => c.json({ status: 'ok' as const }, 200))
    .openapi(readyz, async (c) => {
      const late = AbortSignal.timeout(READY_TIMEOUT_MS);
      const timeout = new Promise<never>((_, reject) =>
        late.addEventListener('abort', () => reject(late.reason)),
      );
      return Promise.race([deps.pingMaster(), timeout]).then(
        () => c.json({ status: 'ready' as const }, 200),
        () => c.json({ status: 'not_ready' as const, reason: 'MASTER does not answer' }, 503),
      );
    })
    .openapi(metrics, async (c) => {
      refuseWithoutToken(c.req.header('authorization') ?? '', deps.metricsToken);
      const { text, contentType } = await deps.metrics.read();
      return c.body(text, 200, { 'Content-Type': contentType }) as never;
    });
}

function refuseWithoutToken(header: string, token: string | null): void {
  if (token === null) return;
  const [given, wanted] = [Buffer.from(header), Buffer.from(`Bearer ${token}`)];
  if (given.length === wanted.length && timingSafeEqual(given, wanted)) return;
  throw new CelesteError('token_invalid', 'The figures are read with METRICS_TOKEN as bearer token.');
}
