// How Microsoft's notifications are doing, for Prometheus.
import { Counter, Gauge, type Registry } from 'prom-client';

export interface PushMetrics {
  /** Counts Microsoft's notifications: `kind` change or lifecycle, `outcome` accepted or ignored. */
  notifications(kind: string, outcome: string, count: number): void;
  /** Counts nudges that were handed over to their mailbox, however many notifications each stands for. */
  nudge(): void;
  /** Counts a mailbox's subscription reaching a state. */
  subscriptionState(state: string): void;
  /** Shows how many subscriptions of the fleet are in which state, asked for at each reading. */
  watchSubscriptions(count: () => Promise<{ state: string; count: number }[]>): void;
}

export function createPushMetrics(registry: Registry): PushMetrics {
  const notifications = new Counter({
    name: 'celeste_push_notifications_total',
    help: 'Notifications received from Microsoft; ignored: not understood, or not proven to be about a mailbox here',
    labelNames: ['kind', 'outcome'],
    registers: [registry],
  });
  const nudges = new Counter({
    name: 'celeste_push_nudges_total',
    help: 'Nudges handed over to mailboxes: any number of notifications make one',
    registers: [registry],
  });
  const states = new Counter({
    name: 'celeste_push_transitions_total',
    help: 'Times a subscription reached a state; each step begins with one and ends with another',
    labelNames: ['state'],
    registers: [registry],
  });
  return {
    notifications: (kind, outcome, count) => notifications.inc({ kind, outcome }, count),
    nudge: () => nudges.inc(),
    subscriptionState: (state) => states.inc({ state }),
    watchSubscriptions: (count) => watchSubscriptions(registry, count),
  };
}

/** The same figure from every process, since MASTER has it: take the maximum, not the sum. */
function watchSubscriptions(registry: Registry, count: () => Promise<{ state: string; count: number }[]>) {
  new Gauge({
    name: 'celeste_push_subscriptions',
    help: 'Subscriptions of the whole fleet by state (silent: they stand, but nothing arrives); every process shows the same figure',
    labelNames: ['state'],
    registers: [registry],
    async collect() {
      this.reset();
      for (const row of await count()) this.set({ state: row.state }, row.count);
    },
  });
}
