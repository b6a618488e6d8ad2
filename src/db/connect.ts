// PostgreSQL, spoken through `pg` and Kysely. This folder knows servers, migrations, paging and notifications;
// it knows no table but its own `schema_migrations`.
import { Kysely, PostgresDialect } from 'kysely';
import { Pool, types } from 'pg';

export type { Pool } from 'pg';

export type PoolOptions = {
  /** Most connections at once. */
  max: number;
  /** Milliseconds an unused connection is kept. */
  idleMs: number;
  /** Milliseconds to wait for a connection before giving up. */
  connectMs?: number;
  /** Whether a statement may be sent before the one ahead of it is answered; for `createPipelinedDatabase`. */
  pipeline?: boolean;
  /** Shown in pg_stat_activity. */
  name?: string;
  /** Told when a connection breaks; the pool replaces it by itself, and a query in it fails with its own error. */
  onError?: (error: Error) => void;
};

const DATE_OID = 1082;

// A date has no time and no zone, so it stays 'YYYY-MM-DD'; numbers beyond 2^53 stay strings as well.
const typeParsers: { getTypeParser: typeof types.getTypeParser } = {
  getTypeParser: ((oid: number, format?: 'text' | 'binary') =>
    oid === DATE_OID
      ? (value: string) => value
      : types.getTypeParser(oid, format as 'text')) as typeof types.getTypeParser,
};

/** A pool of connections to `url`. Nothing connects before the first query. End it with `pool.end()`. */
export function openPool(url: string, options: PoolOptions): Pool {
  const pool = new Pool({
    connectionString: url,
    max: options.max,
    idleTimeoutMillis: options.idleMs,
    connectionTimeoutMillis: options.connectMs ?? 10_000,
    application_name: options.name ?? 'celeste-mail',
    keepAlive: true,
    pipeline: options.pipeline ?? false,
    types: typeParsers,
  });
  const onError = options.onError ?? (() => undefined);
  pool.on('error', onError);
  // The pool listens to unused connections only; without this, one that breaks in use ends the process.
  pool.on('connect', (client) => client.on('error', onError));
  return pool;
}

/** Kysely over a pool; destroying it ends the pool. */
export function createKysely<Schema>(pool: Pool): Kysely<Schema> {
  return new Kysely<Schema>({ dialect: new PostgresDialect({ pool }) });
}
