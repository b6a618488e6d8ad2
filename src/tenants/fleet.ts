// The databases a process stands on: MASTER, and through it the door to every yacht's own. Each command opens
// the fleet first and closes it last.
import type { Kysely } from 'kysely';

import { CelesteError } from '#base/errors.ts';
import type { Log } from '#base/log.ts';
import { createSealer, type Sealer } from '#base/sealing.ts';
import type { Config } from '#config/config.ts';
import type { Secrets } from '#config/secrets.ts';
import { createKysely, openPool, type Pool } from '#db/connect.ts';
import { type EmbeddedPostgres, startEmbeddedPostgres } from '#db/embedded.ts';
import { migrate, pendingMigrations } from '#db/migrate.ts';
import { listYachts } from '#directory/directory.ts';
import { createLocator, embeddedDatabaseName } from '#directory/locate.ts';
import type { MasterSchema } from '#directory/schema.ts';

import { createTenants, type Tenants } from './tenants.ts';

export interface Fleet {
  master: Kysely<MasterSchema>;
  /** For what needs a connection of its own: the queue, live events. */
  masterUrl: string;
  tenants: Tenants;
  sealer: Sealer;
  /** True when the databases are in the embedded server. */
  embedded: boolean;
  /**
   * Brings MASTER and every active yacht up to this version; safe from many processes at once.
   *
   * @returns the yachts whose database could not be, each with the reason: they do not stop the others
   */
  migrate(): Promise<YachtFailure[]>;
  /** Refuses with `migrations_pending` when MASTER is not of this version. */
  requireMigrated(): Promise<void>;
  /** Each active yacht with the migrations its database lacks, or with the reason why nobody can tell. */
  inspect(): Promise<YachtState[]>;
  close(): Promise<void>;
}

export type YachtFailure = { yachtId: string; alias: string; error: unknown };
export type YachtState = { yachtId: string; alias: string; pending: string[]; error: unknown };

export type FleetOptions = {
  config: Pick<Config, 'databases' | 'dataDir'>;
  secrets: Pick<Secrets, 'tokenKeys'>;
  log: Log;
};

const MASTER_DATABASE = 'master';
const MASTER_POOL = { max: 10, idleMs: 30_000, name: 'celeste-mail' };
const TENANT_POOL = { poolMax: 5, idleMs: 60_000 };

/**
 * Connects to the databases of the configuration, starting the embedded server when MASTER_DATABASE_URL is not set.
 *
 * @throws CelesteError `master_unreachable`, or what the embedded server throws
 */
export async function openFleet({ config, secrets, log }: FleetOptions): Promise<Fleet> {
  const configured = config.databases.masterUrl;
  const postgres = configured === null ? await startEmbeddedPostgres(config.dataDir, log) : null;
  if (postgres) await postgres.ensureDatabase(MASTER_DATABASE);
  const masterUrl = configured ?? postgres?.url(MASTER_DATABASE) ?? '';
  const pool = openPool(masterUrl, {
    ...MASTER_POOL,
    onError: (err) => log.debug({ err }, 'MASTER connection lost'),
  });
  const master = createKysely<MasterSchema>(pool);
  const sealer = createSealer(secrets.tokenKeys);
  const locate = createLocator({
    master,
    sealer,
    tenantUrl: config.databases.tenantUrl,
    embeddedUrl: postgres && ((database) => postgres.url(database)),
  });
  const { yachtsOpen } = config.databases;
  const tenants = createTenants({ locate, ...TENANT_POOL, maxOpen: yachtsOpen, log });
  const close = async () => {
    await tenants.close();
    await master.destroy();
    await postgres?.stop();
  };
  await reach(pool).catch(async (error: unknown) => {
    await close();
    throw error;
  });
  return {
    master,
    masterUrl,
    tenants,
    sealer,
    embedded: postgres !== null,
    migrate: () => migrateAll({ pool, master, postgres, locate, log }),
    requireMigrated: () => requireMigrated(pool),
    inspect: () => inspectAll({ pool, master, postgres, locate, log }),
    close,
  };
}

async function reach(pool: Pool): Promise<void> {
  try {
    await pool.query('select 1');
  } catch (cause) {
    const why = cause instanceof Error ? cause.message : String(cause);
    throw new CelesteError(
      'master_unreachable',
      `The database of MASTER_DATABASE_URL cannot be reached: ${why}.`,
      {
        advice: 'Check MASTER_DATABASE_URL and that the server is up.',
        cause,
      },
    );
  }
}

type Migrating = {
  pool: Pool;
  master: Kysely<MasterSchema>;
  postgres: EmbeddedPostgres | null;
  locate: (yachtId: string) => Promise<{ url: string } | null>;
  log: Log;
};

async function migrateAll(fleet: Migrating): Promise<YachtFailure[]> {
  await migrate(fleet.pool, 'master', { log: fleet.log });
  const failed: YachtFailure[] = [];
  for (const yacht of await listYachts(fleet.master, { activeOnly: true })) {
    try {
      await migrateYacht(fleet, yacht);
    } catch (error) {
      failed.push({ yachtId: yacht.yachtId, alias: yacht.alias, error });
    }
  }
  return failed;
}

async function migrateYacht(
  { postgres, locate, log }: Migrating,
  { yachtId, alias }: { yachtId: string; alias: string },
): Promise<void> {
  const place = await locate(yachtId);
  if (!place) return;
  const database = embeddedDatabaseName(alias);
  if (postgres && place.url === postgres.url(database)) await postgres.ensureDatabase(database);
  await withPool(place.url, (pool) => migrate(pool, 'tenant', { log: log.child({ yacht_id: yachtId }) }));
}

async function inspectAll({ master, locate }: Migrating): Promise<YachtState[]> {
  const states: YachtState[] = [];
  for (const { yachtId, alias } of await listYachts(master, { activeOnly: true })) {
    try {
      const place = await locate(yachtId);
      const pending = place ? await withPool(place.url, (pool) => pendingMigrations(pool, 'tenant')) : [];
      states.push({ yachtId, alias, pending, error: null });
    } catch (error) {
      states.push({ yachtId, alias, pending: [], error });
    }
  }
  return states;
}

async function withPool<T>(url: string, fn: (pool: Pool) => Promise<T>): Promise<T> {
  const pool = openPool(url, { max: 1, idleMs: 1_000 });
  try {
    return await fn(pool);
  } finally {
    await pool.end();
  }
}

async function requireMigrated(pool: Pool): Promise<void> {
  const pending = await pendingMigrations(pool, 'master');
  if (pending.length === 0) return;
  throw new CelesteError(
    'migrations_pending',
    `MASTER lacks ${pending.length} migration(s) of this version.`,
    {
      advice: 'Run: celeste migrate.',
    },
  );
}
