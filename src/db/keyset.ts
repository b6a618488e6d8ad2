// Keyset paging: a cursor holds the sort key of the last row seen, so page 1,000 costs what page 1 costs and
// rows that arrive meanwhile shift nothing.
import { CelesteError } from '#base/errors.ts';

/** The key of a row in the order of its list, e.g. `[last_message_at as ISO text, id]`. */
export type Key = readonly string[];

/** The key as an opaque cursor for a URL. Dates must have no finer parts than milliseconds. */
export function encodeCursor(key: Key): string {
  return Buffer.from(JSON.stringify(key)).toString('base64url');
}

/** The key of `length` parts in a cursor. Throws `invalid_cursor` for anything `encodeCursor` did not make. */
export function decodeCursor(cursor: string, length: number): Key {
  try {
    const key: unknown = JSON.parse(Buffer.from(cursor, 'base64url').toString('utf8'));
    const fits = Array.isArray(key) && key.length === length && key.every((part) => typeof part === 'string');
    if (fits) return key as string[];
  } catch (cause) {
    throw invalid(cause);
  }
  throw invalid();
}

/**
 * One page out of up to `limit + 1` rows that were asked for: the first `limit`, and the cursor of the next
 * page or null when this is the last.
 */
export function toPage<Row>(rows: Row[], limit: number, keyOf: (row: Row) => Key) {
  const items = rows.slice(0, limit);
  const last = items.at(-1);
  return { items, next_cursor: rows.length > limit && last !== undefined ? encodeCursor(keyOf(last)) : null };
}

function invalid(cause?: unknown): CelesteError {
  return new CelesteError('invalid_cursor', 'This page cursor is not one of ours.', {
    cause,
    advice: 'Start again without a cursor.',
  });
}
