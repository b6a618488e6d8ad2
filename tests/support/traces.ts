// Looks for words in everything a database holds.
import { type Kysely, sql, type Transaction } from 'kysely';

/**
 * Where any of the words stands, in whatever column of whatever table, case aside: 'public.email_threads: offer'.
 *
 * @param db as the owner of the tables
 */
export async function tracesOf<Schema>(db: Kysely<Schema>, words: string[]): Promise<string[]> {
  const looking = await db.startTransaction().execute();
  try {
    return await look(looking, words);
  } finally {
    await looking.rollback().execute();
  }
}

async function look<Schema>(tx: Transaction<Schema>, words: string[]): Promise<string[]> {
  const { rows: tables } = await sql<{ name: string; quoted: string }>`
    select n.nspname || '.' || c.relname as name, format('%I.%I', n.nspname, c.relname) as quoted
      from pg_class c join pg_namespace n on n.oid = c.relnamespace
     where c.relkind = 'r' and n.nspname not in ('pg_catalog', 'information_schema')
     order by 1`.execute(tx);
  const traces: string[] = [];
  for (const { name, quoted } of tables) {
    // Its policies would keep rows from the owner too.
    await sql`alter table ${sql.raw(quoted)} no force row level security`.execute(tx);
    const { rows } = await sql<{ word: string }>`
      select distinct word from ${sql.raw(quoted)} t, unnest(${words}::text[]) word
       where strpos(lower(t::text), lower(word)) > 0 order by word`.execute(tx);
    traces.push(...rows.map(({ word }) => `${name}: ${word}`));
  }
  return traces;
}
