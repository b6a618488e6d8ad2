// So many storms from one seed. A failing one prints its seed and its shortest form.
import fc from 'fast-check';
import { expect } from 'vitest';

import { type Lane, openLane } from './lane.ts';
import { play } from './play.ts';
import { script } from './script.ts';

/** `npm run test:storm` asks for the long one. */
export const isLong = process.env.MODE === 'storm';

// The same storms every time, so that a red run is the change's doing. STORM_SEED=new plays others. To play one again:
// STORM_SEED=123 STORM_PATH=17:2:0, both as a failure prints them.
const asked = process.env.STORM_SEED;
const isNew = asked === 'new';
const again =
  asked === undefined || isNew ? null : { seed: Number(asked), path: process.env.STORM_PATH ?? '' };

// Each lane has a sandbox and a database of its own; they take turns while one waits.
const FILES = 2;
export const LANES = again === null ? ['a', 'b', 'c', 'd', 'e', 'f'] : ['a'];
export const sequencesEach = Math.ceil((isLong ? 1_000 : 50) / FILES / LANES.length);
export const TIMEOUT_MS = isLong ? 40 * 60_000 : 10 * 60_000;

/** Longest time spent on making a failing storm short. */
const SHRINKING_MS = Number(process.env.STORM_SHRINK_MS ?? 4 * 60_000);
const TELL_EVERY = 25;
/** In fewer storms than this somebody asks for patience: the weather has changed. */
const TOLD_SHARE = 0.1;

export type Storms = { sequences: number; name: string };

/** Plays `sequences` storms. @throws with seed, path and the shortest failing script */
export async function blow({ sequences, name }: Storms): Promise<void> {
  const lane = await openLane();
  const startedAt = Date.now();
  let failedAt: number | null = null;
  const property = fc.asyncProperty(script, async (given) => {
    if (failedAt !== null && Date.now() - failedAt > SHRINKING_MS) return;
    if (isLong && lane.storms % TELL_EVERY === 0) tell(name, { ...lane, sequences, startedAt });
    await play(lane, given).catch((error: unknown) => {
      failedAt ??= Date.now();
      throw error;
    });
  });
  try {
    const seed = isNew ? {} : { seed: seedOf(name) };
    await fc.assert(property, { numRuns: sequences, ...(again ?? seed) });
    if (isLong) report(name, lane);
  } catch (error) {
    // The other storms go on for a while; whoever watches need not wait for them.
    process.stdout.write(`storm ${name} failed: ${(error as Error).message}\n`);
    throw error;
  } finally {
    await lane.close();
  }
}

/** Of a lane's name: '1a', '2f'. */
function seedOf(name: string): number {
  return Number.parseInt(name, 36);
}

/** How rounds ended; and that waits were asked for at all, or nobody's patience was judged. */
function report(name: string, { endings, told, storms }: Lane): void {
  const ended = JSON.stringify(Object.fromEntries(endings));
  process.stdout.write(`storm ${name}: ${ended}, told to wait in ${told} of ${storms} storms\n`);
  expect(told).toBeGreaterThan(storms * TOLD_SHARE);
}

function tell(name: string, at: { storms: number; sequences: number; startedAt: number }): void {
  const seconds = Math.round((Date.now() - at.startedAt) / 1000);
  process.stdout.write(`storm ${name}: ${at.storms} of ${at.sequences} in ${seconds} s\n`);
}
