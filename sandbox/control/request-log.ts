// What clients have asked of us: the newest requests, for tests that count and for people who look.

export type LoggedRequest = {
  n: number;
  at: string;
  method: string;
  /** Path and query as received; delta tokens shortened. */
  path: string;
  status: number;
  mailbox: string | null;
  client_id: string | null;
  throttled: boolean;
  prefer: string | null;
  /** True for a request inside a $batch. */
  inner: boolean;
  duration_ms: number;
};

const KEPT = 20_000;

export class RequestLog {
  #entries: LoggedRequest[] = [];
  #total = 0;

  add(entry: Omit<LoggedRequest, 'n'>): void {
    this.#total += 1;
    const path = entry.path.replace(/((?:skip|delta)token=.{12})[^&]+/g, '$1…');
    this.#entries.push({ n: this.#total, ...entry, path });
    if (this.#entries.length > 2 * KEPT) this.#entries = this.#entries.slice(-KEPT);
  }

  /** @param since number of the last entry already seen */
  list(since = 0): LoggedRequest[] {
    return this.#entries.filter((entry) => entry.n > since).slice(-KEPT);
  }

  clear(): void {
    this.#entries = [];
  }
}
