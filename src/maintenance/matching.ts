// Finding records by what a person types.
import { type RawBuilder, sql } from 'kysely';

const MAX_WORDS = 8;

/** True for rows whose `text` contains every word of `q`, in any order and case. `%` and `_` mean themselves. */
export function containsAll(q: string, text: RawBuilder<unknown>): RawBuilder<boolean> {
  const words = q.trim().split(/\s+/).filter(Boolean).slice(0, MAX_WORDS);
  const patterns = words.map((word) => `%${word.replace(/[\\%_]/g, '\\$&')}%`);
  return sql<boolean>`${text} ilike all (${patterns}::text[])`;
}
