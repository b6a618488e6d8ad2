import { afterEach, beforeEach, expect, it } from 'vitest';

import { createLog } from '#base/log.ts';
import type { MasterSchema } from '#directory/schema.ts';

import { createMaster, type TestDatabase } from '../../tests/support/postgres.ts';
import { createQueue, type Handlers, type Queue } from './queue.ts';

const log = createLog('silent');
const mailbox = (n: number) => ({ yacht_id: 'corvina', watcher_id: `w${n}` });
let master: TestDatabase<MasterSchema>;
let queues: Queue[] = [];

const open = async (role: 'api' | 'worker') => {
  const queue = await createQueue({ masterUrl: master.url, log, role });
  queues.push(queue);
  return queue;
};

beforeEach(async () => {
  master = await createMaster();
});
afterEach(async () => {
  await Promise.all(queues.map((queue) => queue.stop(1_000)));
  queues = [];
  await master.close();
});

function recording(overrides: Partial<Handlers> = {}) {
  const done: string[] = [];
  const handlers: Handlers = {
    'sync-mailbox': async ({ watcher_id }) => void done.push(`sync ${watcher_id}`),
    'catch-up-mailbox': async ({ watcher_id }) => void done.push(`catch up ${watcher_id}`),
    'match-threads': async ({ yacht_id }) => void done.push(`match ${yacht_id}`),
    'take-nudges': async () => void done.push('nudges'),
    'keep-subscription': async ({ watcher_id }) => void done.push(`subscription ${watcher_id}`),
    'purge-mailbox': async ({ watcher_id }) => void done.push(`purge ${watcher_id}`),
    sweep: async () => void done.push('sweep'),
    ...overrides,
  };
  return { done, handlers };
}

it('keeps one waiting job for each mailbox, however often it is asked for', async () => {
  const queue = await open('api');
  for (const n of [1, 1, 2, 1, 2]) await queue.send('sync-mailbox', mailbox(n));
  const { done, handlers } = recording();
  await queue.drain(handlers);
  expect(done.sort()).toEqual(['sweep', 'sync w1', 'sync w2']);
});

it('drains what jobs lead to, and goes on after one that fails', async () => {
  const queue = await open('api');
  const { done, handlers } = recording({
    'sync-mailbox': async ({ yacht_id, watcher_id }) => {
      if (watcher_id === 'w1') throw new Error('poison');
      await queue.send('match-threads', { yacht_id });
    },
  });
  await queue.send('sync-mailbox', mailbox(1));
  await queue.send('sync-mailbox', mailbox(2));
  await queue.drain(handlers);
  expect(done).toEqual(['sweep', 'match corvina']);
});

it('hands a job that an API process sent to a worker process, at once', async () => {
  const [api, worker] = [await open('api'), await open('worker')];
  let arrived = Promise.withResolvers<string>();
  const { handlers } = recording({ 'sync-mailbox': async ({ watcher_id }) => arrived.resolve(watcher_id) });
  await worker.work(handlers, 2);
  const sentAt = performance.now();
  for (let n = 0; n < 20; n += 1) {
    await api.send('sync-mailbox', mailbox(n));
    expect(await arrived.promise).toBe(`w${n}`);
    arrived = Promise.withResolvers<string>();
  }
  // A worker that only looks every two seconds needs twice as long, however fast the machine.
  expect(performance.now() - sentAt).toBeLessThan(20_000);
});

it('goes from one job to the next without a rest', async () => {
  const worker = await open('worker');
  for (let n = 0; n < 20; n += 1) await worker.send('catch-up-mailbox', mailbox(n));
  const { done, handlers } = recording();
  await worker.work(handlers, 1);
  // With a rest between two it takes forty seconds.
  await expect
    .poll(() => done.filter((each) => each.startsWith('catch up')).length, { timeout: 18_000 })
    .toBe(20);
});

it('sweeps when a worker comes up, and stops with the job in hand told so', async () => {
  const worker = await open('worker');
  const swept = Promise.withResolvers<void>();
  const told = Promise.withResolvers<void>();
  const { handlers } = recording({
    sweep: (_, signal) => {
      signal.addEventListener('abort', () => told.resolve());
      swept.resolve();
      return told.promise;
    },
  });
  await worker.work(handlers, 1);
  await swept.promise;
  // The grace is longer than the test may take: whoever used it up would be seen.
  await worker.stop(600_000);
  await told.promise;
});
