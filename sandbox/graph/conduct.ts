// How well each application behaves on each mailbox: what it has in flight at most, and whether it waits when
// it is told to. The proof that a client keeps to "four at a time, and none before Retry-After".

type Conduct = {
  clientId: string;
  mailbox: string;
  requests: number;
  /** 429s and 503s with a Retry-After or without. */
  refused: number;
  inFlight: number;
  highest: number;
  early: number;
  crossing: number;
  combined: number;
  /** When it was last told to wait, and until when, in ms. */
  toldAt: number;
  until: number;
  /** How many more may have been on the wire when it was told. */
  mayCross: number;
};

export type ConductReport = {
  client_id: string;
  mailbox: string;
  requests: number;
  refused: number;
  in_flight: number;
  /** Requests at once, those that were refused for it too. */
  highest_in_flight: number;
  /** Requests that came before a Retry-After had passed. */
  early: number;
  /** The same, sent before the answer arrived or was noted: soon after it, and few. */
  crossing: number;
  /** Subscriptions renewed and reauthorized within ten minutes, one after the other. */
  combined: number;
  wait_until: string | null;
};

/** https://learn.microsoft.com/en-us/graph/change-notifications-lifecycle-events#actions-to-take */
const APART_MS = 10 * 60_000;

/** https://learn.microsoft.com/en-us/graph/throttling-limits#outlook-service-limits */
const AT_ONCE = 4;

type Authorized = { by: 'renewal' | 'reauthorization'; at: number };

type Key = { clientId: string; mailbox: string };

export class ConductBook {
  /** Answers and requests cross on the wire: what comes so soon after a refusal was sent before it was read. */
  crossingMs = 250;
  /**
   * How many may come so, for each request that there can be beside the refused one: the one that was on the wire, and
   * one that was let in while the client noted the wait.
   */
  crossingEach = 2;
  #conducts = new Map<string, Conduct>();
  readonly #authorized = new Map<string, Authorized>();

  /** @param arrivedAt ms, for a part of a batch when the batch came. @returns ends the request */
  begin(key: Key, arrivedAt: number): () => void {
    const conduct = this.#of(key);
    conduct.requests += 1;
    conduct.inFlight += 1;
    conduct.highest = Math.max(conduct.highest, conduct.inFlight);
    if (arrivedAt >= conduct.toldAt && arrivedAt < conduct.until) {
      const mayCross = conduct.mayCross > 0 && arrivedAt - conduct.toldAt < this.crossingMs;
      conduct.mayCross -= mayCross ? 1 : 0;
      conduct[mayCross ? 'crossing' : 'early'] += 1;
    }
    let open = true;
    return () => {
      if (open) conduct.inFlight -= 1;
      open = false;
    };
  }

  /**
   * It has been told to wait; `until` is null when nobody said how long.
   * @param places how many requests got this answer: those of a batch
   */
  refuse(key: Key, { at, until, places }: { at: number; until: number | null; places: number }): void {
    const conduct = this.#of(key);
    conduct.refused += 1;
    if (until === null || until <= conduct.until) return;
    conduct.until = until;
    conduct.toldAt = at;
    conduct.mayCross = places < AT_ONCE ? (AT_ONCE - places) * this.crossingEach : 0;
  }

  /** A subscription has been told to go on; `at` in ms. */
  authorize(key: Key, subscriptionId: string, told: Authorized): void {
    const before = this.#authorized.get(subscriptionId);
    if (before && before.by !== told.by && told.at - before.at < APART_MS) this.#of(key).combined += 1;
    this.#authorized.set(subscriptionId, told);
  }

  report(): ConductReport[] {
    return [...this.#conducts.values()].map((one) => ({
      ...{ client_id: one.clientId, mailbox: one.mailbox, requests: one.requests, refused: one.refused },
      ...{ in_flight: one.inFlight, highest_in_flight: one.highest, early: one.early },
      ...{ crossing: one.crossing, combined: one.combined },
      wait_until: one.until > 0 ? new Date(one.until).toISOString() : null,
    }));
  }

  /** Begins to count anew, once whoever was told to wait has heard it: nothing that is early crosses any more. */
  settle(): void {
    for (const conduct of this.#conducts.values()) {
      const highest = conduct.inFlight;
      Object.assign(conduct, {
        requests: 0,
        refused: 0,
        highest,
        early: 0,
        crossing: 0,
        combined: 0,
        mayCross: 0,
      });
    }
  }

  /** Begins to count anew; what is in flight and who was told to wait is forgotten. */
  clear(): void {
    this.#conducts = new Map();
  }

  #of({ clientId, mailbox }: Key): Conduct {
    const name = `${clientId} ${mailbox}`;
    let conduct = this.#conducts.get(name);
    if (!conduct) {
      conduct = {
        ...{ clientId, mailbox, requests: 0, refused: 0, inFlight: 0, highest: 0 },
        ...{ early: 0, crossing: 0, combined: 0, toldAt: 0, until: 0, mayCross: 0 },
      };
      this.#conducts.set(name, conduct);
    }
    return conduct;
  }
}
