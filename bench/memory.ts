// Whether a worker grows: one process syncs mailboxes without a pause while mail comes, moves and goes in them and
// faults come in between. CELESTE_BENCH_MINUTES says for how long (60).
import { type ChildProcess, spawn } from 'node:child_process';
import { chmod, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { setTimeout as pause } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';

import { type Sandbox, startSandbox } from '../sandbox/server.ts';
import type { MemorySample } from './memory-rounds.ts';
import { row } from './row.ts';
import { prepareYacht } from './yacht.ts';

const MAILBOXES = 16;
const MESSAGES = 500;
const DEEDS_PER_SECOND = 20;
const FAULT_EVERY = 50;
const minutes = Number(process.env.CELESTE_BENCH_MINUTES ?? 60);

export async function memory(): Promise<void> {
  const dataDir = await mkdtemp(join(tmpdir(), 'celeste-bench-'));
  // Under root PostgreSQL runs as another user, who must get there.
  await chmod(dataDir, 0o755);
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
    const script = fileURLToPath(new URL('./memory-rounds.ts', import.meta.url));
    const child = spawn(process.execPath, [script], { stdio: ['pipe', 'pipe', 'inherit'] });
    child.stdin.write(`${JSON.stringify(tasks)}\n`);
    const samples = gather(child);
    await storm(sandbox, addresses);
    child.stdin.end();
    report(await samples);
  } finally {
    await yacht.close();
    await sandbox.close();
    await rm(dataDir, { recursive: true, force: true });
  }
}

async function gather(child: ChildProcess): Promise<MemorySample[]> {
  const samples: MemorySample[] = [];
  if (!child.stdout) return samples;
  for await (const line of createInterface({ input: child.stdout })) samples.push(JSON.parse(line));
  return samples;
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
