// A fleet whose mailboxes are at a sandbox in a process of its own, which takes its time for each answer, and the
// `celeste work` processes that keep them in sync.
import { spawn } from 'node:child_process';
import { randomBytes, randomUUID } from 'node:crypto';
import { setTimeout as pause } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';

import { systemClock } from '#base/clock.ts';
import { createSealer } from '#base/sealing.ts';
import { createOauthStates } from '#directory/oauth-states.ts';
import { asWorker, type TenantWriter } from '#tenants/tenants.ts';

import { connectAs, principalOf } from '../tests/support/connect.ts';
import { wire } from '../tests/support/wiring.ts';
import { startWorker, type WorkerProcess } from '../tests/support/worker-process.ts';
import { withDataDir } from './data-dir.ts';
import { aliasOf, type BenchFleet, createFleet } from './fleet.ts';
import { openFrontDoor } from './front-door.ts';

export type WorkersWorld = {
  fleet: BenchFleet;
  /** What the workers take for Microsoft. */
  sandboxUrl: string;
  /** The sandbox with the mailboxes of this yacht. */
  sandboxOf(yachtId: string): string;
  tokenKey: string;
  dataDir: string;
  /** Mailboxes at once in one worker. */
  concurrency: number;
};

export const LATENCY_MS = 30;
const CONNECTING_AT_ONCE = 8;

type WorldOptions = {
  yachts: number;
  concurrency: number;
  /** So many of the yachts, the last ones, have their mailboxes at a sandbox of their own, on which they are hard. */
  hogs?: number;
};

/** Makes the world for a measurement, and takes it down afterwards. */
export function withWorld(
  { yachts, concurrency, hogs = 0 }: WorldOptions,
  measure: (world: WorkersWorld) => Promise<void>,
): Promise<void> {
  return withDataDir(async (dataDir) => {
    const fleet = await createFleet(dataDir, yachts);
    const microsoft = await startMicrosoft(fleet.yachtIds, hogs);
    const { url: sandboxUrl, sandboxOf } = microsoft;
    const tokenKey = randomBytes(32).toString('base64url');
    try {
      await measure({ fleet, sandboxUrl, sandboxOf, tokenKey, dataDir, concurrency });
    } finally {
      microsoft.stop();
      await fleet.close();
    }
  });
}

/** Runs `fn` while so many workers are up. */
export async function withWorkers<T>(world: WorkersWorld, count: number, fn: () => Promise<T>): Promise<T> {
  const { fleet, sandboxUrl, tokenKey, dataDir, concurrency } = world;
  const tenantUrls = Object.fromEntries(fleet.yachtIds.map((id) => [aliasOf(id), fleet.tenantUrl(id)]));
  const more = { SYNC_CONCURRENCY: String(concurrency), LOG_LEVEL: 'info' };
  const settings = { sandboxUrl, masterUrl: fleet.masterUrl, tenantUrls, tokenKey, dataDir, more };
  const workers: WorkerProcess[] = [];
  try {
    for (let n = 0; n < count; n += 1) workers.push(await startWorker(settings));
    return await fn();
  } finally {
    await Promise.all(workers.map((worker) => worker.stop()));
  }
}

export type Filling = { yachtId: string; count: number; messages: number };

/** Connects so many new mailboxes, each with so many messages. @returns their addresses */
export async function connectMailboxes(world: WorkersWorld, filling: Filling): Promise<string[]> {
  const { fleet, tokenKey } = world;
  const { yachtId, count, messages } = filling;
  const sandboxUrl = world.sandboxOf(yachtId);
  const sealer = createSealer([{ kid: 'test', key: Buffer.from(tokenKey, 'base64url') }]);
  const { master, tenants } = fleet;
  const wired = wire({ sandbox: { url: sandboxUrl }, master, tenants, sealer, clock: systemClock });
  const deps = { ...wired, states: createOauthStates({ master, sealer, clock: systemClock }) };
  const addresses = Array.from({ length: count }, () => `${randomUUID().slice(0, 13)}@${yachtId}.test`);
  const waiting = [...addresses.entries()];
  const connectNext = async () => {
    for (let next = waiting.pop(); next; next = waiting.pop()) {
      const [n, address] = next;
      await control(sandboxUrl, 'mailboxes', { address, display_name: address });
      await control(sandboxUrl, `mailboxes/${address}/bulk`, {
        count: messages,
        seed: n + 1,
        folder: 'inbox',
      });
      const { refusal } = await connectAs(deps, principalOf(address, yachtId), {
        purpose: 'read',
        account: address,
      });
      if (refusal) throw refusal;
    }
  };
  await Promise.all(Array.from({ length: CONNECTING_AT_ONCE }, connectNext));
  await wired.graph.close();
  return addresses;
}

/** Asks a sandbox's control API, or with a body tells it something; the answer. */
export async function control(sandboxUrl: string, path: string, body?: object): Promise<unknown> {
  const headers = { 'content-type': 'application/json', 'x-sandbox-control': '1' };
  const answer = await fetch(`${sandboxUrl}/_control/${path}`, {
    headers,
    ...(body && { method: 'POST', body: JSON.stringify(body) }),
  });
  if (!answer.ok) throw new Error(`${path}: ${answer.status} ${await answer.text()}`);
  return answer.status === 204 ? undefined : answer.json();
}

/** Does something in the database of each of these yachts. */
export function onEach(
  { fleet: { tenants } }: WorkersWorld,
  yachtIds: string[],
  fn: (tx: TenantWriter) => Promise<void>,
): Promise<unknown> {
  return Promise.all(yachtIds.map((id) => tenants.transact(asWorker(id), fn)));
}

/** Waits until each mailbox of these yachts has ended a round well since then. */
export async function settled(world: WorkersWorld, yachtIds: string[], since = new Date(0)): Promise<void> {
  for (let waiting = 1; waiting > 0; ) {
    await pause(250);
    waiting = 0;
    await onEach(world, yachtIds, async (tx) => {
      const rows = await tx.selectFrom('email_watchers').select('last_sync_at').execute();
      waiting += rows.filter(({ last_sync_at }) => last_sync_at === null || last_sync_at < since).length;
    });
  }
}

/** Has all mailboxes of these yachts fall due. */
export async function makeDue(world: WorkersWorld, yachtIds: string[], at: Date): Promise<void> {
  await onEach(world, yachtIds, async (tx) => {
    await tx.updateTable('email_watchers').set({ next_sync_at: at }).execute();
  });
  await world.fleet.master
    .updateTable('yacht_schedule')
    .set({ next_look_at: at })
    .where('yacht_id', 'in', yachtIds)
    .execute();
}

type Microsoft = SandboxProcess & Pick<WorkersWorld, 'sandboxOf'>;

/** One sandbox; where there are hogs another for them, and one address for both. */
async function startMicrosoft(yachtIds: string[], hogs: number): Promise<Microsoft> {
  const sandbox = await startSandbox();
  if (hogs === 0) return { ...sandbox, sandboxOf: () => sandbox.url };
  const ofHogs = await startSandbox();
  const hogIds = new Set(yachtIds.slice(-hogs));
  const sandboxOf = (yachtId: string) => (hogIds.has(yachtId) ? ofHogs : sandbox).url;
  const door = await openFrontDoor(sandboxOf);
  const stop = () => {
    for (const part of [door, sandbox, ofHogs]) part.stop();
  };
  return { url: door.url, sandboxOf, stop };
}

type SandboxProcess = { url: string; stop(): void };

function startSandbox(): Promise<SandboxProcess> {
  const main = fileURLToPath(new URL('../sandbox/main.ts', import.meta.url));
  const options = {
    ...{ port: '0', 'https-port': 'none', data: 'none', world: 'empty' },
    latency: String(LATENCY_MS),
  };
  const argv = Object.entries(options).flatMap(([name, value]) => [`--${name}`, value]);
  const child = spawn(process.execPath, [main, ...argv], { stdio: ['ignore', 'pipe', 'inherit'] });
  return new Promise((resolve, reject) => {
    child.once('exit', () => reject(new Error('the sandbox did not start')));
    child.stdout.on('data', (text: Buffer) => {
      const url = /http:\/\/\S+/.exec(String(text))?.[0];
      if (url) resolve({ url, stop: () => void child.kill() });
    });
  });
}
