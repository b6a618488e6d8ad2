// Several workers on one MASTER, killed and stopped as the world does it.
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import { afterEach, beforeEach, expect, it } from 'vitest';

import type { Principal } from '#directory/principal.ts';

import { expectGoodConduct } from './support/conduct.ts';
import { createMailWorld, type MailWorld } from './support/mail.ts';
import { freePort } from './support/service.ts';
import { startWorker, type WorkerProcess } from './support/worker-process.ts';

let world: MailWorld;
let engineer: Principal;
let dataDir: string;
let workers: WorkerProcess[];

beforeEach(async () => {
  dataDir = mkdtempSync(join(tmpdir(), 'celeste-workers-'));
  workers = [];
  world = await createMailWorld();
  engineer = world.person('chief.engineer@corvina.test');
  world.store.bulk(engineer.email, { count: 3_000, seed: 5, folder: 'inbox' });
  world.sandbox.settings.latencyMs = 300;
  await world.connect(engineer);
});
afterEach(async () => {
  await Promise.all(workers.map((worker) => worker.kill()));
  await world.close();
  rmSync(dataDir, { recursive: true, force: true });
});

async function start(options: string[] = []): Promise<WorkerProcess> {
  const { sandbox, master, tenant, tokenKey } = world;
  const tenantUrls = { CORVINA: tenant.url };
  const worker = await startWorker({
    sandboxUrl: sandbox.url,
    masterUrl: master.url,
    tenantUrls,
    tokenKey,
    dataDir,
    options,
  });
  workers.push(worker);
  return worker;
}

it('a worker shows on its health port how it is doing, and nothing of the API', async () => {
  const url = `http://127.0.0.1:${await freePort()}`;
  world.sandbox.settings.latencyMs = 0;
  const worker = await start(['--health-port', new URL(url).port]);
  for (const path of ['/healthz', '/readyz']) expect((await fetch(url + path)).status).toBe(200);
  const figures = async () => (await fetch(`${url}/metrics`)).text();
  await expect
    .poll(figures, { timeout: 60_000, interval: 500 })
    .toMatch(/celeste_sync_rounds_total\{outcome="synced",trigger="first"\} 1/);
  expect((await fetch(`${url}/api/watchers`)).status).toBe(404);
  expect((await worker.stop()).code).toBe(0);
}, 120_000);

const isUnderway = async () => {
  const { messages_done, lease_owner } = await world.watcher(engineer);
  return lease_owner !== null && messages_done > 200;
};
const isDone = async () => (await world.watcher(engineer)).first_synced_at !== null;

it('a worker killed in a first sync: another goes on within thirty seconds, and nothing is lost', async () => {
  const first = await start();
  await expect.poll(isUnderway, { timeout: 60_000 }).toBe(true);
  await start();
  const killed = Date.now();
  await first.kill();
  const { lease_owner: dead } = await world.watcher(engineer);
  const takenOver = async () => {
    const { lease_owner, first_synced_at } = await world.watcher(engineer);
    return first_synced_at !== null || (lease_owner !== null && lease_owner !== dead);
  };
  await expect.poll(takenOver, { timeout: 60_000, interval: 100 }).toBe(true);
  expect(Date.now() - killed).toBeLessThan(30_000);
  await expect.poll(isDone, { timeout: 90_000, interval: 500 }).toBe(true);
  expectGoodConduct(world.sandbox);
  await world.expectEqual(engineer);
}, 240_000);

it('a worker told to stop finishes the page in hand, leaves within ten seconds, and the next goes on at once', async () => {
  const first = await start();
  await expect.poll(isUnderway, { timeout: 60_000 }).toBe(true);
  const { code, milliseconds } = await first.stop();
  expect(code).toBe(0);
  expect(milliseconds).toBeLessThan(10_000);
  const { lease_owner, messages_done } = await world.watcher(engineer);
  expect(lease_owner).toBeNull();
  await start();
  await expect.poll(isDone, { timeout: 90_000, interval: 500 }).toBe(true);
  expect(messages_done).toBeGreaterThan(200);
  await world.expectEqual(engineer);
}, 240_000);
