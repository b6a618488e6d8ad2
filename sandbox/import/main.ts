// `npm run sandbox:import -- FILE_OR_FOLDER --mailbox ADDRESS`
import { parseArgs } from 'node:util';

import { importMail } from './import.ts';

const USAGE = `npm run sandbox:import -- FILE_OR_FOLDER … --mailbox ADDRESS [options]
  --folder NAME   a well-known name or a path such as inbox/Imported (default inbox)
  --url URL       of the sandbox (default http://localhost:3365)
  --create        make the mailbox if there is none`;

const text = { type: 'string' } as const;

async function run(): Promise<void> {
  const { values, positionals } = parseArgs({
    allowPositionals: true,
    options: {
      mailbox: text,
      folder: text,
      url: text,
      create: { type: 'boolean' },
      help: { type: 'boolean' },
    },
  });
  if (values.help) return void process.stdout.write(`${USAGE}\n`);
  if (positionals.length === 0 || !values.mailbox)
    throw new Error(`Name what to import, and --mailbox.\n${USAGE}`);
  const result = await importMail({
    paths: positionals,
    mailbox: values.mailbox,
    folder: values.folder ?? 'inbox',
    url: values.url ?? 'http://localhost:3365',
    create: values.create ?? false,
    onProgress: showProgress,
  });
  if (process.stderr.isTTY) process.stderr.write('\r\x1b[K');
  for (const { name, problem } of result.problems) process.stdout.write(`  ${name}: ${problem}\n`);
  for (const { name, problem } of result.failed) process.stdout.write(`  NOT IMPORTED ${name}: ${problem}\n`);
  const odd = new Set(result.problems.map(({ name }) => name)).size;
  process.stdout.write(
    `${result.imported} mails imported into ${values.mailbox}, ${odd} of them with problems; ${result.failed.length} refused.\n`,
  );
  if (result.failed.length > 0 || result.imported === 0) process.exitCode = 1;
}

function showProgress(done: number, name: string): void {
  if (process.stderr.isTTY) process.stderr.write(`\r\x1b[K${done} ${name.slice(-60)}`);
  else if (done % 500 === 0) process.stderr.write(`${done} mails\n`);
}

try {
  await run();
} catch (error) {
  process.stderr.write(`sandbox:import: ${error instanceof Error ? error.message : String(error)}\n`);
  process.exitCode = 1;
}
