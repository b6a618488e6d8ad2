import { Command } from 'commander';

import { CelesteError } from '#base/errors.ts';

import { explain } from './fail.ts';
import { print } from './print.ts';
import { withFleet } from './session.ts';

/** `celeste migrate` */
export function migrateCommand(): Command {
  return new Command('migrate')
    .description("bring MASTER and every active yacht's database up to this version; safe to repeat")
    .action(() => withFleet(async ({ fleet }) => report(await fleet.migrate())));
}

function report(failed: { yachtId: string; error: unknown }[]): void {
  for (const { yachtId, error } of failed) print(`${yachtId}: ${explain(error)}`);
  if (failed.length > 0) {
    throw new CelesteError('migration_failed', `${failed.length} of the yachts could not be migrated.`, {
      advice: 'The others are done; repeat the command when the reasons above are gone.',
    });
  }
  print('Every database is of this version.');
}
