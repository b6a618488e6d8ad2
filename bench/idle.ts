// What a mailbox costs in which nothing happens: HTTP calls, database statements and processor time of one round.
// The rounds run in a process of their own, as a worker runs them; this one holds the sandbox and the server.
import { type Sandbox, startSandbox } from '../sandbox/server.ts';
import { withDataDir } from './data-dir.ts';
import type { IdleFigures, IdleMeasured } from './idle-rounds.ts';
import { startRounds } from './rounds.ts';
import { row } from './row.ts';
import { type BenchTask, type BenchYacht, prepareYacht } from './yacht.ts';

/** CELESTE_BENCH_MAILBOXES says how many; a thousand take some three minutes to be connected and read. */
const MAILBOXES = Number(process.env.CELESTE_BENCH_MAILBOXES ?? 1_000);
const CONNECTING_AT_ONCE = 8;
const FOLDERS = 25;
const MESSAGES_PER_FOLDER = 2;

export function idle(): Promise<void> {
  return withDataDir(async (dataDir) => {
    const sandbox = await startSandbox({ port: 0, world: 'empty' });
    const yacht = await prepareYacht(dataDir, sandbox);
    try {
      const started = performance.now();
      const tasks = await connectAll(sandbox, yacht);
      const rounds = startRounds<IdleMeasured>('./idle-rounds.ts', tasks);
      for await (const measured of rounds.said) report(measured, performance.now() - started);
      rounds.stop();
    } finally {
      await yacht.close();
      await sandbox.close();
    }
  });
}

async function connectAll(sandbox: Sandbox, yacht: BenchYacht): Promise<BenchTask[]> {
  const numbers = Array.from({ length: MAILBOXES }, (_, n) => n);
  const tasks: BenchTask[] = [];
  const connectNext = async () => {
    for (let n = numbers.pop(); n !== undefined; n = numbers.pop()) tasks.push(await connectOne(n));
  };
  const connectOne = (n: number) => {
    const address = `crew.${n}@bench.test`;
    fill(sandbox, address, n);
    return yacht.taskFor(address);
  };
  await Promise.all(Array.from({ length: CONNECTING_AT_ONCE }, connectNext));
  return tasks;
}

/** Mail of its own for each mailbox: the same mail in a thousand would be threads of a thousand copies. */
function fill({ store }: Sandbox, address: string, n: number): void {
  store.createMailbox({ address, displayName: address });
  const held = () =>
    [...(store.mailbox(address)?.folders.values() ?? [])].filter((folder) => folder.parent && !folder.search);
  for (let matter = 1; held().length < FOLDERS; matter += 1) {
    const { id } = store.createFolder(address, { name: `Matter ${matter}`, parent: 'inbox' });
    store.bulk(address, { count: MESSAGES_PER_FOLDER, seed: n * FOLDERS + matter, folder: id });
  }
}

function report({ mailboxes, round, job }: IdleMeasured, milliseconds: number): void {
  const each = (figure: number) => figure / mailboxes;
  console.log(`idle: ${mailboxes} mailboxes of ${FOLDERS} folders in which nothing happened, one round each`);
  row('HTTP calls per mailbox and round (2 or fewer)', each(round.requests).toFixed(2));
  const figures = (name: string, { statements, cpuMs, milliseconds: took }: IdleFigures) => {
    row(`${name}: database statements per mailbox`, each(statements).toFixed(1));
    row(`${name}: processor milliseconds of the worker`, each(cpuMs).toFixed(2));
    row(`${name}: mailboxes per second, 8 at once`, Math.round((mailboxes * 1000) / took));
  };
  figures('the round', round);
  figures('the job around it too', job);
  row('seconds it all took, connecting and first reads included', Math.round(milliseconds / 1000));
}
