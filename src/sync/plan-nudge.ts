// How long a notification keeps us looking. Pure. Delta shows changes some time after Microsoft has told of them, and
// not those of one burst together: what a round has found says nothing about the rest.
// https://learn.microsoft.com/en-us/graph/delta-query-overview

/** How long after one look the next follows, and how long after a notification a look is late enough to be the last. */
export const SECOND_LOOK_MS = 10_000;
/** What is later than this is left to the next poll. */
const LONGEST_MS = 2 * 60_000;

/** A round that a notification may have asked for. */
export type Look = { startedAt: Date; changes: number };

/**
 * Whether a round was the last that a notification asks for: it began well after the notification and found nothing
 * more. So a burst costs one round more than those that found it, and late changes one for each time they come.
 */
export function isLastLook(nudgedAt: Date | null, { startedAt, changes }: Look): boolean {
  if (nudgedAt === null) return true;
  const age = startedAt.getTime() - nudgedAt.getTime();
  return age >= LONGEST_MS || (age >= SECOND_LOOK_MS && changes === 0);
}
