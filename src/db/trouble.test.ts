import { DatabaseError } from 'pg';
import { expect, it } from 'vitest';

import { createEmpty, urlOf } from '../../tests/support/postgres.ts';
import { openPool } from './connect.ts';
import { isDatabaseAway, isDatabaseFull, isLostConnection } from './trouble.ts';

async function failureOf(url: string, query = 'select 1'): Promise<unknown> {
  const pool = openPool(url, { max: 1, idleMs: 1_000, connectMs: 2_000 });
  const failure = await pool.query(query).then(
    () => null,
    (error: unknown) => error,
  );
  await pool.end();
  return failure;
}

it.each([
  ['a port where nobody listens', 'postgres://celeste:x@127.0.0.1:1/nowhere'],
  ['a socket that is gone', 'postgres://celeste:x@/nowhere?host=/tmp/no-such-folder'],
])('%s: the database is away', async (_, url) => {
  expect(isDatabaseAway(await failureOf(url))).toBe(true);
});

it('a connection that is cut is lost, a wrong query is not', async () => {
  const { url, close } = await createEmpty();
  const cut = await failureOf(url, 'select pg_terminate_backend(pg_backend_pid())');
  expect(isLostConnection(cut)).toBe(true);
  expect(isDatabaseAway(cut)).toBe(true);
  const wrong = await failureOf(url, 'select 1 / 0');
  expect(wrong).toBeInstanceOf(DatabaseError);
  expect(isDatabaseAway(wrong)).toBe(false);
  expect(isDatabaseAway(await failureOf(urlOf('no_such_database')))).toBe(false);
  await close();
});

it('a full disk is told by its code', async () => {
  const { url, close } = await createEmpty();
  const raise = "do $$ begin raise exception 'no space left' using errcode = '53100'; end $$";
  expect(isDatabaseFull(await failureOf(url, raise))).toBe(true);
  expect(isDatabaseFull(await failureOf(url, 'select 1 / 0'))).toBe(false);
  await close();
});

it.each(['ECONNRESET', 'EPIPE'])('a socket whose server was killed says %s itself', (code) => {
  const broken = Object.assign(new Error(`read ${code}`), { code });
  expect(isLostConnection(broken)).toBe(true);
  expect(isDatabaseAway(broken)).toBe(true);
  expect(isDatabaseAway(new Error('read'))).toBe(false);
});
