// Figures for Prometheus. Labels are few and fixed: never a mailbox, a person or an id.
// https://prometheus.io/docs/practices/naming/
import type { MiddlewareHandler } from 'hono';
import { routePath } from 'hono/route';
import { collectDefaultMetrics, Histogram, Registry } from 'prom-client';

import type { Clock } from '#base/clock.ts';

import type { AppEnv } from './context.ts';
import { createPushMetrics, type PushMetrics } from './push-metrics.ts';
import { createSyncMetrics, type SyncMetrics } from './sync-metrics.ts';

export interface Metrics {
  sync: SyncMetrics;
  push: PushMetrics;
  /** Counts every request and times it, by its route. */
  measure: MiddlewareHandler<AppEnv>;
  /** The text Prometheus reads, and its content type. */
  read(): Promise<{ text: string; contentType: string }>;
}

export function createMetrics({ clock }: { clock: Clock }): Metrics {
  const registry = new Registry();
  collectDefaultMetrics({ register: registry });
  const requests = new Histogram({
    name: 'celeste_http_request_duration_seconds',
    help: 'Time to answer a request',
    labelNames: ['method', 'route', 'status'],
    buckets: [0.005, 0.02, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 10],
    registers: [registry],
  });
  return {
    sync: createSyncMetrics(registry, clock),
    push: createPushMetrics(registry),
    measure: async (c, next) => {
      const stop = requests.startTimer({ method: c.req.method });
      await next();
      stop({ route: routePath(c, -1), status: c.res.status });
    },
    read: async () => ({ text: await registry.metrics(), contentType: registry.contentType }),
  };
}
