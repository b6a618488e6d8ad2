import { afterAll, beforeAll, expect, it } from 'vitest';

import { createLog } from '#base/log.ts';

import { createMaster, type TestDatabase } from '../../tests/support/postgres.ts';
import { createEvents, type LiveEvent } from './events.ts';
import type { MasterSchema } from './schema.ts';

let master: TestDatabase<MasterSchema>;
beforeAll(async () => {
  master = await createMaster();
});
afterAll(() => master.close());

const open = () => createEvents({ master: master.db, masterUrl: master.url, log: createLog('silent') });
const event: LiveEvent = { yacht_id: 'corvina', user_id: null, type: 'links', data: { thread_id: 't1' } };

it('reaches whoever listens, in every process, until they stop listening', async () => {
  const [api1, api2, worker] = [open(), open(), open()];
  const heard: string[] = [];
  const both = Promise.withResolvers<void>();
  const hear = (name: string) => ({
    onGap: () => undefined,
    onEvent: (received: LiveEvent) => {
      heard.push(`${name} ${received.data.thread_id}`);
      if (heard.length === 2) both.resolve();
    },
  });
  await api1.subscribe(hear('one'));
  const leave = await api2.subscribe(hear('two'));
  await worker.publish(event);
  await both.promise;
  expect(heard.sort()).toEqual(['one t1', 'two t1']);

  leave();
  const third = Promise.withResolvers<void>();
  await api2.subscribe({ onGap: () => undefined, onEvent: () => third.resolve() });
  await worker.publish(event);
  await third.promise;
  expect(heard.filter((each) => each.startsWith('two'))).toHaveLength(1);
  await Promise.all([api1.close(), api2.close(), worker.close()]);
});

it('tells its listeners when events may have been missed, and goes on', async () => {
  const events = open();
  const gap = Promise.withResolvers<void>();
  const later = Promise.withResolvers<void>();
  await events.subscribe({ onGap: gap.resolve, onEvent: () => later.resolve() });
  await master.pool.query(
    `select pg_terminate_backend(pid) from pg_stat_activity where datname = current_database() and application_name like '%celeste_events'`,
  );
  await gap.promise;
  await events.publish(event);
  await later.promise;
  await events.close();
});

it('tells its listeners when it ends', async () => {
  const events = open();
  const gap = Promise.withResolvers<void>();
  await events.subscribe({ onGap: gap.resolve, onEvent: () => undefined });
  await events.close();
  await gap.promise;
});
