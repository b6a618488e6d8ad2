// Keyset paging: a cursor holds the sort key of the last row seen, so page 1,000 costs what page 1 costs and
// rows that arrive meanwhile shift nothing.
import { CelesteError } from '#base/errors.ts';

/** The key of a row in the order of its list, e.g. `[last_message_at as ISO text, id]`. */
export type Key = readonly string[];

/** The key as an opaque cursor for a URL. Dates must have no finer parts than milliseconds. */
export function encodeCursor(key: Key): string {
  return Buffer.from(JSON.stringify(key)).toString('base64url');
}

/** What a part of a key is in the database, where a wrong one would fail the query. */
export type Part = 'text' | 'time' | 'uuid' | 'integer';

// The largest integers are eight bytes; PostgreSQL keeps no text with a NUL in it.
const SHAPES: Record<Part, RegExp> = {
  text: /^[^\0]*$/,
  time: /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d{1,3})?Z$/,
  uuid: /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i,
  integer: /^-?\d{1,18}$/,
};

/** The key in a cursor, of these parts. Throws `invalid_cursor` for anything `encodeCursor` did not make of such. */
export function decodeCursor(cursor: string, parts: readonly Part[]): Key {
  try {
    const key: unknown = JSON.parse(Buffer.from(cursor, 'base64url').toString('utf8'));
    if (isKey(key, parts)) return key;
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

function isKey(key: unknown, parts: readonly Part[]): key is Key {
  if (!Array.isArray(key) || key.length !== parts.length) return false;
  return parts.every((part, index) => {
    const value: unknown = key[index];
    if (typeof value !== 'string' || !SHAPES[part].test(value)) return false;
    return part !== 'time' || !Number.isNaN(Date.parse(value));
  });
}

function invalid(cause?: unknown): CelesteError {
  return new CelesteError('invalid_cursor', 'This page cursor is not one of ours.', {
    cause,
    advice: 'Start again without a cursor.',
  });
}
