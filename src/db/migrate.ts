// The migrator: numbered .sql files, applied once and in order, one transaction each. A file that has been
// applied may never change; the table `schema_migrations` remembers its SHA-256.
import { createHash } from 'node:crypto';
import { readdirSync, readFileSync } from 'node:fs';

import { DatabaseError, type Pool, type PoolClient } from 'pg';

import { CelesteError } from '#base/errors.ts';
import type { Log } from '#base/log.ts';
import { retry } from '#base/retry.ts';

export type DatabaseKind = 'master' | 'tenant';
export type Migration = { name: string; sql: string; checksum: string };

// Any two processes that migrate the same database meet on this lock.
const MIGRATION_LOCK = 7_236_301;

/** The migrations of this version, in order. */
export function listMigrations(kind: DatabaseKind): Migration[] {
  const folder = new URL(`./migrations/${kind}/`, import.meta.url);
  const names = readdirSync(folder).filter((name) => name.endsWith('.sql'));
  return names.sort().map((name) => {
    // A checkout with CRLF line ends is the same migration.
    const sql = readFileSync(new URL(name, folder), 'utf8').replaceAll('\r\n', '\n');
    return { name, sql, checksum: createHash('sha256').update(sql).digest('hex') };
  });
}

/**
 * Brings a database up to this version and returns the names of the files that were applied now. Any number
 * of processes may call it at once, behind a transaction pooler too.
 * Throws `migration_changed` when an applied file was edited, `migration_failed` when one does not run.
 */
export async function migrate(
  pool: Pool,
  kind: DatabaseKind,
  options: { log?: Log; migrations?: Migration[] } = {},
): Promise<string[]> {
  const migrations = options.migrations ?? listMigrations(kind);
  const applied = await appliedChecksums(pool);
  const unknown = [...applied.keys()].filter((name) => !migrations.some((m) => m.name === name));
  if (unknown.length > 0) options.log?.warn({ kind, unknown }, 'the database is newer than this version');

  const done: string[] = [];
  for (const migration of migrations) {
    if (isApplied(applied, migration)) continue;
    const ran = await retry(() => inTransaction(pool, (client) => applyOnce(client, migration)), {
      attempts: 8,
      baseMs: 50,
      isTransient: isRoleRace,
    }).catch((error: unknown) => {
      throw explain(error, kind, migration);
    });
    if (ran) done.push(migration.name);
  }
  if (done.length > 0) options.log?.info({ kind, applied: done }, 'database migrated');
  return done;
}

/** The files of this version that `pool`'s database does not have yet. Throws `migration_changed`. */
export async function pendingMigrations(pool: Pool, kind: DatabaseKind): Promise<string[]> {
  const applied = await appliedChecksums(pool);
  return listMigrations(kind)
    .filter((migration) => !isApplied(applied, migration))
    .map(({ name }) => name);
}

async function appliedChecksums(source: Pool | PoolClient): Promise<Map<string, string>> {
  const { rows: found } = await source.query(`select to_regclass('schema_migrations') is not null as exists`);
  if (found[0]?.exists !== true) return new Map();
  const { rows } = await source.query('select name, checksum from schema_migrations');
  return new Map(rows.map((row) => [row.name, row.checksum]));
}

function isApplied(applied: Map<string, string>, { name, checksum }: Migration): boolean {
  const known = applied.get(name);
  if (known === undefined || known === checksum) return known !== undefined;
  throw new CelesteError('migration_changed', `The migration ${name} was edited after it had been applied.`, {
    advice: 'Put the file back as it was released and make the change in a new one.',
  });
}

async function inTransaction<T>(pool: Pool, fn: (client: PoolClient) => Promise<T>): Promise<T> {
  const client = await pool.connect();
  try {
    await client.query('begin');
    const result = await fn(client);
    await client.query('commit');
    client.release();
    return result;
  } catch (error) {
    // Closing the connection rolls back, whatever state it is in.
    client.release(true);
    throw error;
  }
}

async function applyOnce(client: PoolClient, migration: Migration): Promise<boolean> {
  await client.query('select pg_advisory_xact_lock($1)', [MIGRATION_LOCK]);
  await client.query(`create table if not exists schema_migrations (
    name text primary key, checksum text not null, applied_at timestamptz not null default now())`);
  if (isApplied(await appliedChecksums(client), migration)) return false;
  await client.query(migration.sql);
  await client.query('insert into schema_migrations (name, checksum) values ($1, $2)', [
    migration.name,
    migration.checksum,
  ]);
  return true;
}

// Roles belong to the whole server. Two databases of it that create or grant them at the same moment trip
// over each other in the catalog; one of them only has to try again.
function isRoleRace(error: unknown): boolean {
  if (!(error instanceof DatabaseError)) return false;
  if (error.code === '40P01') return true;
  if (error.code === 'XX000') return /tuple concurrently (updated|deleted)/.test(error.message);
  return error.code === '23505' && /^pg_(authid|auth_members)/.test(error.constraint ?? '');
}

function explain(error: unknown, kind: DatabaseKind, { name }: Migration): unknown {
  if (!(error instanceof DatabaseError)) return error;
  const where = kind === 'master' ? 'MASTER' : 'TENANT';
  return new CelesteError('migration_failed', `The ${where} migration ${name} failed: ${error.message}.`, {
    cause: error,
    advice:
      error.code === '42501'
        ? 'Connect as the owner of the database, a role that may CREATE ROLE (on Supabase: postgres).'
        : 'Nothing of this file was kept.',
  });
}
