// How fast a mailbox is read for the first time, against the floor that no program can pass (the same pages
// fetched and parsed, and their rows written by COPY into a table without indexes) and against the usual way
// (the official SDK's page iterator, one upsert per message). Each runs in a process of its own; this one holds
// the sandbox and, for PostgreSQL, a server made for the measurement with its ordinary, durable settings.
import { spawn } from 'node:child_process';
import { chmod, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

import { startSandbox } from '../sandbox/server.ts';
import { row } from './row.ts';
import { type BenchYacht, prepareYacht } from './yacht.ts';

const MESSAGES = 20_000;
const LARGE = 100_000;
const RUNS = 5;
const PEER_MESSAGES = 3_000;
const PEER_LATENCY_MS = 30;
const FOLDERS = 25;

/** What a measured process says about itself on its standard output. */
export type Measured = { messages: number; milliseconds: number; peakMiB: number };

type World = { sandbox: Awaited<ReturnType<typeof startSandbox>>; yacht: BenchYacht; certificate: string };

export async function firstSync(): Promise<void> {
  const dataDir = await mkdtemp(join(tmpdir(), 'celeste-bench-'));
  // Under root PostgreSQL runs as another user, who must get there.
  await chmod(dataDir, 0o755);
  const sandbox = await startSandbox({ port: 0, httpsPort: 0, world: 'empty' });
  const yacht = await prepareYacht(dataDir, sandbox);
  const certificate = join(dataDir, 'sandbox.pem');
  await writeFile(certificate, sandbox.certificate ?? '');
  try {
    await report({ sandbox, yacht, certificate });
  } finally {
    await yacht.close();
    await sandbox.close();
    await rm(dataDir, { recursive: true, force: true });
  }
}

async function report(world: World): Promise<void> {
  const runs: { floor: Measured; ours: Measured; asked: number }[] = [];
  for (const n of Array(RUNS).keys()) runs.push(await compare(world, `engineer.${n}@bench.test`));
  const ratios = runs.map(({ ours, floor }) => rate(ours) / rate(floor)).sort((a, b) => a - b);
  const [least, ratio, most] = [ratios[0], ratios[Math.floor(RUNS / 2)], ratios.at(-1)].map(twoDigits);
  const median = (rates: number[]) => rates.sort((a, b) => a - b)[Math.floor(RUNS / 2)] ?? 0;

  world.sandbox.settings.latencyMs = PEER_LATENCY_MS;
  fill(world, 'eto@bench.test', PEER_MESSAGES);
  const peer = await measure(world, 'peer', 'eto@bench.test');
  const peer50 = await measure(world, 'peer', 'eto@bench.test', { pageSize: 50 });
  fill(world, 'purser@bench.test', MESSAGES);
  const distant = await measure(world, 'sync', 'purser@bench.test');
  world.sandbox.settings.latencyMs = 0;

  console.log(`first-sync: a mailbox of ${MESSAGES} messages in ${FOLDERS} folders, read for the first time`);
  row('answers of the sandbox', world.sandbox.settings.gzip ? 'gzipped' : 'plain');
  row('messages per second', median(runs.map(({ ours }) => rate(ours))));
  row('floor: fetch, parse, COPY without indexes', `${median(runs.map(({ floor }) => rate(floor)))} /s`);
  row('ratio to the floor (0.7 or better)', `${ratio} (${RUNS} runs: ${least} to ${most})`);
  const asked = Math.max(...runs.map((run) => run.asked));
  row('Graph requests per 1,000 messages (12 or fewer)', ((asked * 1000) / MESSAGES).toFixed(1));
  row(
    'peak memory of the worker (under 250 MiB)',
    `${Math.max(...runs.map(({ ours }) => ours.peakMiB))} MiB`,
  );
  const times = (other: Measured) => `${rate(other)} /s, ${(rate(distant) / rate(other)).toFixed(1)} x`;
  row(`each answer taking ${PEER_LATENCY_MS} ms: ours`, `${rate(distant)} /s`);
  row('  SDK page iterator, upsert each (5 x or better)', times(peer));
  row('  the same, its pages raised from 10 to 50', times(peer50));
  fill(world, 'captain@bench.test', LARGE);
  const huge = await measure(world, 'sync', 'captain@bench.test');
  row(`${LARGE} messages: messages per second`, rate(huge));
  row(`${LARGE} messages: peak memory (under 250 MiB)`, `${huge.peakMiB} MiB`);
}

/** The floor and ours, one after the other on a mailbox of its own: both meet the machine in the same mood. */
async function compare(world: World, address: string) {
  fill(world, address, MESSAGES);
  // The sandbox composes a mail when it is first asked for; both that are compared find it composed.
  await measure(world, 'floor', address);
  const floor = await measure(world, 'floor', address);
  world.sandbox.requests.clear();
  const ours = await measure(world, 'sync', address);
  const asked = world.sandbox.requests.list().filter((request) => !request.path.endsWith('/$batch')).length;
  return { floor, ours, asked };
}

const twoDigits = (ratio: number | undefined) => ratio?.toFixed(2);

const rate = ({ messages, milliseconds }: Measured) => Math.round((messages * 1000) / milliseconds);

/** Two fifths in the inbox, a fifth sent, the rest spread over folders three levels deep. Each mailbox has its own mail. */
function fill({ sandbox: { store } }: World, address: string, count: number): void {
  store.createMailbox({ address, displayName: address });
  const held = () =>
    [...(store.mailbox(address)?.folders.values() ?? [])].filter((folder) => folder.parent && !folder.search);
  const spread: string[] = [];
  while (held().length < FOLDERS) {
    const parent = spread.length % 3 === 0 ? 'inbox' : (spread.at(-1) ?? 'inbox');
    spread.push(store.createFolder(address, { name: `Matter ${spread.length + 1}`, parent }).id);
  }
  const seed = 1_000 * store.mailboxes().length;
  const inbox = Math.floor(count * 0.4);
  const sent = Math.floor(count * 0.2);
  store.bulk(address, { count: inbox, seed: seed + 1, folder: 'inbox' });
  store.bulk(address, { count: sent, seed: seed + 2, folder: 'sentitems' });
  const rest = count - inbox - sent;
  for (const [n, folder] of spread.entries()) {
    const share = Math.floor(rest / spread.length) + (n < rest % spread.length ? 1 : 0);
    store.bulk(address, { count: share, seed: seed + 3 + n, folder });
  }
}

type Kind = 'floor' | 'sync' | 'peer';

async function measure(
  world: World,
  kind: Kind,
  address: string,
  more: { pageSize: number } = { pageSize: 10 },
): Promise<Measured> {
  const task = await world.yacht.taskFor(address);
  const script = fileURLToPath(new URL(`./first-sync-${kind}.ts`, import.meta.url));
  const given = { ...task, ...more, httpsUrl: world.sandbox.httpsUrl };
  const env = { ...process.env, NODE_EXTRA_CA_CERTS: world.certificate };
  const child = spawn(process.execPath, [script, JSON.stringify(given)], {
    env,
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  let out = '';
  for await (const chunk of child.stdout) out += String(chunk);
  const line = out.trim().split('\n').at(-1);
  if (!line?.startsWith('{')) throw new Error(`${kind} did not finish: ${out}`);
  return JSON.parse(line) as Measured;
}
