import { type AddressInfo, createServer } from 'node:net';

import { sql } from 'kysely';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';

import { createLog } from '#base/log.ts';

import { asAdmin, createTenant, urlOf } from '../../tests/support/postgres.ts';
import { createTenantPools, type TenantPools, type TenantPoolsOptions } from './pools.ts';

let database: Awaited<ReturnType<typeof createTenant>>;
const opened: TenantPools[] = [];

beforeAll(async () => {
  database = await createTenant();
});
afterEach(async () => {
  for (const pools of opened.splice(0)) await pools.close();
});
afterAll(() => database.close());

function createPools(options: Partial<TenantPoolsOptions> = {}): TenantPools {
  const defaults = { poolMax: 1, idleMs: 60_000, maxOpen: 5, log: createLog('silent') };
  const pools = createTenantPools({ locate: async () => ({ url: database.url }), ...defaults, ...options });
  opened.push(pools);
  return pools;
}

const ping = (pools: TenantPools, yachtId: string) =>
  pools.use(yachtId, (db) =>
    db.transact({}, (tx) => sql<{ pid: number }>`select pg_backend_pid() as pid`.execute(tx)),
  );

async function isConnected(pid: number | undefined): Promise<boolean> {
  const found = await asAdmin((client) =>
    client.query('select count(*)::int as n from pg_stat_activity where pid = $1', [pid]),
  );
  return found.rows[0].n === 1;
}

describe('tenant pools', () => {
  it('stay open for a few yachts only, the least used leaving first', async () => {
    const pools = createPools({ maxOpen: 3 });
    for (const yacht of ['a', 'b', 'c']) await ping(pools, yacht);
    await ping(pools, 'a');
    await ping(pools, 'd');
    expect(pools.open().sort()).toEqual(['a', 'c', 'd']);
  });

  it('never close under a transaction that runs', async () => {
    const pools = createPools({ maxOpen: 1 });
    const answer = await pools.use('a', async (db) => {
      await ping(pools, 'b');
      await ping(pools, 'c');
      return db.transact({}, (tx) => sql<{ one: number }>`select 1 as one`.execute(tx));
    });
    expect(answer.rows).toEqual([{ one: 1 }]);
  });

  it('give their connections back once nobody asks for the yacht', async () => {
    const pools = createPools({ idleMs: 100 });
    const { rows } = await ping(pools, 'a');
    await expect.poll(() => isConnected(rows[0]?.pid)).toBe(false);
    await expect.poll(() => pools.open()).toEqual([]);
  });

  it('ask once where a yacht is, however many want it', async () => {
    let asked = 0;
    const locate = async () => {
      asked += 1;
      return { url: database.url };
    };
    const pools = createPools({ locate });
    await Promise.all(Array.from({ length: 10 }, () => ping(pools, 'a')));
    expect(asked).toBe(1);
  });

  it('say which yacht does not exist', async () => {
    const pools = createPools({ locate: async () => null });
    await expect(ping(pools, 'flying-dutchman')).rejects.toMatchObject({ code: 'yacht_not_found' });
  });

  it.each([
    ['a server that is not there', 'postgres://celeste:x@127.0.0.1:1/nowhere'],
    ['a host that is not there', 'postgres://celeste:x@nowhere.invalid/nowhere'],
    ['a database that is not there', () => urlOf('no_such_database')],
    ['a wrong password', () => urlOf('postgres').replace(/:[^:@/]+@/, ':wrong@')],
  ])('call %s unavailable, without a word of its URL', async (_, url) => {
    const pools = createPools({ locate: async () => ({ url: typeof url === 'string' ? url : url() }) });
    const error = await ping(pools, 'corvina').catch((caught) => caught);
    expect(error).toMatchObject({ code: 'tenant_unavailable' });
    expect(`${error.message} ${error.advice}`).not.toMatch(/postgres:|celeste:|wrong/);
  });

  it('call a connection lost in the middle unavailable, and open another', async () => {
    const pools = createPools();
    const broken = pools.use('a', (db) =>
      db.transact({}, async (tx) => {
        const { rows } = await sql<{ pid: number }>`select pg_backend_pid() as pid`.execute(tx);
        await asAdmin((client) => client.query('select pg_terminate_backend($1, 5000)', [rows[0]?.pid]));
        await sql`select 1`.execute(tx);
      }),
    );
    await expect(broken).rejects.toMatchObject({ code: 'tenant_unavailable' });
    expect((await ping(pools, 'a')).rows).toHaveLength(1);
  });

  it('try a database that is away once a second, whoever asks', async () => {
    let tries = 0;
    const away = createServer((socket) => {
      tries += 1;
      socket.destroy();
    });
    await new Promise<void>((resolve) => away.listen(0, '127.0.0.1', resolve));
    const { port } = away.address() as AddressInfo;
    const url = `postgres://celeste:x@127.0.0.1:${port}/nowhere`;
    const pools = createPools({ locate: async () => ({ url }) });
    const ask = () => ping(pools, 'corvina').catch((error) => error.code);
    const startedAt = Date.now();
    expect(await ask()).toBe('tenant_unavailable');
    expect(await Promise.all(Array.from({ length: 20 }, ask))).toEqual(Array(20).fill('tenant_unavailable'));
    expect(tries).toBeLessThanOrEqual(1 + Math.floor((Date.now() - startedAt) / 1_000));
    await expect.poll(async () => (await ask()) && tries).toBeGreaterThan(1);
    await new Promise((resolve) => away.close(resolve));
  });

  it('leave what a query says to the caller', async () => {
    const pools = createPools();
    const failed = pools.use('a', (db) => db.transact({}, (tx) => sql`select 1 / 0`.execute(tx)));
    await expect(failed).rejects.toMatchObject({ code: '22012' });
  });
});
