// The `celeste` command. One file per command beside this one; those that run the service are loaded only when
// they are asked for.
import { readFileSync } from 'node:fs';

import { Command } from 'commander';

import { doctorCommand } from './doctor.ts';
import { fail } from './fail.ts';
import { migrateCommand } from './migrate.ts';
import { tenantCommand } from './tenant.ts';
import { userCommand } from './user.ts';
import { watcherCommand } from './watcher.ts';

// Whoever read our output may be gone: `celeste watcher list | head`, or Ctrl-C in `npm start | tee log`, which
// ends tee first. That must not keep a service from stopping in good order.
for (const stream of [process.stdout, process.stderr]) {
  stream.on('error', (error: NodeJS.ErrnoException) => {
    if (error.code !== 'EPIPE') throw error;
  });
}

const { version } = JSON.parse(readFileSync(new URL('../../package.json', import.meta.url), 'utf8'));

const program = new Command('celeste')
  .description("Celeste Mail: a yacht crew's mail, where the work is.")
  .version(version)
  .showHelpAfterError('(celeste --help lists the commands)')
  .addHelpText(
    'after',
    `
Settings come from the environment and from .env; .env.example explains each. Without any, everything runs
here with a demo fleet: an embedded PostgreSQL in .data, and our own Microsoft.

Examples:
  celeste start                       everything in one process
  celeste doctor                      what is wrong, and what to do about it
  celeste tenant add --yacht corvina --name "M/Y Corvina" --alias CORVINA
  celeste user add --yacht corvina --email eto@corvina.example --role eto`,
  );

program
  .command('start')
  .description('run everything in one process: databases, migrations, page, API, worker, sandbox')
  .action(async () => (await import('./start.ts')).start());
program
  .command('api')
  .description('serve the API and the page; as many of these processes as you like')
  .action(async () => (await import('./api.ts')).api());
program
  .command('work')
  .description('sync mailboxes and match threads; as many of these processes as you like')
  .action(async () => (await import('./work.ts')).work());

for (const command of [migrateCommand, tenantCommand, userCommand, watcherCommand, doctorCommand]) {
  program.addCommand(command());
}

await program.parseAsync().catch(fail);
