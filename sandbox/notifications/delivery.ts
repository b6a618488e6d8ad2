// The way of notifications to their endpoints: when they go, together with which others, and how often they are
// tried. Lateness and ends are measured by the sandbox's clock, answers by the real one.
// https://learn.microsoft.com/en-us/graph/change-notifications-delivery-webhooks
import type { NotificationSettings } from '../control/settings.ts';
import type { DeliveryLog, DeliveryOutcome } from './delivery-log.ts';
import type { Outgoing, Posted, Queued } from './lane.ts';
import { Lane, post } from './lane.ts';

export type DeliveryPorts = {
  settings: NotificationSettings;
  log: DeliveryLog;
  now(): number;
  /** Where it goes now; null when its subscription is gone or may not be told. */
  destination(item: Outgoing): string | null;
  /** It will never arrive, and the service knows it; `tellAt` is when that can be said. */
  lost(item: Outgoing, tellAt: number): void;
};

const LARGEST_RETRY_MS = 1_800_000;
/** POSTs under way to one address. */
const AT_ONCE = 4;
/** The clock may be moved by hand, so a timer never sleeps longer than this. */
const LOOK_AGAIN_MS = 100;

export class Delivery {
  readonly #ports: DeliveryPorts;
  readonly #lanes = new Map<string, Lane>();
  readonly #closing = new AbortController();
  #waiting: Queued[] = [];
  #nextDue = Number.POSITIVE_INFINITY;
  #timer: NodeJS.Timeout | null = null;
  #stopped = false;

  constructor(ports: DeliveryPorts) {
    this.#ports = ports;
  }

  /** @param due ms of the sandbox's clock; now when absent */
  add(outgoing: Outgoing, due = this.#ports.now()): void {
    this.#wait({ ...outgoing, since: this.#ports.now(), due, attempt: 0 });
    this.#arm();
  }

  stop(): void {
    this.#stopped = true;
  }

  resume(): void {
    this.#stopped = false;
    this.#arm();
  }

  get stopped(): boolean {
    return this.#stopped;
  }

  /** How many are still to be delivered. */
  get pending(): number {
    const lanes = [...this.#lanes.values()];
    return this.#waiting.length + lanes.reduce((sum, one) => sum + one.ready.length + one.inFlight, 0);
  }

  /** Nothing is due by the sandbox's clock, and nothing under way. */
  async settle(): Promise<void> {
    for (;;) {
      this.#pump();
      const busy = [...this.#lanes.values()].some((lane) => lane.inFlight > 0 || lane.ready.length > 0);
      if (this.#stopped || !busy) return;
      await new Promise((resolve) => setTimeout(resolve, 5));
    }
  }

  close(): void {
    this.#closing.abort();
    if (this.#timer) clearTimeout(this.#timer);
  }

  #wait(item: Queued): void {
    this.#waiting.push(item);
    this.#nextDue = Math.min(this.#nextDue, item.due);
  }

  #arm(): void {
    if (this.#timer || this.#closing.signal.aborted || this.#waiting.length === 0) return;
    const ms = Math.max(0, Math.min(this.#nextDue - this.#ports.now(), LOOK_AGAIN_MS));
    this.#timer = setTimeout(() => {
      this.#timer = null;
      this.#pump();
      this.#arm();
    }, ms);
    this.#timer.unref();
  }

  /** Sends whatever is due. */
  #pump(): void {
    if (this.#stopped || this.#closing.signal.aborted) return;
    const now = this.#ports.now();
    if (this.#nextDue <= now) {
      const due = this.#waiting.filter((item) => item.due <= now).sort((a, b) => a.due - b.due || a.n - b.n);
      this.#waiting = this.#waiting.filter((item) => item.due > now);
      this.#nextDue = this.#waiting.reduce((least, item) => Math.min(least, item.due), Infinity);
      for (const item of due) this.#line(item);
    }
    for (const lane of this.#lanes.values()) this.#drain(lane);
  }

  #line(item: Queued): void {
    const url = this.#ports.destination(item);
    if (url === null) return;
    const key = `${item.kind} ${url}`;
    const lane = this.#lanes.get(key) ?? new Lane(item.kind, url, this.#ports.settings);
    this.#lanes.set(key, lane);
    lane.ready.push(item);
  }

  #drain(lane: Lane): void {
    while (lane.ready.length > 0 && lane.inFlight < AT_ONCE && !this.#stopped) {
      const state = lane.health.state(this.#ports.now());
      if (state) {
        for (const item of lane.ready.splice(0)) {
          if (state.kind === 'slow') this.#wait({ ...item, due: state.until });
          else this.#discard(lane, item, state.until);
        }
        this.#arm();
        return;
      }
      void this.#send(lane, lane.take(this.#ports.settings));
    }
  }

  #discard(lane: Lane, item: Queued, until: number): void {
    this.#note(lane, [item], { posted: { status: null, ms: 0 }, outcome: 'discarded' });
    this.#ports.lost(item, until);
  }

  async #send(lane: Lane, items: Queued[]): Promise<void> {
    const { acknowledgeMs, abandonMs } = this.#ports.settings;
    lane.inFlight += 1;
    const signal = AbortSignal.any([this.#closing.signal, AbortSignal.timeout(abandonMs)]);
    const posted = await post(lane.url, items, signal);
    lane.inFlight -= 1;
    if (this.#closing.signal.aborted) return;
    if (posted.status !== null || posted.ms >= abandonMs) lane.health.note(this.#ports.now(), posted.ms);
    const { status } = posted;
    const accepted = status !== null && status >= 200 && status < 300 && posted.ms <= acknowledgeMs;
    if (accepted) this.#note(lane, items, { posted, outcome: 'delivered' });
    else this.#tryAgain(lane, items, posted);
    this.#pump();
    this.#arm();
  }

  #tryAgain(lane: Lane, items: Queued[], posted: Posted): void {
    const { firstRetryMs, giveUpMinutes } = this.#ports.settings;
    const now = this.#ports.now();
    for (const item of items) {
      const pause = Math.min(firstRetryMs * 2 ** item.attempt, LARGEST_RETRY_MS);
      const over = now + pause - item.since > giveUpMinutes * 60_000;
      this.#note(lane, [item], { posted, outcome: over ? 'given_up' : 'retry' });
      if (over) this.#ports.lost(item, now);
      else this.#wait({ ...item, due: now + pause, attempt: item.attempt + 1 });
    }
  }

  #note(lane: Lane, items: Queued[], given: { posted: Posted; outcome: DeliveryOutcome }): void {
    this.#ports.log.add({
      at: new Date(this.#ports.now()).toISOString(),
      kind: lane.kind,
      url: lane.url,
      items: items.map((item) => ({
        subscription_id: item.subscriptionId,
        what: item.what,
        resource: item.resource,
      })),
      status: given.posted.status,
      duration_ms: given.posted.ms,
      outcome: given.outcome,
      attempt: Math.max(...items.map((item) => item.attempt)) + 1,
    });
  }
}
