// Figures for Prometheus. Labels are few and fixed: never a mailbox, a person or an id.
// https://prometheus.io/docs/practices/naming/
import type { MiddlewareHandler } from 'hono';
import { routePath } from 'hono/route';
import { Counter, collectDefaultMetrics, Gauge, Histogram, Registry } from 'prom-client';

import type { AppEnv } from './context.ts';

export interface Metrics {
  /** Counts a round of a mailbox's sync and how long it took. */
  syncRound(outcome: string, seconds: number): void;
  /** Counts Microsoft's notifications: `kind` change or lifecycle, `outcome` accepted or ignored. */
  notifications(kind: string, outcome: string, count: number): void;
  /** Counts a mailbox's subscription reaching a state. */
  subscriptionState(state: string): void;
  /** Shows how many subscriptions of the fleet are in which state, asked for at each reading. */
  watchSubscriptions(count: () => Promise<{ state: string; count: number }[]>): void;
  /** Counts every request and times it, by its route. */
  measure: MiddlewareHandler<AppEnv>;
  /** The text Prometheus reads, and its content type. */
  read(): Promise<{ text: string; contentType: string }>;
}

export function createMetrics(): Metrics {
  const registry = new Registry();
  collectDefaultMetrics({ register: registry });
  const requests = new Histogram({
    name: 'celeste_http_request_duration_seconds',
    help: 'Time to answer a request',
    labelNames: ['method', 'route', 'status'],
    buckets: [0.005, 0.02, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 10],
    registers: [registry],
  });
  const rounds = new Counter({
    name: 'celeste_sync_rounds_total',
    help: 'Rounds of mailbox sync by how they ended',
    labelNames: ['outcome'],
    registers: [registry],
  });
  const roundSeconds = new Histogram({
    name: 'celeste_sync_round_duration_seconds',
    help: 'How long a round of mailbox sync took',
    buckets: [0.1, 0.5, 1, 5, 15, 60, 300, 1800],
    registers: [registry],
  });
  const notifications = new Counter({
    name: 'celeste_push_notifications_total',
    help: 'Notifications received from Microsoft; ignored: not understood, or not proven to be about a mailbox here',
    labelNames: ['kind', 'outcome'],
    registers: [registry],
  });
  const subscriptionStates = new Counter({
    name: 'celeste_push_transitions_total',
    help: 'Steps of subscriptions by the state they ended in',
    labelNames: ['state'],
    registers: [registry],
  });
  return {
    notifications: (kind, outcome, count) => notifications.inc({ kind, outcome }, count),
    subscriptionState: (state) => subscriptionStates.inc({ state }),
    watchSubscriptions: (count) => watchSubscriptions(registry, count),
    syncRound(outcome, seconds) {
      rounds.inc({ outcome });
      roundSeconds.observe(seconds);
    },
    measure: async (c, next) => {
      const stop = requests.startTimer({ method: c.req.method });
      await next();
      stop({ route: routePath(c, -1), status: c.res.status });
    },
    read: async () => ({ text: await registry.metrics(), contentType: registry.contentType }),
  };
}

/** The same figure from every process, since MASTER has it: take the maximum, not the sum. */
function watchSubscriptions(registry: Registry, count: () => Promise<{ state: string; count: number }[]>) {
  new Gauge({
    name: 'celeste_push_subscriptions',
    help: 'Subscriptions of the whole fleet by state; every process shows the same figure',
    labelNames: ['state'],
    registers: [registry],
    async collect() {
      this.reset();
      for (const row of await count()) this.set({ state: row.state }, row.count);
    },
  });
}
