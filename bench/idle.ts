// What a mailbox costs in which nothing happens: HTTP calls, database statements and processor time of one round.
// The rounds run in a process of their own, as a worker runs them; this one holds the sandbox and the server.
import { spawn } from 'node:child_process';
import { chmod, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

import { startSandbox } from '../sandbox/server.ts';
import type { IdleMeasured } from './idle-rounds.ts';
import { row } from './row.ts';
import { type BenchTask, prepareYacht } from './yacht.ts';

// CELESTE_BENCH_MAILBOXES says how many; a thousand take some ten minutes to be read for the first time.
const MAILBOXES = Number(process.env.CELESTE_BENCH_MAILBOXES ?? 1_000);
const CONNECTING_AT_ONCE = 8;
let F=0; let SEED=0;
const FOLDERS = 25;
const MESSAGES_PER_FOLDER = 2;

export async function idle(): Promise<void> {
  const dataDir = await mkdtemp(join(tmpdir(), 'celeste-bench-'));
  // Under root PostgreSQL runs as another user, who must get there.
  await chmod(dataDir, 0o755);
  const sandbox = await startSandbox({ port: 0, world: 'empty' });
  const T0=performance.now(); const t=(n:string)=>console.error(n, ((performance.now()-T0)/1000).toFixed(1), JSON.stringify(process.cpuUsage()));
  const yacht = await prepareYacht(dataDir, sandbox); t('yacht');
  try {
    const addresses = Array.from({ length: MAILBOXES }, (_, n) => `crew.${n}@bench.test`);
    const tasks: BenchTask[] = [];
    const connectNext = async () => {
      for (let address = addresses.pop(); address !== undefined; address = addresses.pop()) {
        const f=performance.now(); fill(sandbox.store, address); F+=performance.now()-f;
        tasks.push(await yacht.taskFor(address));
      }
    };
    await Promise.all(Array.from({ length: CONNECTING_AT_ONCE }, connectNext));
    t('connected'); console.error('fill ms',F); report(await measure(tasks)); t('measured');
  } finally {
    await yacht.close();
    await sandbox.close();
    await rm(dataDir, { recursive: true, force: true });
  }
}

function report({ mailboxes, requests, statements, cpuMs, milliseconds }: IdleMeasured): void {
  console.log(`idle: ${mailboxes} mailboxes of ${FOLDERS} folders in which nothing happened, one round each`);
  row('HTTP calls per mailbox and round (2 or fewer)', (requests / mailboxes).toFixed(2));
  row('database statements per mailbox and round', (statements / mailboxes).toFixed(1));
  row('processor milliseconds of the worker per mailbox', (cpuMs / mailboxes).toFixed(2));
  row('mailboxes per second, 8 at once', Math.round((mailboxes * 1000) / milliseconds));
}

function fill(store: Awaited<ReturnType<typeof startSandbox>>['store'], address: string): void {
  store.createMailbox({ address, displayName: address });
  const held = () =>
    [...(store.mailbox(address)?.folders.values() ?? [])].filter((folder) => folder.parent && !folder.search);
  for (let n = 1; held().length < FOLDERS; n += 1) {
    const { id } = store.createFolder(address, { name: `Matter ${n}`, parent: 'inbox' });
    store.bulk(address, { count: MESSAGES_PER_FOLDER, seed: (SEED += 1), folder: id });
  }
}

async function measure(tasks: BenchTask[]): Promise<IdleMeasured> {
  const script = fileURLToPath(new URL('./idle-rounds.ts', import.meta.url));
  const child = spawn(process.execPath, [script], { stdio: ['pipe', 'pipe', 'inherit'] });
  child.stdin.end(JSON.stringify(tasks));
  let out = '';
  for await (const chunk of child.stdout) out += String(chunk);
  const line = out.trim().split('\n').at(-1);
  if (!line?.startsWith('{')) throw new Error(`the rounds did not finish: ${out}`);
  return JSON.parse(line) as IdleMeasured;
}
