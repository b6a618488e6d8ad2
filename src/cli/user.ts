import { Command, InvalidArgumentError, Option } from 'commander';

import { addUser } from '#directory/add-user.ts';
import { ROLES, type Role } from '#directory/roles.ts';

import { uuid } from './arguments.ts';
import { print } from './print.ts';
import { withMigratedFleet } from './session.ts';

type AddOptions = { yacht: string; email: string; role: Role; name?: string; id?: string; password?: string };

/** `celeste user …` */
export function userCommand(): Command {
  const user = new Command('user').description('the people aboard');
  user
    .command('add')
    .description(
      "add a person to a yacht, or change role, name and password of one who is there; prints the person's id",
    )
    .requiredOption('--yacht <id>', 'the yacht, as celeste tenant list shows it')
    .requiredOption('--email <address>', 'what they sign in with', address)
    .addOption(new Option('--role <role>', 'what they are aboard').choices(ROLES).makeOptionMandatory())
    .option('--name <name>', 'as the crew knows them; without it, what stands before the @')
    .option('--id <uuid>', 'the id another sign-in knows them by (the sub of its tokens)', uuid)
    .option('--password <password>', 'lets them sign in here; leave it out when another issuer signs them in')
    .action(add);
  return user;
}

async function add({ yacht, email, name, ...rest }: AddOptions): Promise<void> {
  const displayName = name ?? email.split('@')[0] ?? email;
  const id = await withMigratedFleet(({ fleet }) =>
    addUser(fleet.master, { yachtId: yacht, email, displayName, ...rest }),
  );
  print(id);
}

function address(value: string): string {
  if (/^[^\s@]+@[^\s@]+\.[^\s@]+$/.test(value)) return value;
  throw new InvalidArgumentError('Not a mail address.');
}
