// Where a yacht's data lives: in the registry row, in the environment, or in the embedded server.
import type { Kysely } from 'kysely';

import { CelesteError } from '#base/errors.ts';
import type { Sealer } from '#base/sealing.ts';

import type { MasterSchema } from './schema.ts';

export type LocateDeps = {
  master: Kysely<MasterSchema>;
  sealer: Sealer;
  /** `<alias>_DATABASE_URL`, when it is set. */
  tenantUrl: (alias: string) => string | null;
  /** A database of that name in the embedded server; null when there is none. */
  embeddedUrl: ((database: string) => string) | null;
};

/** What a sealed database URL is bound to. */
export const databaseUrlContext = (yachtId: string) => `fleet-registry:${yachtId}:database-url`;

/** The embedded server keeps each yacht in a database of its own. */
export const embeddedDatabaseName = (alias: string) => `tenant_${alias.toLowerCase()}`;

/**
 * A function that answers where an active yacht's database is; null for a yacht that is not there or not active.
 *
 * @throws CelesteError `tenant_not_configured`
 */
export function createLocator(deps: LocateDeps): (yachtId: string) => Promise<{ url: string } | null> {
  return async (yachtId) => {
    const yacht = await deps.master
      .selectFrom('fleet_registry')
      .select(['tenant_key_alias', 'sealed_database_url'])
      .where('yacht_id', '=', yachtId)
      .where('active', '=', true)
      .executeTakeFirst();
    if (!yacht) return null;
    const { tenant_key_alias: alias, sealed_database_url: sealed } = yacht;
    const fromEnvironment = deps.tenantUrl(alias);
    if (fromEnvironment !== null) return { url: fromEnvironment };
    if (sealed !== null) return { url: await deps.sealer.open(sealed, databaseUrlContext(yachtId)) };
    if (deps.embeddedUrl) return { url: deps.embeddedUrl(embeddedDatabaseName(alias)) };
    throw new CelesteError('tenant_not_configured', `Nothing says where the database of "${yachtId}" is.`, {
      advice: `Set ${alias}_DATABASE_URL, or give it to celeste tenant add --database-url.`,
    });
  };
}
