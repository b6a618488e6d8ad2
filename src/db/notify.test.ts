import { afterAll, beforeAll, describe, expect, it } from 'vitest';

import { asAdmin, createEmpty, type TestDatabase } from '../../tests/support/postgres.ts';
import { listen, publish } from './notify.ts';

let database: TestDatabase<Record<string, never>>;
beforeAll(async () => {
  database = await createEmpty();
});
afterAll(() => database.close());

const breakListeners = () =>
  asAdmin((client) =>
    client.query(
      `select pg_terminate_backend(pid, 5000) from pg_stat_activity
        where application_name = 'celeste-mail news' and datname = $1`,
      [new URL(database.url).pathname.slice(1)],
    ),
  );

describe('listen', () => {
  it('hears what is published on its channel, in order, and nothing else', async () => {
    const heard: string[] = [];
    const listener = await listen(database.url, 'news', (payload) => heard.push(payload));
    await publish(database.db, 'other', 'not for us');
    await publish(database.db, 'news', 'one');
    await publish(database.db, 'news', 'zwei ü');
    await expect.poll(() => heard).toEqual(['one', 'zwei ü']);
    await listener.close();
  });

  it('hears nothing of a transaction that was undone', async () => {
    const heard: string[] = [];
    const listener = await listen(database.url, 'news', (payload) => heard.push(payload));
    const undone = database.db.transaction().execute(async (tx) => {
      await publish(tx, 'news', 'undone');
      throw new Error('undone');
    });
    await expect(undone).rejects.toThrow('undone');
    await publish(database.db, 'news', 'done');
    await expect.poll(() => heard).toEqual(['done']);
    await listener.close();
  });

  it('listens again after its connection broke, and says that it may have missed something', async () => {
    const heard: string[] = [];
    let reconnected = 0;
    const listener = await listen(database.url, 'news', (payload) => heard.push(payload), {
      onReconnect: () => {
        reconnected += 1;
      },
    });
    await breakListeners();
    await expect.poll(() => reconnected).toBe(1);
    await publish(database.db, 'news', 'again');
    await expect.poll(() => heard).toEqual(['again']);
    await listener.close();
  });

  it('fails at once when it cannot listen at all', async () => {
    await expect(listen('postgres://x@127.0.0.1:1/x', 'news', () => undefined)).rejects.toThrow(
      /ECONNREFUSED/,
    );
  });
});
