import { setImmediate as nextTurn } from 'node:timers/promises';

/** Small enough to take about a millisecond, large enough for the turns not to count. */
const PER_TURN = 50;

/**
 * `items.map(fn)`, done in pieces with a turn of the event loop between them: what others wait for meanwhile (an
 * answer of the database, a request) is not held up by a long list.
 */
export async function mapInTurns<Item, Result>(items: Item[], fn: (item: Item) => Result): Promise<Result[]> {
  const results: Result[] = [];
  for (let at = 0; at < items.length; at += PER_TURN) {
    if (at > 0) await nextTurn();
    for (const item of items.slice(at, at + PER_TURN)) results.push(fn(item));
  }
  return results;
}
