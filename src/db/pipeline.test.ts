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

/** As `work`, heard of a good deal later. */
const deep = async (work: () => Promise<unknown>, levels: number): Promise<unknown> =>
  levels === 0 ? await work() : await deep(work, levels - 1);

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

  it('commits what it was told to wait for last, with the commit right behind it', async () => {
    const [result] = await Promise.all([
      db.transact({}, async (tx, lastly) => {
        lastly(tx.insertInto('marks').values({ id: 8 }).execute());
        lastly(sql`insert into marks (id) select 9 from pg_sleep(0.05)`.execute(tx));
        return 'written';
      }),
      // On the same connection, so behind it.
      db.transact({}, (tx) => tx.deleteFrom('marks').where('id', '=', 8).execute()),
    ]);
    expect(result).toBe('written');
    expect(await marks()).toEqual([1, 2, 9]);
    await tenant.pool.query('delete from marks where id > 2');
  });

  it('undoes all of it when one of the last fails, and tells which', async () => {
    const failed = db.transact({}, async (tx, lastly) => {
      await tx.insertInto('marks').values({ id: 10 }).execute();
      lastly(tx.insertInto('marks').values({ id: 11 }).execute());
      lastly(deep(() => tx.insertInto('marks').values({ id: 11 }).execute(), 20));
      lastly(tx.insertInto('marks').values({ id: 12 }).execute());
    });
    await expect(failed).rejects.toMatchObject({ code: '23505' });
    expect(await marks()).toEqual([1, 2]);
  });

  it('undoes all of it when one of the last could not even be sent', async () => {
    const unsendable = {
      toPostgres: () => {
        throw new Error('no such value');
      },
    };
    const failed = db.transact({}, async (tx, lastly) => {
      lastly(tx.insertInto('marks').values({ id: 13 }).execute());
      lastly(sql`select ${unsendable}`.execute(tx));
    });
    await expect(failed).rejects.toThrow('no such value');
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
