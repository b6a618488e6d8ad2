// Whether more workers do more, and whether one yacht can hold up another. Two hundred mailboxes on twenty yachts;
// the workers are `celeste work` processes, the sandbox is one too and takes 30 ms for each answer.
import { spawn } from 'node:child_process';
import { randomBytes, randomUUID } from 'node:crypto';
import { chmod, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';

import { systemClock } from '#base/clock.ts';
import { createSealer } from '#base/sealing.ts';
import { createOauthStates } from '#directory/oauth-states.ts';
import { beginAuthorize, finishAuthorize } from '#mailboxes/connect.ts';
import { asWorker, type TenantWriter } from '#tenants/tenants.ts';

import { signInAtSandbox } from '../tests/support/sign-in.ts';
import { wire } from '../tests/support/wiring.ts';
import { startWorker, type WorkerProcess } from '../tests/support/worker-process.ts';
import { aliasOf, type BenchFleet, createFleet } from './fleet.ts';

const YACHTS = 20;
const MAILBOXES_EACH = 10;
const MESSAGES = 40;
/** Mailboxes at once in one worker: few, so that waiting for Microsoft is what limits it. */
const CONCURRENCY = '3';
const HOG_MAILBOXES = 50;
const PROBES = 40;
const CALLBACK = 'http://localhost:3000/auth/outlook/callback';

type World = { fleet: BenchFleet; sandboxUrl: string; tokenKey: string; dataDir: string };

export async function scale(): Promise<void> {
  const dataDir = await mkdtemp(join(tmpdir(), 'celeste-bench-'));
  // Under root PostgreSQL runs as another user, who must get there.
  await chmod(dataDir, 0o755);
  const sandbox = await startSandbox();
  const fleet = await createFleet(dataDir, YACHTS);
  const world = { fleet, sandboxUrl: sandbox.url, tokenKey: randomBytes(32).toString('base64url'), dataDir };
  try {
    for (const yachtId of fleet.yachtIds) await connectMailboxes(world, yachtId, MAILBOXES_EACH);
    await withWorkers(world, 2, () => settled(fleet));
    const rates: number[] = [];
    for (const workers of [1, 2, 4])
      rates.push(await withWorkers(world, workers, () => roundsPerSecond(fleet)));
    report(rates);
    await reportFairness(world);
  } finally {
    sandbox.stop();
    await fleet.close();
    await rm(dataDir, { recursive: true, force: true });
  }
}

function report([one = 0, two = 0, four = 0]: number[]): void {
  const times = (n: number) => `${n.toFixed(1)} /s, ${(n / one).toFixed(2)} x`;
  console.log(
    `scale: rounds of ${YACHTS * MAILBOXES_EACH} mailboxes, ${CONCURRENCY} at once in a worker, answers taking 30 ms`,
  );
  row('1 worker process', `${one.toFixed(1)} /s`);
  row('2 worker processes (1.8 x or better)', times(two));
  row('4 worker processes (no loss)', times(four));
}

/** How long a mailbox waits from falling due to being in sync: alone, and beside a yacht with much to do. */
async function reportFairness(world: World): Promise<void> {
  const { fleet } = world;
  const [quiet = '', hog = ''] = fleet.yachtIds;
  const delays = () => withWorkers(world, 2, () => probe(fleet, quiet));
  const alone = await delays();
  await connectMailboxes(world, hog, HOG_MAILBOXES, 3_000);
  const beside = await delays();
  const p95 = (times: number[]) => times.sort((a, b) => a - b)[Math.floor(times.length * 0.95) - 1] ?? 0;
  row('a quiet mailbox, from due to in sync: p95', `${(p95(alone) / 1000).toFixed(2)} s`);
  row(
    `beside ${HOG_MAILBOXES} first syncs on another yacht (1.2 x or less)`,
    `${(p95(beside) / p95(alone)).toFixed(2)} x`,
  );
}

function row(label: string, value: string): void {
  console.log(`  ${label.padEnd(58)} ${value.padStart(20)}`);
}

async function withWorkers<T>(world: World, count: number, fn: () => Promise<T>): Promise<T> {
  const { fleet, sandboxUrl, tokenKey, dataDir } = world;
  const tenantUrls = Object.fromEntries(fleet.yachtIds.map((id) => [aliasOf(id), fleet.tenantUrl(id)]));
  const more = { SYNC_CONCURRENCY: CONCURRENCY, LOG_LEVEL: 'info' };
  const settings = { sandboxUrl, masterUrl: fleet.masterUrl, tenantUrls, tokenKey, dataDir, more };
  const workers: WorkerProcess[] = [];
  try {
    for (let n = 0; n < count; n += 1) workers.push(await startWorker(settings));
    return await fn();
  } finally {
    await Promise.all(workers.map((worker) => worker.stop()));
  }
}

const onEach = (fleet: BenchFleet, fn: (tx: TenantWriter, yachtId: string) => Promise<void>) =>
  Promise.all(fleet.yachtIds.map((id) => fleet.tenants.transact(asWorker(id), (tx) => fn(tx, id))));

async function settled(fleet: BenchFleet, since = new Date(0)): Promise<void> {
  for (let waiting = 1; waiting > 0; ) {
    await pause(250);
    waiting = 0;
    await onEach(fleet, async (tx) => {
      const rows = await tx.selectFrom('email_watchers').select('last_sync_at').execute();
      waiting += rows.filter(({ last_sync_at }) => last_sync_at === null || last_sync_at < since).length;
    });
  }
}

/** All mailboxes fall due at once, twice; rounds a second until the last is done. */
async function roundsPerSecond(fleet: BenchFleet): Promise<number> {
  let seconds = 0;
  for (let n = 0; n < 2; n += 1) {
    const since = new Date();
    await onEach(fleet, async (tx) => {
      await tx.updateTable('email_watchers').set({ next_sync_at: since }).execute();
    });
    await fleet.master.updateTable('yacht_schedule').set({ next_look_at: since }).execute();
    await settled(fleet, since);
    seconds += (Date.now() - since.getTime()) / 1000;
  }
  return (2 * YACHTS * MAILBOXES_EACH) / seconds;
}

/** Milliseconds from falling due to being in sync, of one mailbox after the other. */
async function probe(fleet: BenchFleet, yachtId: string): Promise<number[]> {
  const times: number[] = [];
  const at = asWorker(yachtId);
  const rows = await fleet.tenants.read(at, (db) => db.selectFrom('email_watchers').select('id').execute());
  for (let n = 0; n < PROBES; n += 1) {
    const id = rows[n % rows.length]?.id ?? '';
    const due = new Date();
    await fleet.tenants.transact(at, (tx) =>
      tx.updateTable('email_watchers').set({ next_sync_at: due }).where('id', '=', id).execute(),
    );
    await fleet.master
      .updateTable('yacht_schedule')
      .set({ next_look_at: due })
      .where('yacht_id', '=', yachtId)
      .execute();
    const isDone = () =>
      fleet.tenants.read(at, (db) =>
        db
          .selectFrom('email_watchers')
          .select('id')
          .where('id', '=', id)
          .where('last_sync_at', '>', due)
          .executeTakeFirst(),
      );
    while (!(await isDone())) await pause(30);
    times.push(Date.now() - due.getTime());
  }
  return times;
}

type SandboxProcess = { url: string; stop(): void };

function startSandbox(): Promise<SandboxProcess> {
  const main = fileURLToPath(new URL('../sandbox/main.ts', import.meta.url));
  const options = [
    '--port',
    '0',
    '--https-port',
    'none',
    '--data',
    'none',
    '--world',
    'empty',
    '--latency',
    '30',
  ];
  const child = spawn(process.execPath, [main, ...options], { stdio: ['ignore', 'pipe', 'inherit'] });
  return new Promise((resolve, reject) => {
    child.once('exit', () => reject(new Error('the sandbox did not start')));
    child.stdout.on('data', (text: Buffer) => {
      const url = /http:\/\/\S+/.exec(String(text))?.[0];
      if (url) resolve({ url, stop: () => void child.kill() });
    });
  });
}

async function connectMailboxes(
  world: World,
  yachtId: string,
  count: number,
  messages = MESSAGES,
): Promise<void> {
  const { fleet, sandboxUrl, tokenKey } = world;
  const sealer = createSealer([{ kid: 'test', key: Buffer.from(tokenKey, 'base64url') }]);
  const wired = wire({ sandbox: { url: sandboxUrl }, tenants: fleet.tenants, sealer, clock: systemClock });
  const deps = { ...wired, states: createOauthStates({ master: fleet.master, sealer, clock: systemClock }) };
  for (let n = 0; n < count; n += 1) {
    const address = `${randomUUID().slice(0, 13)}@${yachtId}.test`;
    await control(sandboxUrl, 'mailboxes', { address, display_name: address });
    await control(sandboxUrl, `mailboxes/${address}/bulk`, { count: messages, seed: n + 1, folder: 'inbox' });
    const ids = { userId: randomUUID(), sessionId: randomUUID() };
    const names = { yachtId, yachtName: yachtId, email: address, displayName: address };
    const person = { ...ids, ...names, role: 'chief_engineer' as const };
    const { url } = await beginAuthorize(deps, person, { purpose: 'read', redirectUri: CALLBACK });
    const back = await signInAtSandbox(url, address);
    const { state = '', code = '' } = Object.fromEntries(back.searchParams);
    const { refusal } = await finishAuthorize(deps, person, { state, code });
    if (refusal) throw refusal;
  }
  await wired.graph.close();
}

async function control(sandboxUrl: string, path: string, body: object): Promise<void> {
  const headers = { 'content-type': 'application/json', 'x-sandbox-control': '1' };
  const answer = await fetch(`${sandboxUrl}/_control/${path}`, {
    method: 'POST',
    headers,
    body: JSON.stringify(body),
  });
  if (!answer.ok) throw new Error(`${path}: ${answer.status} ${await answer.text()}`);
}
