import { CelesteError } from '#base/errors.ts';
import type { Config } from '#config/config.ts';
import type { Fleet } from '#tenants/fleet.ts';

import { explain } from './fail.ts';

export type YachtDatabase = { source: string; advice: string };
/** What knows where the yachts' databases are. */
export type Ground = { config: Pick<Config, 'databases'>; fleet: Pick<Fleet, 'embedded'> };

/** Where a yacht's database is named, as `tenant list` shows it, and what to do when it cannot be used. */
export function yachtDatabase(alias: string, { config, fleet }: Ground): YachtDatabase {
  const setting = `${alias}_DATABASE_URL`;
  if (config.databases.tenantUrl(alias) !== null) {
    return { source: setting, advice: `Check ${setting} and that the server is up.` };
  }
  if (fleet.embedded) return { source: 'embedded', advice: 'Check DATA_DIR and its disk.' };
  return {
    source: 'registry',
    advice: `Check the URL in the registry (celeste tenant add --database-url …), or set ${setting}.`,
  };
}

/** Why a yacht's database cannot be used, and what to do: one line, without anything secret. */
export function explainYacht({ alias, error }: { alias: string; error: unknown }, ground: Ground): string {
  const said = explain(error);
  if (error instanceof CelesteError && error.advice !== undefined) return said;
  return `${said.replace(/\.$/, '')}. ${yachtDatabase(alias, ground).advice}`;
}
