// Sweeps every few seconds for as long as a worker lives: those yachts that answer, and beside them, so that they
// hold up nobody, those that do not.
import { setTimeout as pause } from 'node:timers/promises';

import { type SweepDeps, sweep } from './sweep.ts';

export type Sweeper = { stop(): Promise<void> };

// Not in step with the other workers.
const nextMs = () => 2_000 + 1_000 * Math.random();

/** Starts sweeping; MASTER being away ends a sweep, not the sweeper. */
export function startSweeping(given: SweepDeps): Sweeper {
  const deps = { ...given, overseen: new Map<string, number>() };
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
    },
  };
}
