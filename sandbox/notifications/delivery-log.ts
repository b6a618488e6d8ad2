// What was sent to whom and what came of it, for tests that count and for people who look.

export type DeliveryOutcome = 'delivered' | 'retry' | 'given_up' | 'dropped' | 'discarded' | 'suspended';

export type LoggedDelivery = {
  n: number;
  at: string;
  kind: 'change' | 'lifecycle';
  url: string;
  items: { subscription_id: string; what: string; resource: string | null }[];
  /** Null when nothing was sent or nobody answered. */
  status: number | null;
  duration_ms: number;
  outcome: DeliveryOutcome;
  attempt: number;
};

const KEPT = 5000;

export class DeliveryLog {
  #entries: LoggedDelivery[] = [];
  #total = 0;

  add(entry: Omit<LoggedDelivery, 'n'>): void {
    this.#total += 1;
    this.#entries.push({ n: this.#total, ...entry });
    if (this.#entries.length > 2 * KEPT) this.#entries = this.#entries.slice(-KEPT);
  }

  /** @param since number of the last entry already seen */
  list(since = 0): LoggedDelivery[] {
    return this.#entries.filter((entry) => entry.n > since).slice(-KEPT);
  }

  clear(): void {
    this.#entries = [];
  }
}
