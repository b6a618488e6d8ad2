// Sweeps every few seconds for as long as a worker lives: those yachts that answer, and beside them, so that they
// hold up nobody, those that do not.
import { setTimeout as pause } from 'node:timers/promises';

import { type SweepDeps, sweep } from './sweep.ts';

export type Sweeper = { stop(): Promise<void> };

/** What connecting and purging do at once is mended this late where they were cut short. */
const KEEP_CONNECTED_EVERY_MS = 10 * 60_000;

const END_MS = 2_000;

// Not in step with the other workers.
const nextMs = () => 2_000 + 1_000 * Math.random();

/** Starts sweeping; MASTER being away ends a sweep, not the sweeper. */
export function startSweeping(given: SweepDeps): Sweeper {
  const keeping = nowAndThen(given, KEEP_CONNECTED_EVERY_MS);
  const deps = { ...given, overseen: new Map<string, number>(), keepConnected: keeping.begin };
  const stopping = new AbortController();
  const go = async (inTrouble: boolean) => {
    while (!stopping.signal.aborted) {
      await sweep(deps, { inTrouble, signal: stopping.signal }).catch((err: unknown) =>
        deps.log.warn({ err }, 'a sweep ended early; the next one goes on'),
      );
      await pause(nextMs(), undefined, { signal: stopping.signal }).catch((error: unknown) => {
        if (!stopping.signal.aborted) throw error;
      });
    }
  };
  const sweeping = [go(false), go(true)];
  return {
    stop: async () => {
      stopping.abort();
      await Promise.all(sweeping);
      await keeping.end();
    },
  };
}

/** Begins it for a yacht when so long has passed since it was begun there; no look waits for it. */
function nowAndThen({ keepConnected, log }: SweepDeps, everyMs: number) {
  const begunAt = new Map<string, number>();
  const inHand = new Set<Promise<void>>();
  return {
    begin: async (yachtId: string) => {
      if (performance.now() - (begunAt.get(yachtId) ?? Number.NEGATIVE_INFINITY) < everyMs) return;
      begunAt.set(yachtId, performance.now());
      const done: Promise<void> = keepConnected(yachtId)
        .catch((err: unknown) =>
          log.warn({ err, yacht_id: yachtId }, 'which mailboxes other yachts have too is looked at later'),
        )
        .finally(() => inHand.delete(done));
      inHand.add(done);
    },
    // A yacht whose database is away keeps nobody here.
    end: async () =>
      void (await Promise.race([Promise.all(inHand), pause(END_MS, undefined, { ref: false })])),
  };
}
