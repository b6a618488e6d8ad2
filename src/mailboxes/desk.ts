// What happens at a counter where places for requests are given: asking until there is one, sitting out short waits,
// keeping a place for as long as the request takes, giving it back.
import { setTimeout as pause } from 'node:timers/promises';

import type { Clock } from '#base/clock.ts';
import { CelesteError } from '#base/errors.ts';
import type { Log } from '#base/log.ts';

import type { Leave } from './places.ts';

/** A wait up to this long is sat out; a longer one belongs to the schedule. */
export const SHORT_WAIT_MS = 5_000;
/** What a round sits out in all: a worker is not for waiting. */
const LONGEST_SITTING_MS = 10_000;
const RENEW_EVERY_MS = 7_000;
const POLL_MS = { from: 25, to: 120 };

/** Where places are counted: the yacht's database or MASTER. A place is named by whoever asks for it. */
export type Counter = {
  ask(wanted: Wanted): Promise<Leave>;
  /** The place lapses later. */
  renew(place: string): Promise<void>;
  /** Also of one that is still waited for. */
  giveBack(place: string): Promise<void>;
};

/** `places`: how many of the four; 0: one of those that come with the lease. */
export type Wanted = { place: string; places: number };

/** `letGo`: it is not given back but lapses. */
export type Hold = { letGo(): void; giveBack(): void };

export interface Desk {
  /**
   * Waits for leave.
   *
   * @throws CelesteError `throttled` when the wait is longer than a request should sit out; the signal's reason
   */
  obtain(wanted: Wanted, signal?: AbortSignal): Promise<Leave>;
  /** The place stays ours, however long the request takes, until it is given back or let go to lapse. */
  hold(place: string): Hold;
}

export type DeskOptions = {
  patience: Patience;
  log: Log;
  /** Which mailbox, for the log. */
  about: object;
  /** What is being given back. */
  leaving: Set<Promise<void>>;
};

export function createDesk(counter: Counter, { patience, log, about, leaving }: DeskOptions): Desk {
  const giveBack = (place: string) => {
    const left: Promise<void> = counter
      .giveBack(place)
      .catch((err: unknown) => log.debug({ err, ...about }, 'a place was not given back; it lapses'))
      .finally(() => leaving.delete(left));
    leaving.add(left);
  };
  return {
    obtain: async (wanted, signal) => {
      const from = performance.now();
      try {
        for (;;) {
          signal?.throwIfAborted();
          const leave = await counter.ask(wanted);
          if (leave.granted) return leave;
          const wait = patience.waitMs(leave.quiet_until, performance.now() - from);
          await pause(wait, undefined, signal ? { signal } : {});
        }
      } catch (error) {
        if (wanted.places > 0) giveBack(wanted.place);
        throw signal?.aborted ? signal.reason : error;
      }
    },
    hold: (place) => {
      const renewal = setInterval(() => {
        counter
          .renew(place)
          .catch((err: unknown) => log.warn({ err, ...about }, 'a place for a request could not be renewed'));
      }, RENEW_EVERY_MS);
      const letGo = () => clearInterval(renewal);
      const end = () => {
        letGo();
        giveBack(place);
      };
      return { letGo, giveBack: once(end) };
    },
  };
}

/** How long whoever asks for one mailbox has waited, and may. */
export type Patience = {
  /** Milliseconds until asking again. @throws CelesteError `throttled` */
  waitMs(quietUntil: Date | null, waitedMs: number): number;
};

export function createPatience(clock: Clock): Patience {
  let satOutMs = 0;
  let satOutTo = 0;
  return {
    waitMs: (quietUntil, waitedMs) => {
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
    },
  };
}

/** The error for a wait that is the schedule's. */
export function throttledError(): CelesteError {
  return new CelesteError('throttled', 'Microsoft asks us to slow down for this mailbox.', {
    advice: 'Nothing to do: it goes on by itself when the wait is over.',
  });
}

/** Does it the first time alone. */
export function once(act: () => void): () => void {
  let done = false;
  return () => {
    if (!done) act();
    done = true;
  };
}
