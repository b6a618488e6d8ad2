// The counter in MASTER, for a mailbox that several yachts have: whoever holds a place of its own yacht asks there too.
// Nobody who has a place there waits for another, so nobody waits for ever.
import { randomUUID } from 'node:crypto';

import type { Kysely } from 'kysely';

import type { Clock } from '#base/clock.ts';
import type { Log } from '#base/log.ts';
import { askForCommonPlace, giveBackCommonPlace, renewCommonPlace } from '#directory/common-places.ts';
import type { MasterSchema } from '#directory/schema.ts';
import type { Purpose } from '#microsoft/scopes.ts';

import { type Counter, createDesk, type Patience } from './desk.ts';

export type CommonDeps = {
  master: Kysely<MasterSchema>;
  clock: Clock;
  log: Log;
  /** What is being given back. */
  leaving: Set<Promise<void>>;
};

export type CommonAsker = {
  gate: string;
  app: Purpose;
  /** A person waits for it: it goes ahead of what came less than a second earlier. */
  forPerson: boolean;
  patience: Patience;
  /** Told of a wait that Microsoft asked another yacht for. */
  onQuiet?: (until: Date) => Promise<void>;
};

const HEAD_START_MS = 1_000;

/** Waits for so many places. @returns gives them back @throws CelesteError `throttled`; the signal's reason */
export async function enterCommon(
  { master, clock, log, leaving }: CommonDeps,
  { gate, app, forPerson, patience, onQuiet }: CommonAsker,
  { places, signal }: { places: number; signal?: AbortSignal | undefined },
): Promise<() => void> {
  const headStartMs = forPerson ? HEAD_START_MS : 0;
  const counter: Counter = {
    ask: async (wanted) => {
      const leave = await askForCommonPlace(master, { ...wanted, gate, app, headStartMs }, clock.now());
      if (leave.quiet_until) await onQuiet?.(leave.quiet_until);
      return { ...leave, common: gate };
    },
    renew: (place) => renewCommonPlace(master, place),
    giveBack: (place) => giveBackCommonPlace(master, place),
  };
  const desk = createDesk(counter, { patience, log, about: { gate }, leaving });
  const place = randomUUID();
  await desk.obtain({ place, places }, signal);
  return desk.hold(place).giveBack;
}
