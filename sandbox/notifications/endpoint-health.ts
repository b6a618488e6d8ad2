// What the service thinks of a notification endpoint that answers late.
// https://learn.microsoft.com/en-us/graph/change-notifications-delivery-webhooks#throttling
import type { NotificationSettings } from '../control/settings.ts';

const WINDOW_MS = 600_000;
const SLOW_SHARE = 0.1;
const DROP_SHARE = 0.15;

export type EndpointState = { kind: 'slow' | 'drop'; until: number };

/** Over ten minutes: more than 10 % late holds notifications back, more than 15 % much too late discards them. */
export class EndpointHealth {
  readonly #settings: NotificationSettings;
  #answers: { at: number; ms: number }[] = [];
  #state: EndpointState | null = null;

  constructor(settings: NotificationSettings) {
    this.#settings = settings;
  }

  /** @param ms how long the answer took; what was abandoned counts with the time it was given */
  note(now: number, ms: number): void {
    this.#answers = [...this.#answers.filter(({ at }) => at > now - WINDOW_MS), { at: now, ms }];
    if (this.state(now) || this.#answers.length < this.#settings.sample) return;
    const share = (limit: number) =>
      this.#answers.filter((answer) => answer.ms >= limit).length / this.#answers.length;
    const kind =
      share(this.#settings.abandonMs) > DROP_SHARE
        ? 'drop'
        : share(this.#settings.acknowledgeMs) > SLOW_SHARE
          ? 'slow'
          : null;
    if (!kind) return;
    this.#state = { kind, until: now + WINDOW_MS };
    this.#answers = [];
  }

  /** Null when all is well. */
  state(now: number): EndpointState | null {
    if (this.#state && this.#state.until <= now) this.#state = null;
    return this.#state;
  }
}
