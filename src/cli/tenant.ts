import { Command, InvalidArgumentError } from 'commander';

import { CelesteError } from '#base/errors.ts';
import { isDatabaseUrl } from '#config/values.ts';
import { addYacht, listYachts } from '#directory/directory.ts';
import { databaseUrlContext } from '#directory/locate.ts';

import { explain } from './fail.ts';
import { print, printTable } from './print.ts';
import { type Session, withMigratedFleet } from './session.ts';
import { yachtDatabase } from './yacht-database.ts';

type AddOptions = { yacht: string; name: string; alias: string; databaseUrl?: string };

/** `celeste tenant …` */
export function tenantCommand(): Command {
  const tenant = new Command('tenant').description('the yachts of the fleet');
  tenant
    .command('add')
    .description('register a yacht, or change its name and database, and prepare its database')
    .requiredOption('--yacht <id>', 'its id, e.g. corvina', yachtId)
    .requiredOption('--name <name>', 'as people write it, e.g. "M/Y Corvina"', name)
    .requiredOption('--alias <alias>', 'its database is found as <alias>_DATABASE_URL, e.g. CORVINA', alias)
    .option(
      '--database-url <url>',
      'keep the URL in the registry, sealed, instead of in the environment',
      databaseUrl,
    )
    .action((options: AddOptions) => withMigratedFleet((session) => addTenant(session, options)));
  tenant
    .command('list')
    .description('the yachts and where their data is')
    .action(() => withMigratedFleet(listTenants));
  return tenant;
}

async function addTenant({ fleet, config }: Session, options: AddOptions): Promise<void> {
  const { yacht: yachtId, databaseUrl } = options;
  if (!fleet.embedded && databaseUrl === undefined && config.databases.tenantUrl(options.alias) === null) {
    throw new CelesteError('tenant_not_configured', `Nothing says where the database of "${yachtId}" is.`, {
      advice: `Set ${options.alias}_DATABASE_URL, or add --database-url.`,
    });
  }
  const sealedDatabaseUrl =
    databaseUrl === undefined ? null : await fleet.sealer.seal(databaseUrl, databaseUrlContext(yachtId));
  await addYacht(fleet.master, { yachtId, yachtName: options.name, alias: options.alias, sealedDatabaseUrl });
  const failure = (await fleet.migrate()).find((failed) => failed.yachtId === yachtId);
  if (failure !== undefined) {
    const { advice } = yachtDatabase(options.alias, { config, fleet });
    throw new CelesteError(
      'tenant_not_prepared',
      `${yachtId} is registered, but its database is not ready: ${explain(failure.error).replace(/\.$/, '')}.`,
      { cause: failure.error, advice: `${advice} Then run celeste migrate.` },
    );
  }
  print(`${options.name} (${yachtId}) is ready.`);
}

async function listTenants({ fleet, config }: Session): Promise<void> {
  const yachts = await listYachts(fleet.master);
  const rows = yachts.map(({ yachtId, yachtName, alias, active }) => [
    yachtId,
    yachtName,
    alias,
    active ? 'yes' : 'no',
    yachtDatabase(alias, { config, fleet }).source,
  ]);
  printTable(['YACHT', 'NAME', 'ALIAS', 'ACTIVE', 'DATABASE'], rows);
}

function yachtId(value: string): string {
  if (/^[a-z0-9][a-z0-9._-]*$/.test(value)) return value;
  throw new InvalidArgumentError('Small letters, digits and . _ - only.');
}

function name(value: string): string {
  if (value.trim() !== '') return value.trim();
  throw new InvalidArgumentError('A yacht has a name.');
}

function databaseUrl(value: string): string {
  if (isDatabaseUrl(value)) return value;
  throw new InvalidArgumentError('It begins with postgres://.');
}

// It becomes part of the name of an environment variable.
function alias(value: string): string {
  if (/^[A-Z][A-Z0-9_]*$/.test(value)) return value;
  throw new InvalidArgumentError('Capital letters, digits and _ only, a letter first.');
}
