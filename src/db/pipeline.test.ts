import { type Generated, sql, type Transaction } from 'kysely';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';

import { createTenant } from '../../tests/support/postgres.ts';
import { openPool } from './connect.ts';
import { createPipelinedDatabase, type PipelinedDatabase } from './pipeline.ts';

type Schema = { marks: { id: number; seen_at: Generated<Date> } };

let tenant: Awaited<ReturnType<typeof createTenant>>;
let db: PipelinedDatabase<Schema>;

beforeAll(async () => {
  tenant = await createTenant();
  await tenant.pool.query(
    'create table marks (id int primary key, seen_at timestamptz default clock_timestamp())',
  );
  db = createPipelinedDatabase<Schema>(openPool(tenant.url, { max: 1, idleMs: 1_000, pipeline: true }));
});
afterAll(async () => {
  await db.destroy();
  await tenant.close();
});

const marks = async () =>
  (await tenant.pool.query('select id from marks order by seen_at')).rows.map((row) => row.id);

describe('a transaction whose statements travel together', () => {
  it('runs them in the order in which they were issued, and commits', async () => {
    const [, , third] = await db.transact({}, (tx) =>
      Promise.all([
        sql`insert into marks (id) select 1 from pg_sleep(0.05)`.execute(tx),
        tx.insertInto('marks').values({ id: 2 }).execute(),
        sql<{ n: number }>`select count(*)::int as n from marks`.execute(tx),
      ]),
    );
    expect(third.rows).toEqual([{ n: 2 }]);
    expect(await marks()).toEqual([1, 2]);
  });

  it('undoes all of it when one fails, and tells which', async () => {
    const failed = db.transact({}, (tx) =>
      Promise.all([
        tx.insertInto('marks').values({ id: 3 }).execute(),
        tx.insertInto('marks').values({ id: 3 }).execute(),
        tx.insertInto('marks').values({ id: 4 }).execute(),
      ]),
    );
    await expect(failed).rejects.toMatchObject({ code: '23505' });
    expect(await marks()).toEqual([1, 2]);
  });

  it('tells what failed, not what was refused for it, whichever is heard of first', async () => {
    const deep = async (work: () => Promise<unknown>, levels: number): Promise<unknown> =>
      levels === 0 ? await work() : await deep(work, levels - 1);
    const failed = db.transact({}, (tx) =>
      Promise.all([
        deep(() => sql`select 1 / 0`.execute(tx), 20),
        tx.insertInto('marks').values({ id: 7 }).execute(),
      ]),
    );
    await expect(failed).rejects.toMatchObject({ code: '22012' });
  });

  it('runs nothing when its opening is refused, and tells why', async () => {
    const open = (tx: Transaction<Schema>) => sql`select 1 / 0`.execute(tx);
    const failed = db.transact({ open }, (tx) => tx.insertInto('marks').values({ id: 5 }).execute());
    await expect(failed).rejects.toMatchObject({ code: '22012' });
    expect(await marks()).toEqual([1, 2]);
  });

  it('refuses to write where it may only read, and whatever comes after its end', async () => {
    const written = db.transact({ accessMode: 'read only' }, (tx) =>
      tx.insertInto('marks').values({ id: 6 }).execute(),
    );
    await expect(written).rejects.toMatchObject({ code: '25006' });
    const kept = await db.transact({}, async (tx) => tx);
    await expect(kept.selectFrom('marks').selectAll().execute()).rejects.toThrow(/was over/);
    expect(await marks()).toEqual([1, 2]);
  });
});
