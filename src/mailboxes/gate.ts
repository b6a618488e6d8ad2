// The request gate: at most four requests of ours in flight per mailbox, and none while Microsoft says wait.
// https://learn.microsoft.com/en-us/graph/throttling-limits#outlook-service-limits
import { setTimeout as pause } from 'node:timers/promises';

import type { Clock } from '#base/clock.ts';
import { CelesteError } from '#base/errors.ts';
import type { GraphError } from '#microsoft/errors.ts';
import type { Gate } from '#microsoft/graph-client.ts';

const IN_FLIGHT = 4;
/** A wait up to this long is sat out; a longer one belongs to the schedule. */
export const SHORT_WAIT_MS = 5_000;
// A 429 without Retry-After: https://learn.microsoft.com/en-us/graph/throttling#best-practices-to-handle-throttling
const UNSAID_WAIT_MS = 10_000;

/** The gates of this process, one per mailbox, shared by the sync and by people's requests. */
export interface Gates {
  of(watcherId: string, throttled: Throttle): Gate;
}

/** Where "silent until" is kept for every process to see. */
export type Throttle = {
  until: Date | null;
  /** Stores a later one. */
  record(until: Date): Promise<void>;
};

/** Lets everything through: for the one request before there is a watcher. */
export const openGate: Gate = { enter: async () => () => undefined, refused: async () => undefined };

type Lane = { inFlight: number; queue: (() => void)[]; quietUntil: number };

export function createGates({ clock }: { clock: Clock }): Gates {
  const lanes = new Map<string, Lane>();
  return {
    of: (watcherId, throttle) => {
      const lane = lanes.get(watcherId) ?? { inFlight: 0, queue: [], quietUntil: 0 };
      lanes.set(watcherId, lane);
      lane.quietUntil = Math.max(lane.quietUntil, throttle.until?.getTime() ?? 0);
      return gateOf(lane, throttle, clock);
    },
  };
}

function gateOf(lane: Lane, throttle: Throttle, clock: Clock): Gate {
  return {
    enter: async (signal) => {
      await takePlace(lane);
      try {
        await quiet(lane, clock, signal);
      } catch (error) {
        givePlace(lane);
        throw error;
      }
      let left = false;
      return () => {
        if (left) return;
        left = true;
        givePlace(lane);
      };
    },
    refused: async (error: GraphError) => {
      if (error.kind !== 'throttled') return;
      const until = clock.now().getTime() + (error.retryAfterMs ?? UNSAID_WAIT_MS);
      if (until <= lane.quietUntil) return;
      lane.quietUntil = until;
      await throttle.record(new Date(until));
    },
  };
}

/** @throws CelesteError `throttled` when the wait is longer than a request should sit out. */
async function quiet(lane: Lane, clock: Clock, signal: AbortSignal | undefined): Promise<void> {
  for (
    let wait = lane.quietUntil - clock.now().getTime();
    wait > 0;
    wait = lane.quietUntil - clock.now().getTime()
  ) {
    if (wait > SHORT_WAIT_MS) throw throttledError();
    await pause(wait, undefined, signal ? { signal } : {});
  }
}

/** The error for a wait that is the schedule's. */
export function throttledError(): CelesteError {
  return new CelesteError('throttled', 'Microsoft asks us to slow down for this mailbox.', {
    advice: 'Nothing to do: it goes on by itself when the wait is over.',
  });
}

function takePlace(lane: Lane): Promise<void> {
  if (lane.inFlight < IN_FLIGHT) {
    lane.inFlight += 1;
    return Promise.resolve();
  }
  return new Promise((resolve) => lane.queue.push(resolve));
}

// The place passes straight to whoever waits longest.
function givePlace(lane: Lane): void {
  const next = lane.queue.shift();
  if (next) next();
  else lane.inFlight -= 1;
}
