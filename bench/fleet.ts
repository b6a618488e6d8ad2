// A fleet to measure on: an embedded server, one MASTER, and a database for each yacht, copied from one that is
// migrated. Made without waiting for the disk; what is measured runs with the server's ordinary, durable settings.
import type { Kysely } from 'kysely';

import { createLog } from '#base/log.ts';
import { createKysely, openPool, type Pool } from '#db/connect.ts';
import { type EmbeddedPostgres, startEmbeddedPostgres } from '#db/embedded.ts';
import { migrate } from '#db/migrate.ts';
import type { MasterSchema } from '#directory/schema.ts';
import { createTenants, type Tenants } from '#tenants/tenants.ts';

export type BenchFleet = {
  masterUrl: string;
  master: Kysely<MasterSchema>;
  tenants: Tenants;
  yachtIds: string[];
  tenantUrl(yachtId: string): string;
  close(): Promise<void>;
};

const CONNECTIONS = '400';
const HASTY = { fsync: 'off', synchronous_commit: 'off', full_page_writes: 'off' };

export async function createFleet(dataDir: string, yachts: number): Promise<BenchFleet> {
  const log = createLog('warn', { format: 'text' });
  const yachtIds = Array.from({ length: yachts }, (_, n) => `yacht-${n + 1}`);
  const hasty = await startEmbeddedPostgres(dataDir, log, {
    settings: { ...HASTY, max_connections: CONNECTIONS },
  });
  await makeDatabases(hasty, yachtIds);
  await hasty.stop();

  const postgres = await startEmbeddedPostgres(dataDir, log, { settings: { max_connections: CONNECTIONS } });
  const masterUrl = postgres.url('bench_master');
  const master = createKysely<MasterSchema>(openPool(masterUrl, { max: 10, idleMs: 30_000 }));
  const tenantUrl = (yachtId: string) => postgres.url(databaseOf(yachtId));
  const locate = async (yachtId: string) => ({ url: tenantUrl(yachtId) });
  const tenants = createTenants({ locate, poolMax: 5, idleMs: 60_000, log });
  return {
    ...{ masterUrl, master, tenants, yachtIds, tenantUrl },
    close: async () => {
      await tenants.close();
      await master.destroy();
      await postgres.stop();
    },
  };
}

const databaseOf = (yachtId: string) => yachtId.replace('-', '_');
/** As an environment variable names it. */
export const aliasOf = (yachtId: string) => databaseOf(yachtId).toUpperCase();

async function makeDatabases(postgres: EmbeddedPostgres, yachtIds: string[]): Promise<void> {
  for (const kind of ['master', 'tenant'] as const) {
    await postgres.ensureDatabase(`bench_${kind}`);
    await withPool(postgres.url(`bench_${kind}`), (pool) => migrate(pool, kind));
  }
  await withPool(postgres.url('postgres'), async (pool) => {
    for (const yachtId of yachtIds) {
      await pool.query(`create database ${databaseOf(yachtId)} template bench_tenant strategy file_copy`);
    }
  });
  await withPool(postgres.url('bench_master'), (pool) =>
    pool.query(
      `insert into fleet_registry (yacht_id, yacht_name, tenant_key_alias)
       select id, id, upper(replace(id, '-', '_')) from unnest($1::text[]) id`,
      [yachtIds],
    ),
  );
}

export async function withPool<T>(url: string, fn: (pool: Pool) => Promise<T>): Promise<T> {
  const pool = openPool(url, { max: 1, idleMs: 1_000 });
  try {
    return await fn(pool);
  } finally {
    await pool.end();
  }
}
