// The request gate: at most four requests of ours in flight per app and mailbox over all processes, and none while
// Microsoft says wait. A mailbox that several yachts have is counted in MASTER too, after it is in its yacht.
// https://learn.microsoft.com/en-us/graph/throttling-limits#outlook-service-limits
import { randomUUID } from 'node:crypto';

import type { Clock } from '#base/clock.ts';
import { recordCommonThrottle } from '#directory/common-places.ts';
import type { GraphError } from '#microsoft/errors.ts';
import type { Gate } from '#microsoft/graph-client.ts';
import type { Purpose } from '#microsoft/scopes.ts';
import type { SyncStatus } from '#tenants/schema.ts';
import { asWorker, type Tenants, type TenantWriter } from '#tenants/tenants.ts';

import { type CommonDeps, enterCommon } from './common-desk.ts';
import { createDesk, createPatience, type Hold, once, SHORT_WAIT_MS } from './desk.ts';
import type { Lease } from './lease.ts';
import { askForPlace, giveBackPlace, recordThrottle, renewPlace } from './places.ts';
import { createTurnstile, type Turnstile } from './turnstile.ts';

// A 429 without Retry-After: https://learn.microsoft.com/en-us/graph/throttling#best-practices-to-handle-throttling
const UNSAID_WAIT_MS = 10_000;
/** The places that come with the lease; the fourth is in people's reach. */
const OF_THE_LEASE = 3;
/** So long the fourth place is kept for the next batch. */
const KEEP_MS = 250;

/** Which mailbox, by which of the two apps. */
export type GateKey = { yachtId: string; watcherId: string; app: Purpose };

/** The gates of this process. */
export interface Gates {
  /** For people's requests. */
  of(key: GateKey): Gate;
  /** For the sync, which holds the lease. */
  ofLease(yachtId: string, lease: Lease): LeaseGate;
  /**
   * For a request before there is a watcher: it passes what other yachts that have the mailbox pass too, by the gate in
   * MASTER (connected.ts); null: none has it.
   */
  ofNewcomer(common: string | null, app: Purpose): Gate;
  /**
   * For a request about a mailbox that is being connected again: its watcher's gate, unless that is disconnected and so
   * knows nothing of another yacht's; undefined: a newcomer's.
   */
  ofKnown(yachtId: string, watcher: KnownWatcher | undefined, common: string | null): Gate;
  /** Resolves when no place that was left is still on its way back. */
  close(): Promise<void>;
}

export type KnownWatcher = { id: string; sync_status: SyncStatus };

/** `end`: the lease is being given back, and every place with it. */
export type LeaseGate = Gate & { end(): void };

/** Lets everything through. */
const openGate: Gate = { enter: async () => () => undefined, refused: async () => undefined };

export type GateDeps = { tenants: Tenants } & Omit<CommonDeps, 'leaving'>;

export function createGates(given: GateDeps): Gates {
  const deps = { ...given, leaving: new Set<Promise<void>>() };
  const lines = new Map<string, Turnstile>();
  const of: Gates['of'] = (key) => readersGate(createWay(deps, { ...key, leaseOwner: null }), lines, key);
  const ofNewcomer: Gates['ofNewcomer'] = (common, app) =>
    common === null ? openGate : newcomersGate(deps, { gate: common, app });
  return {
    of,
    ofNewcomer,
    ofKnown: (yachtId, watcher, common) =>
      watcher && (common === null || watcher.sync_status !== 'disconnected')
        ? of({ yachtId, watcherId: watcher.id, app: 'read' })
        : ofNewcomer(common, 'read'),
    ofLease: (yachtId, { watcherId, owner }) =>
      holdersGate(createWay(deps, { yachtId, watcherId, app: 'read', leaseOwner: owner })),
    close: async () => void (await Promise.all(deps.leaving)),
  };
}

// People's requests: a place for each. Of those waiting in this process only the first asks the database.
function readersGate(way: Way, lines: Map<string, Turnstile>, { watcherId, app }: GateKey): Gate {
  const name = `${app} ${watcherId}`;
  return {
    refused: way.refused,
    enter: async (signal, places = 1) => {
      const line = lines.get(name) ?? createTurnstile(1);
      lines.set(name, line);
      try {
        const next = await line.enter(1, signal);
        try {
          const place = randomUUID();
          const { common } = await way.obtain({ place, places }, signal);
          return await way.passOn(common, { places, signal, leave: way.hold(place).giveBack });
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
function holdersGate(way: Way): LeaseGate {
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
    const { common } = await way.obtain({ place, places }, signal);
    const hold = way.hold(place);
    const keepFourth = () => {
      if (ended) return hold.letGo();
      kept = { ...hold, timer: setTimeout(hold.giveBack, KEEP_MS) };
    };
    return { common, keepFourth };
  };
  return {
    refused: way.refused,
    end: () => {
      ended = true;
      dropKept();
    },
    enter: async (signal, places = 1) => {
      const leave = await own.enter(Math.min(places, OF_THE_LEASE), signal);
      try {
        if (places <= OF_THE_LEASE) {
          const { common } = await way.obtain({ place, places: 0 }, signal);
          return await way.passOn(common, { places, signal, leave });
        }
        const { common, keepFourth } = await takeFourth(places - OF_THE_LEASE, signal);
        const leaveAll = once(() => {
          keepFourth();
          leave();
        });
        return await way.passOn(common, { places, signal, leave: leaveAll });
      } catch (error) {
        leave();
        throw error;
      }
    },
  };
}

function newcomersGate(deps: CommonDeps, { gate, app }: { gate: string; app: Purpose }): Gate {
  const patience = createPatience(deps.clock);
  return {
    enter: (signal, places = 1) =>
      enterCommon(deps, { gate, app, forPerson: true, patience }, { places, signal }),
    refused: async (error) => {
      if (error.kind === 'throttled')
        await recordCommonThrottle(deps.master, { gate, app }, quietUntil(deps, error));
    },
  };
}

type Way = ReturnType<typeof createWay>;
type Passing = { places: number; signal: AbortSignal | undefined; leave: () => void };

/** What both kinds of gate do for one mailbox: its yacht's counter first, then MASTER's where it has one there. */
function createWay(
  deps: CommonDeps & GateDeps,
  { yachtId, watcherId, app, leaseOwner }: GateKey & { leaseOwner: string | null },
) {
  const { tenants, master, clock, log, leaving } = deps;
  const transact = <T>(fn: (tx: TenantWriter) => Promise<T>) => tenants.transact(asWorker(yachtId), fn);
  const patience = createPatience(clock);
  const counter = {
    ask: (wanted: { place: string; places: number }) =>
      transact((tx) => askForPlace(tx, { ...wanted, watcherId, app, leaseOwner }, clock.now())),
    renew: (place: string) => transact((tx) => renewPlace(tx, place)),
    giveBack: (place: string) => transact((tx) => giveBackPlace(tx, place)),
  };
  const note = (until: Date) => transact((tx) => recordThrottle(tx, { watcherId, app }, until));
  const asker = {
    app,
    patience,
    forPerson: leaseOwner === null,
    // A wait for the schedule, which goes by what stands here.
    onQuiet: async (until: Date) => {
      if (until.getTime() - clock.now().getTime() > SHORT_WAIT_MS) await note(until);
    },
  };
  return {
    ...createDesk(counter, { patience, log, about: { watcher: watcherId }, leaving }),
    /** `leave` gives back what is held here, harmless twice; what it resolves to, that and what is held in MASTER. */
    passOn: async (common: string | null, { places, signal, leave }: Passing): Promise<() => void> => {
      if (common === null) return leave;
      try {
        const leaveCommon = await enterCommon(deps, { ...asker, gate: common }, { places, signal });
        return () => {
          leaveCommon();
          leave();
        };
      } catch (error) {
        leave();
        throw error;
      }
    },
    refused: async (error: GraphError): Promise<void> => {
      if (error.kind !== 'throttled') return;
      const until = quietUntil(deps, error);
      const common = await note(until);
      if (common !== null) await recordCommonThrottle(master, { gate: common, app }, until);
    },
  };
}

/** Whole seconds: some answers say 2.128, and early is refused again. */
function quietUntil({ clock }: { clock: Clock }, { retryAfterMs }: GraphError): Date {
  const seconds = Math.ceil((retryAfterMs ?? UNSAID_WAIT_MS) / 1000);
  return new Date(clock.now().getTime() + seconds * 1000);
}
