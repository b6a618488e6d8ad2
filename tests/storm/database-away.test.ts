// A database that is gone for a minute: what is said meanwhile, and that everything goes on by itself.
import { expect, it } from 'vitest';

import { breakGround, type Ground, until } from './ground.ts';
import type { Running } from './processes.ts';

const ADDRESS = 'chief.engineer@corvina.test';
const isLong = process.env.MODE === 'storm';
/** The short run waits until it has been noticed, and no longer. */
const AWAY_MS = isLong ? 60_000 : 0;

type Crew = { worker: Running; api: Running; owner: string };

/** A first sync that takes a while, by a worker and an API of their own. */
async function underWay(on: Ground): Promise<Crew> {
  await on.connect(ADDRESS);
  on.sandbox.settings.quirks.largestPage = 20;
  on.store.bulk(ADDRESS, { count: 1_500, seed: 11 });
  const [worker, api] = [on.run('work'), on.run('api')];
  await api.up;
  await until(async () => (await on.watcherOf(ADDRESS)).messages_done >= 60, 60_000, 'some pages');
  return { worker, api, owner: (await on.watcherOf(ADDRESS)).user_id };
}

/** Until the log has these words, after the time of being away. */
async function noticed({ log }: Running, words: RegExp): Promise<void> {
  const since = Date.now();
  const isSaid = async () => words.test(log()) && Date.now() - since >= AWAY_MS;
  await until(isSaid, AWAY_MS + 60_000, `the log says ${words}`);
}

/** The first sync goes on where it was and ends; nobody had to be started again, and no error is left standing. */
async function expectRecovered(on: Ground, { worker, api }: Crew): Promise<void> {
  const { messages_done: before } = await on.watcherOf(ADDRESS);
  await until(async () => (await on.watcherOf(ADDRESS)).messages_done > before, 120_000, 'the next page');
  on.sandbox.settings.latencyMs = 0;
  on.sandbox.settings.quirks.largestPage = 1_000;
  await until(async () => (await on.watcherOf(ADDRESS)).first_synced_at !== null, 120_000, 'the first sync');
  expect(await on.watcherOf(ADDRESS)).toMatchObject({
    ...{ sync_status: 'active', last_sync_error: null, last_sync_error_code: null, failures: 0 },
  });
  expect([worker.process.exitCode, api.process.exitCode]).toEqual([null, null]);
  expect((await on.ask(ADDRESS, '/readyz')).status).toBe(200);
  const { body } = await on.ask(ADDRESS, '/api/watchers');
  expect(body.items[0]).toMatchObject({ status: 'active', problem: null, first_sync_done: true });
  await on.expectEqual(ADDRESS);
  on.store.bulk(ADDRESS, { count: 3, seed: 12 });
  await on.nudge(ADDRESS);
  await until(async () => (await on.countOf(ADDRESS)) === 1_503, 60_000, 'what came later');
  await on.expectEqual(ADDRESS);
}

// Both wait most of the time, so they wait together.
it.concurrent('the server with all databases is stopped: everybody says so, and goes on when it is back', {
  timeout: 300_000,
}, async ({ onTestFinished }) => {
  const ground = await breakGround({ latencyMs: 100, concurrency: 2, apart: true });
  onTestFinished(ground.close);
  const crew = await underWay(ground);
  await ground.server?.stop();
  expect(await ground.askAs(crew.owner, '/healthz')).toMatchObject({ status: 200 });
  expect(await ground.askAs(crew.owner, '/readyz')).toEqual({
    status: 503,
    body: { status: 'not_ready', reason: 'MASTER does not answer' },
  });
  expect(await ground.askAs(crew.owner, '/api/watchers')).toMatchObject({
    status: 503,
    body: {
      code: 'database_unavailable',
      detail: expect.stringContaining('cannot be reached'),
      advice: expect.stringContaining('comes back by itself'),
    },
  });
  await noticed(crew.worker, /the queue could not be asked for jobs/);
  expect(crew.worker.log()).toMatch(/a round ended early .*code=tenant_unavailable/);
  await ground.server?.start();
  await expectRecovered(ground, crew);
});

it.concurrent('the database of one yacht is away: its people are told, and its mailboxes are taken up again', {
  timeout: 300_000,
}, async ({ onTestFinished }) => {
  const ground = await breakGround({ latencyMs: 100, concurrency: 2 });
  onTestFinished(ground.close);
  const crew = await underWay(ground);
  ground.line.cut();
  expect(await ground.askAs(crew.owner, '/api/watchers')).toMatchObject({
    status: 503,
    body: {
      code: 'tenant_unavailable',
      detail: expect.stringContaining('cannot be reached'),
      advice: expect.stringContaining('tried again by itself'),
    },
  });
  expect(await ground.askAs(crew.owner, '/readyz')).toMatchObject({ status: 200 });
  await noticed(crew.worker, /The database of yacht "corvina" cannot be reached/);
  if (isLong) expect(crew.worker.log()).toContain('this yacht is passed over for a while');
  ground.line.mend();
  await expectRecovered(ground, crew);
});
