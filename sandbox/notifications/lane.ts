// One address that notifications go to: what waits for it, what is under way, how it answers.
import type { NotificationSettings } from '../control/settings.ts';
import { dice } from './dice.ts';
import { EndpointHealth } from './endpoint-health.ts';

export type Outgoing = {
  /** Its number, which orders it and decides its fate. */
  n: number;
  kind: 'change' | 'lifecycle';
  subscriptionId: string;
  /** Where a lifecycle event goes; a change goes where its subscription points when it is sent. */
  url: string | null;
  /** Change type or lifecycle event. */
  what: string;
  resource: string | null;
  body: object;
};

/** Times in ms of the sandbox's clock. */
export type Queued = Outgoing & { since: number; due: number; attempt: number };

export class Lane {
  readonly kind: Outgoing['kind'];
  readonly url: string;
  readonly health: EndpointHealth;
  ready: Queued[] = [];
  inFlight = 0;

  constructor(kind: Outgoing['kind'], url: string, settings: NotificationSettings) {
    this.kind = kind;
    this.url = url;
    this.health = new EndpointHealth(settings);
  }

  /** The next ones to go out in one POST. */
  take({ batch, reorder }: NotificationSettings): Queued[] {
    if (reorder) this.ready.sort((a, b) => dice(a.n, 'order') - dice(b.n, 'order'));
    return this.ready.splice(0, batch);
  }
}

export type Posted = { status: number | null; ms: number };

/** Sends one POST. `status` is null when there was no answer in time. */
export async function post(url: string, items: Queued[], signal: AbortSignal): Promise<Posted> {
  const started = performance.now();
  const answered = (status: number | null) => ({ status, ms: Math.round(performance.now() - started) });
  try {
    const response = await fetch(url, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({ value: items.map(({ body }) => body) }),
      redirect: 'manual',
      signal,
    });
    await response.arrayBuffer();
    return answered(response.status);
  } catch {
    // Refused, broken or too late: to the sender all one.
    return answered(null);
  }
}
