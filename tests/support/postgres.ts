// Fresh, migrated databases on a real PostgreSQL for any test: copies of templates that vitest's global setup
// makes once per run. They vanish with the server when the run ends.
import { randomBytes } from 'node:crypto';

import type { Kysely } from 'kysely';
import { Client, type Pool } from 'pg';
import { inject } from 'vitest';

import { createLog } from '#base/log.ts';
import { createKysely, openPool } from '#db/connect.ts';
import type { MasterSchema } from '#directory/schema.ts';
import type { TenantSchema } from '#tenants/schema.ts';
import { createTenants, type Tenants } from '#tenants/tenants.ts';

export type TestDatabase<Schema> = {
  url: string;
  /** As the owner of the tables, outside the door. */
  pool: Pool;
  db: Kysely<Schema>;
  close(): Promise<void>;
};

/** An empty MASTER. */
export const createMaster = (): Promise<TestDatabase<MasterSchema>> => createFrom('template_master');

/** An empty TENANT, with the door to it: whichever yacht is asked for, it is in this database. */
export async function createTenant(): Promise<TestDatabase<TenantSchema> & { tenants: Tenants }> {
  const database = await createFrom<TenantSchema>('template_tenant');
  const tenants = createTenants({
    locate: async () => ({ url: database.url }),
    poolMax: 4,
    idleMs: 30_000,
    log: createLog('silent'),
  });
  const close = async () => {
    await tenants.close();
    await database.close();
  };
  return { ...database, tenants, close };
}

/** A database with nothing in it; what a migration or a schema of somebody else's starts from. */
export const createEmpty = (): Promise<TestDatabase<Record<string, never>>> => createFrom('template0');

async function createFrom<Schema>(template: string): Promise<TestDatabase<Schema>> {
  const name = `t_${randomBytes(6).toString('hex')}`;
  await asAdmin((client) => client.query(`create database ${name} template ${template} strategy file_copy`));
  const url = urlOf(name);
  const pool = openPool(url, { max: 5, idleMs: 10_000 });
  const db = createKysely<Schema>(pool);
  return { url, pool, db, close: () => db.destroy() };
}

/** Runs `fn` with a connection to the server's `postgres` database, as the account that owns the test databases. */
export async function asAdmin<T>(fn: (client: Client) => Promise<T>): Promise<T> {
  const client = new Client({ connectionString: urlOf('postgres') });
  await client.connect();
  try {
    return await fn(client);
  } finally {
    await client.end();
  }
}

/** The URL of a database on the test server. */
export function urlOf(database: string): string {
  const url = new URL(inject('postgresUrl'));
  url.pathname = `/${database}`;
  return url.href;
}

declare module 'vitest' {
  interface ProvidedContext {
    postgresUrl: string;
  }
}
