// Work goes on soon after a process was killed: the worker, the database, the API.
import { sql } from 'kysely';
import { expect, it } from 'vitest';

import { LEASE_SECONDS } from '#mailboxes/lease.ts';

import { expectGoodConduct } from '../support/conduct.ts';
import { until } from './ground.ts';
import { ADDRESS, done, isUnderWay, settle, slowMailbox } from './slow-mailbox.ts';

/** Whoever dies, work goes on within so long. */
const RESUMED_MS = 30_000;
/** `until` looks so often, and a little more. */
const LOOKED_AT_EVERY_MS = 100;

// They wait most of the time, so they wait together.
it.concurrent('a worker that is killed is succeeded within one lease', { timeout: 240_000 }, async ({
  onTestFinished,
}) => {
  const ground = await slowMailbox(250);
  onTestFinished(ground.close);
  const first = ground.run('work');
  await until(isUnderWay(ground, 60), 60_000, 'some pages');
  // There must be something left to do, however long the other takes to come up.
  ground.sandbox.settings.latencyMs = 3_000;
  const second = ground.run('work');
  await second.up;
  await first.kill();
  ground.sandbox.settings.latencyMs = 250;
  const killedAt = Date.now();
  const before = await done(ground);
  const { lease_until } = await ground.watcherOf(ADDRESS);
  const leftMs = (lease_until?.getTime() ?? 0) - killedAt;
  expect(leftMs, 'the dead worker had it').toBeGreaterThan(0);
  expect(leftMs).toBeLessThanOrEqual(LEASE_SECONDS * 1_000);
  const resumedAfter = await until(async () => (await done(ground)) > before, 60_000, 'the next page');
  expect(resumedAfter, 'its lease was over').toBeGreaterThanOrEqual(leftMs - LOOKED_AT_EVERY_MS);
  expect(resumedAfter).toBeLessThanOrEqual(RESUMED_MS);
  await settle(ground);
});

it.concurrent('a database that is killed holds nobody up longer than a lease', { timeout: 240_000 }, async ({
  onTestFinished,
}) => {
  const ground = await slowMailbox(250);
  onTestFinished(ground.close);
  const worker = ground.run('work');
  await until(isUnderWay(ground, 60), 60_000, 'some pages');
  const pid = ground.serverPid();
  if (pid === null) throw new Error('no server to kill');
  process.kill(pid, 'SIGKILL');
  const before = await until(async () => (await done(ground)) >= 60, 60_000, 'it is up again');
  const at = await done(ground);
  const more = await until(async () => (await done(ground)) > at, 60_000, 'the next page');
  expect(before + more).toBeLessThanOrEqual(RESUMED_MS);
  expect(worker.process.exitCode).toBeNull();
  await settle(ground);
});

it.concurrent('an API process that is killed with four reads in flight holds the next one up no longer', {
  timeout: 240_000,
}, async ({ onTestFinished }) => {
  const ground = await slowMailbox(0);
  onTestFinished(ground.close);
  const worker = ground.run('work');
  await until(isUnderWay(ground, 800), 60_000, 'the mail');
  await worker.stop();
  const { rows } = await sql<{
    id: string;
  }>`select id from email_messages order by received_at limit 5`.execute(ground.db);
  const [next = '', ...held] = rows.map(({ id }) => `/api/emails/${id}/body`);
  const dying = ground.run('api');
  await dying.up;
  ground.sandbox.faults.add({ match: { path: '/me/messages/' }, count: 4, fault: { hang: true } });
  const reads = held.map((path) => ground.ask(ADDRESS, path).catch(() => 'cut off'));
  const areHeld = async () => ground.sandbox.faults.list().every(({ fired }) => fired === 4);
  await until(areHeld, 60_000, 'four reads at Microsoft');
  await dying.kill();
  expect(await Promise.all(reads)).toEqual(held.map(() => 'cut off'));
  const killedAt = Date.now();
  await ground.run('api').up;
  // Until then it is shown from our copy, with a note that says so.
  const isRead = async () => (await ground.ask(ADDRESS, next)).body.note === null;
  await until(isRead, 60_000, 'a read goes to Microsoft');
  expect(Date.now() - killedAt).toBeLessThanOrEqual(RESUMED_MS);
  expectGoodConduct(ground.sandbox);
});
