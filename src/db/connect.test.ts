import { afterAll, beforeAll, describe, expect, it } from 'vitest';

import { asAdmin, createEmpty, type TestDatabase } from '../../tests/support/postgres.ts';
import { openPool } from './connect.ts';

let database: TestDatabase<Record<string, never>>;
beforeAll(async () => {
  database = await createEmpty();
});
afterAll(() => database.close());

describe('a pool', () => {
  it('reads a date as a date and a bigint in full', async () => {
    const { rows } = await database.pool.query(
      `select date '2026-11-23' as due, 9007199254740993::bigint as big, timestamptz '2026-11-23 22:00Z' as at`,
    );
    expect(rows[0]).toEqual({
      due: '2026-11-23',
      big: '9007199254740993',
      at: new Date('2026-11-23T22:00:00Z'),
    });
  });

  it('survives a connection that breaks in use, and tells', async () => {
    const told: string[] = [];
    const pool = openPool(database.url, {
      max: 1,
      idleMs: 1_000,
      onError: ({ message }) => told.push(message),
    });
    const client = await pool.connect();
    const { rows } = await client.query('select pg_backend_pid() as pid');
    await asAdmin((admin) => admin.query('select pg_terminate_backend($1, 5000)', [rows[0].pid]));
    await expect(client.query('select 1')).rejects.toThrow();
    client.release(true);
    expect((await pool.query('select 1 as one')).rows).toEqual([{ one: 1 }]);
    expect(told[0]).toMatch(/terminating connection/);
    await pool.end();
  });
});
