// The request gate: at most four requests of ours in flight per app and mailbox over all processes, and none while
// Microsoft says wait. https://learn.microsoft.com/en-us/graph/throttling-limits#outlook-service-limits
import { randomUUID } from 'node:crypto';
import { setTimeout as pause } from 'node:timers/promises';

import type { Clock } from '#base/clock.ts';
import { CelesteError } from '#base/errors.ts';
import type { Log } from '#base/log.ts';
import type { GraphError } from '#microsoft/errors.ts';
import type { Gate } from '#microsoft/graph-client.ts';
import type { Purpose } from '#microsoft/scopes.ts';
import { asWorker, type Tenants, type TenantWriter } from '#tenants/tenants.ts';

import type { Lease } from './lease.ts';
import { askForPlace, type Entry, giveBackPlace, recordThrottle, renewPlace } from './places.ts';
import { createTurnstile, type Turnstile } from './turnstile.ts';

/** A wait up to this long is sat out; a longer one belongs to the schedule. */
export const SHORT_WAIT_MS = 5_000;
/** What a round sits out in all: a worker is not for waiting. */
const LONGEST_SITTING_MS = 10_000;
// A 429 without Retry-After: https://learn.microsoft.com/en-us/graph/throttling#best-practices-to-handle-throttling
const UNSAID_WAIT_MS = 10_000;
/** The places that come with the lease; the fourth is in people's reach. */
const OF_THE_LEASE = 3;
const RENEW_EVERY_MS = 7_000;
/** So long the fourth place is kept for the next batch. */
const KEEP_MS = 250;
const POLL_MS = { from: 25, to: 120 };

/** Which mailbox, by which of the two apps. */
export type GateKey = { yachtId: string; watcherId: string; app: Purpose };

/** The gates of this process. */
export interface Gates {
  /** For people's requests. */
  of(key: GateKey): Gate;
  /** For the sync, which holds the lease. */
  ofLease(yachtId: string, lease: Lease): LeaseGate;
}

/** `end`: the lease is being given back, and every place with it. */
export type LeaseGate = Gate & { end(): void };

/** Lets everything through: for the one request before there is a watcher. */
export const openGate: Gate = { enter: async () => () => undefined, refused: async () => undefined };

export type GateDeps = { tenants: Tenants; clock: Clock; log: Log };

export function createGates(deps: GateDeps): Gates {
  const lines = new Map<string, Turnstile>();
  return {
    of: (key) => readersGate(createDesk(deps, { ...key, leaseOwner: null }), lines, key),
    ofLease: (yachtId, { watcherId, owner }) =>
      holdersGate(createDesk(deps, { yachtId, watcherId, app: 'read', leaseOwner: owner })),
  };
}

// People's requests: a place for each. Of those waiting in this process only the first asks the database.
function readersGate(desk: Desk, lines: Map<string, Turnstile>, { watcherId, app }: GateKey): Gate {
  const name = `${app} ${watcherId}`;
  return {
    refused: desk.refused,
    enter: async (signal, places = 1) => {
      const line = lines.get(name) ?? createTurnstile(1);
      lines.set(name, line);
      try {
        const next = await line.enter(1, signal);
        try {
          const place = randomUUID();
          await desk.obtain({ place, places }, signal);
          return desk.hold(place).giveBack;
        } finally {
          next();
        }
      } finally {
        if (line.isIdle()) lines.delete(name);
      }
    },
  };
}

// The sync's requests: three of the places are the lease's. A batch, which Microsoft runs four at a time, takes those
// and the fourth; the fourth is kept for a moment, because batches come in rows.
function holdersGate(desk: Desk): LeaseGate {
  const own = createTurnstile(OF_THE_LEASE);
  const place = randomUUID();
  let kept: (Hold & { timer: NodeJS.Timeout }) | null = null;
  let ended = false;
  const dropKept = () => {
    clearTimeout(kept?.timer);
    kept?.letGo();
    kept = null;
  };
  const takeFourth = async (places: number, signal?: AbortSignal) => {
    dropKept();
    await desk.obtain({ place, places }, signal);
    const hold = desk.hold(place);
    return () => {
      if (ended) return hold.letGo();
      kept = { ...hold, timer: setTimeout(hold.giveBack, KEEP_MS) };
    };
  };
  return {
    refused: desk.refused,
    end: () => {
      ended = true;
      dropKept();
    },
    enter: async (signal, places = 1) => {
      const leave = await own.enter(Math.min(places, OF_THE_LEASE), signal);
      try {
        if (places <= OF_THE_LEASE) {
          await desk.obtain({ place, places: 0 }, signal);
          return leave;
        }
        const keepFourth = await takeFourth(places - OF_THE_LEASE, signal);
        return once(() => {
          keepFourth();
          leave();
        });
      } catch (error) {
        leave();
        throw error;
      }
    },
  };
}

function once(act: () => void): () => void {
  let done = false;
  return () => {
    if (!done) act();
    done = true;
  };
}

type Desk = ReturnType<typeof createDesk>;
type Hold = { letGo(): void; giveBack(): void };

/** What both kinds of gate do at the counter of one mailbox. */
function createDesk(
  { tenants, clock, log }: GateDeps,
  { yachtId, watcherId, app, leaseOwner }: GateKey & { leaseOwner: string | null },
) {
  const transact = <T>(fn: (tx: TenantWriter) => Promise<T>) => tenants.transact(asWorker(yachtId), fn);
  let satOutMs = 0;
  let satOutTo = 0;

  /** @throws CelesteError `throttled` when the wait is longer than a request should sit out */
  const waitMs = (quietUntil: Date | null, waitedMs: number): number => {
    if (quietUntil === null) {
      if (waitedMs > SHORT_WAIT_MS) throw throttledError();
      return POLL_MS.from + Math.random() * Math.min(POLL_MS.to, waitedMs);
    }
    const [now, until] = [clock.now().getTime(), quietUntil.getTime()];
    // Several requests of a round wait at once: the time counts once.
    satOutMs += Math.max(0, until - Math.max(now, satOutTo));
    satOutTo = Math.max(satOutTo, until);
    if (until - now > SHORT_WAIT_MS || satOutMs > LONGEST_SITTING_MS) throw throttledError();
    return Math.max(1, until - now);
  };
  const giveBack = (place: string) =>
    transact((tx) => giveBackPlace(tx, place)).catch((err: unknown) =>
      log.debug({ err, watcher: watcherId }, 'a place was not given back; it lapses'),
    );

  return {
    obtain: async (wanted: Pick<Entry, 'place' | 'places'>, signal?: AbortSignal): Promise<void> => {
      const entry = { ...wanted, watcherId, app, leaseOwner };
      const from = performance.now();
      try {
        for (;;) {
          signal?.throwIfAborted();
          const { granted, quiet_until } = await transact((tx) => askForPlace(tx, entry, clock.now()));
          if (granted) return;
          await pause(waitMs(quiet_until, performance.now() - from), undefined, signal ? { signal } : {});
        }
      } catch (error) {
        if (wanted.places > 0) void giveBack(wanted.place);
        throw signal?.aborted ? signal.reason : error;
      }
    },
    /** The place stays ours, however long the request takes, until it is given back or let go to lapse. */
    hold: (place: string): Hold => {
      const renewal = setInterval(() => {
        transact((tx) => renewPlace(tx, place)).catch((err: unknown) =>
          log.warn({ err, watcher: watcherId }, 'a place for a request could not be renewed'),
        );
      }, RENEW_EVERY_MS);
      const letGo = () => clearInterval(renewal);
      const end = () => {
        letGo();
        void giveBack(place);
      };
      return { letGo, giveBack: once(end) };
    },
    refused: async (error: GraphError): Promise<void> => {
      if (error.kind !== 'throttled') return;
      // Whole seconds: some answers say 2.128, and early is refused again.
      const seconds = Math.ceil((error.retryAfterMs ?? UNSAID_WAIT_MS) / 1000);
      const until = new Date(clock.now().getTime() + seconds * 1000);
      await transact((tx) => recordThrottle(tx, { watcherId, app }, until));
    },
  };
}

/** The error for a wait that is the schedule's. */
export function throttledError(): CelesteError {
  return new CelesteError('throttled', 'Microsoft asks us to slow down for this mailbox.', {
    advice: 'Nothing to do: it goes on by itself when the wait is over.',
  });
}
