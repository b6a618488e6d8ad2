// How sure a signal makes us. Pure.
import type { NumberFound } from './signals.ts';

/** From here on a link is made without asking. */
export const LINK_BY_ITSELF = 0.9;

/** A mail that names more work orders than this is a list (a report, an agenda), about none of them. */
const MOST_NAMED = 5;

/**
 * Confidence, 0 to 1, that a mail which names an existing work order is about it.
 *
 * @param named how many different existing work orders that mail names
 */
export function scoreWorkOrderNumber(where: NumberFound['where'], named: number): number {
  if (named > MOST_NAMED) return 0.5;
  return where === 'subject' ? 0.99 : 0.95;
}
