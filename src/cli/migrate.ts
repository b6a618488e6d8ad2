import { Command } from 'commander';

import { CelesteError } from '#base/errors.ts';
import type { YachtFailure } from '#tenants/fleet.ts';

import { print } from './print.ts';
import { type Session, withFleet } from './session.ts';
import { explainYacht } from './yacht-database.ts';

/** `celeste migrate` */
export function migrateCommand(): Command {
  return new Command('migrate')
    .description("bring MASTER and every active yacht's database up to this version; safe to repeat")
    .action(() => withFleet(async (session) => report(await session.fleet.migrate(), session)));
}

function report(failed: YachtFailure[], session: Session): void {
  for (const failure of failed) print(`${failure.yachtId}: ${explainYacht(failure, session)}`);
  if (failed.length > 0) {
    throw new CelesteError('migration_failed', `${failed.length} of the yachts could not be migrated.`, {
      advice: 'The others are done; repeat the command when the reasons above are gone.',
    });
  }
  print('Every database is of this version.');
}
