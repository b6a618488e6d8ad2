import type { Config } from '#config/config.ts';
import type { Fleet } from '#tenants/fleet.ts';

export type YachtDatabase = { source: string; advice: string };

/** Where a yacht's database is named, as `tenant list` shows it, and what to do when it cannot be used. */
export function yachtDatabase(
  alias: string,
  { config, fleet }: { config: Config; fleet: Pick<Fleet, 'embedded'> },
): YachtDatabase {
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
