// Whether a worker grows: one process syncs mailboxes without a pause while mail comes, moves and goes in them and
// faults come in between. CELESTE_BENCH_MINUTES says for how long (60).
import { setTimeout as pause } from 'node:timers/promises';

import { type Sandbox, startSandbox } from '../sandbox/server.ts';
import { withDataDir } from './data-dir.ts';
import type { MemorySample } from './memory-rounds.ts';
import { startRounds } from './rounds.ts';
import { row } from './row.ts';
import { prepareYacht } from './yacht.ts';

const MAILBOXES = 16;
const MESSAGES = 500;
const DEEDS_PER_SECOND = 20;
const FAULT_EVERY = 50;
const minutes = Number(process.env.CELESTE_BENCH_MINUTES ?? 60);

export function memory(): Promise<void> {
  return withDataDir(async (dataDir) => {
    const sandbox = await startSandbox({ port: 0, world: 'empty' });
    sandbox.settings.limits.windowRequests = 1_000_000;
    const yacht = await prepareYacht(dataDir, sandbox);
    try {
      const addresses = Array.from({ length: MAILBOXES }, (_, n) => `crew.${n}@bench.test`);
      const tasks = [];
      for (const address of addresses) {
        sandbox.store.createMailbox({ address, displayName: address });
        sandbox.store.bulk(address, { count: MESSAGES, seed: 1 });
        tasks.push(await yacht.taskFor(address));
      }
      const rounds = startRounds<MemorySample>('./memory-rounds.ts', tasks);
      const samples = allOf(rounds.said);
      await storm(sandbox, addresses);
      rounds.stop();
      report(await samples);
    } finally {
      await yacht.close();
      await sandbox.close();
    }
  });
}

async function allOf<T>(said: AsyncIterable<T>): Promise<T[]> {
  const all: T[] = [];
  for await (const each of said) all.push(each);
  return all;
}

/** For each mail that comes another moves or goes. */
async function storm({ store, faults }: Sandbox, addresses: string[]): Promise<void> {
  const until = Date.now() + minutes * 60_000;
  for (let n = 0; Date.now() < until; n += 1) {
    const address = addresses[n % addresses.length] ?? '';
    const inbox = store.folder(address, 'inbox').messages;
    const oldest = inbox[0]?.id;
    store.bulk(address, { count: 1, seed: n, folder: 'inbox' });
    if (oldest && n % 2 === 0) store.deleteMessage(address, oldest, { permanent: true });
    else if (oldest) store.moveMessage(address, oldest, n % 4 === 1 ? 'archive' : 'deleteditems');
    if (n % FAULT_EVERY === 0) faults.add({ match: { mailbox: address }, fault: { status: 503, body: '' } });
    await pause(1_000 / DEEDS_PER_SECOND);
  }
}

function report(samples: MemorySample[]): void {
  const last = samples.at(-1);
  console.log(`memory: one worker without a pause for ${minutes} minutes, ${MAILBOXES} mailboxes in a storm`);
  row('rounds, changes', `${last?.rounds ?? 0}, ${last?.changes ?? 0}`);
  const quarter = (n: number) => samples[Math.floor(((samples.length - 1) * n) / 4)];
  for (const n of [0, 1, 2, 3, 4]) {
    const sample = quarter(n);
    if (sample)
      row(`after ${sample.minute} min: resident, heap in use`, `${sample.rssMiB}, ${sample.heapMiB} MiB`);
  }
}
