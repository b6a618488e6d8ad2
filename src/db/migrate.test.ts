import { createHash, randomBytes } from 'node:crypto';

import { afterEach, describe, expect, it } from 'vitest';

import { asAdmin, createEmpty, createTenant, urlOf } from '../../tests/support/postgres.ts';
import { openPool, type Pool } from './connect.ts';
import { listMigrations, type Migration, migrate, pendingMigrations } from './migrate.ts';

const closing: (() => Promise<unknown>)[] = [];
afterEach(async () => {
  for (const close of closing.splice(0).reverse()) await close();
});

async function emptyPool(): Promise<Pool> {
  const database = await createEmpty();
  closing.push(database.close);
  return database.pool;
}

function migration(name: string, sql: string): Migration {
  return { name, sql, checksum: createHash('sha256').update(sql).digest('hex') };
}

const first = migration('0001-a.sql', 'create table a (id int)');
const second = migration('0002-b.sql', 'alter table a add column name text');

describe('migrate', () => {
  it('applies each file once, in order, and those that came later', async () => {
    const pool = await emptyPool();
    expect(await migrate(pool, 'tenant', { migrations: [first] })).toEqual(['0001-a.sql']);
    expect(await migrate(pool, 'tenant', { migrations: [first, second] })).toEqual(['0002-b.sql']);
    expect(await migrate(pool, 'tenant', { migrations: [first, second] })).toEqual([]);
    const { rows } = await pool.query('select name, checksum from schema_migrations order by name');
    expect(rows).toEqual([first, second].map(({ name, checksum }) => ({ name, checksum })));
  });

  it('refuses a file that was edited after it had been applied', async () => {
    const pool = await emptyPool();
    await migrate(pool, 'tenant', { migrations: [first] });
    const edited = migration('0001-a.sql', 'create table a (id bigint)');
    await expect(migrate(pool, 'tenant', { migrations: [edited, second] })).rejects.toMatchObject({
      code: 'migration_changed',
      message: expect.stringContaining('0001-a.sql'),
    });
    expect((await pool.query('select name from schema_migrations')).rows).toHaveLength(1);
  });

  it('keeps nothing of a file that fails, and what came before it', async () => {
    const pool = await emptyPool();
    const broken = migration('0002-broken.sql', 'create table c (id int); insert into nowhere values (1)');
    await expect(migrate(pool, 'tenant', { migrations: [first, broken] })).rejects.toMatchObject({
      code: 'migration_failed',
      message: expect.stringContaining('0002-broken.sql'),
    });
    const { rows } = await pool.query(`select to_regclass('a') as a, to_regclass('c') as c`);
    expect(rows).toEqual([{ a: 'a', c: null }]);
  });

  it('may be called by many processes at once', async () => {
    const pool = await emptyPool();
    const counted = migration('0003-count.sql', 'create table once (n int); insert into once values (1)');
    const runs = Array.from({ length: 5 }, () => migrate(pool, 'tenant', { migrations: [first, counted] }));
    expect((await Promise.all(runs)).flat().sort()).toEqual(['0001-a.sql', '0003-count.sql']);
    expect((await pool.query('select n from once')).rows).toEqual([{ n: 1 }]);
  });

  it('may run in many databases of one server at once, though they share their roles', async () => {
    const pools = await Promise.all(Array.from({ length: 6 }, emptyPool));
    const done = await Promise.all(pools.map((pool) => migrate(pool, 'tenant')));
    expect(new Set(done.map(String)).size).toBe(1);
    expect(await pendingMigrations(pools[0] as Pool, 'tenant')).toEqual([]);
  });

  it('takes a checkout with other line ends for the same files', () => {
    for (const { sql } of [...listMigrations('master'), ...listMigrations('tenant')])
      expect(sql).not.toContain('\r');
  });
});

// Supabase's `postgres` is such a role: it owns the database and may create roles, and is no superuser.
describe('an owner who is no superuser', () => {
  async function ownedDatabase(): Promise<Pool> {
    const name = `owner_${randomBytes(4).toString('hex')}`;
    await asAdmin(async (client) => {
      await client.query(`create role ${name} login createrole createdb password 'owner-password'`);
      // The roles are there already, made by another owner: a second one must have been let in.
      await client.query(`grant celeste_app, celeste_worker, celeste_search to ${name} with admin option`);
      await client.query(`grant ${name} to current_user with set true, inherit true`);
      await client.query(`create database ${name} owner ${name} template template0`);
    });
    const url = new URL(urlOf(name));
    url.username = name;
    url.password = 'owner-password';
    const pool = openPool(url.href, { max: 2, idleMs: 1_000 });
    closing.push(() => pool.end());
    return pool;
  }

  it('migrates, and its definer functions and triggers work under forced row-level security', async () => {
    const pool = await ownedDatabase();
    expect(await migrate(pool, 'tenant')).toEqual(listMigrations('tenant').map(({ name }) => name));
    const { rows: who } = await pool.query(
      'select rolsuper or rolbypassrls as free from pg_roles where rolname = current_user',
    );
    expect(who).toEqual([{ free: false }]);

    const client = await pool.connect();
    await client.query('begin');
    await client.query(
      `select set_config('role', 'celeste_worker', true), set_config('celeste.yacht_id', 'corvina', true)`,
    );
    const { rows } = await client.query(
      `insert into email_threads (yacht_id) values ('corvina') returning id`,
    );
    await client.query(
      `insert into email_links (yacht_id, thread_id, target_type, target_id, state, source, confidence)
       values ('corvina', $1, 'work_order', gen_random_uuid(), 'linked', 'rule', 1)`,
      [rows[0].id],
    );
    const { rows: counted } = await client.query('select linked_count from email_threads');
    await client.query('rollback');
    client.release();
    expect(counted).toEqual([{ linked_count: 1 }]);
  });

  it('makes one of a shared mailbox that was added by two of its addresses', async () => {
    const pool = await ownedDatabase();
    const migrations = listMigrations('tenant').filter(({ name }) => name < '0015');
    await migrate(pool, 'tenant', { migrations });
    await pool.query(`alter table email_folders no force row level security`);
    await pool.query(`
      insert into email_watchers (yacht_id, user_id, kind, account_id, mailbox, microsoft_user_id, sync_status, created_at)
      select 'corvina', gen_random_uuid(), 'shared', 'account', mailbox, 'shared:' || mailbox, 'active', added::date
        from (values ('bridge@corvina.test', '2026-01-01'), ('engineering@corvina.test', '2026-01-02'),
                     ('engine.room@corvina.test', '2026-01-03')) as given (mailbox, added)`);
    await pool.query(`
      insert into email_folders (watcher_id, user_id, yacht_id, provider_folder_id, display_name, well_known_name, phase, delta_link)
      select id, user_id, yacht_id, case when mailbox like 'bridge%' then 'A' else 'B' end, 'Inbox', 'inbox', 'delta', 'link'
        from email_watchers`);
    await pool.query(`
      insert into email_mailbox_readers (watcher_id, user_id, yacht_id, added_by)
      select id, user_id, yacht_id, user_id from email_watchers`);
    await pool.query(`alter table email_folders force row level security`);
    await migrate(pool, 'tenant');

    await pool.query(`alter table email_folders no force row level security`);
    const { rows } = await pool.query(`
      select mailbox, regexp_replace(microsoft_user_id, id::text, 'ID') as key, sync_status, next_sync_at <= now() as is_due,
             (select count(*)::int from email_mailbox_readers r where r.watcher_id = w.id) as readers,
             (select phase from email_folders f where f.watcher_id = w.id) as phase, inbox_id
        from email_watchers w order by created_at`);
    expect(rows.map((row) => Object.values(row))).toEqual([
      ['bridge@corvina.test', 'shared:A', 'active', true, 1, 'delta', 'A'],
      ['engineering@corvina.test', 'shared:B', 'active', true, 2, 'pending', 'B'],
      ['engine.room@corvina.test', 'left:ID', 'disconnected', null, 1, 'delta', 'B'],
    ]);
  });

  it('leaves of a mailbox that was purged before nothing but its address', async () => {
    const pool = await ownedDatabase();
    const migrations = listMigrations('tenant').filter(({ name }) => name < '0020');
    await migrate(pool, 'tenant', { migrations });
    await pool.query(`
      insert into email_watchers (yacht_id, user_id, kind, account_id, mailbox, microsoft_user_id, sync_status, last_sync_at, purged_at)
      select 'corvina', gen_random_uuid(), kind, account, mailbox, 'id of ' || mailbox, 'disconnected', now(), purged
        from (values ('own', null, 'eto@corvina.test', now()), ('own', null, 'kept@corvina.test', null),
                     ('shared', 'account', 'bridge@corvina.test', now())) as given (kind, account, mailbox, purged)`);
    await migrate(pool, 'tenant');
    const { rows } = await pool.query(`
      select mailbox, regexp_replace(microsoft_user_id, id::text, 'ID') as key,
             regexp_replace(account_id, id::text, 'ID') as account, last_sync_at is null as forgotten
        from email_watchers order by mailbox`);
    expect(rows.map((row) => Object.values(row))).toEqual([
      ['bridge@corvina.test', 'left:ID', 'left:ID', true],
      ['eto@corvina.test', 'left:ID', null, true],
      ['kept@corvina.test', 'id of kept@corvina.test', null, false],
    ]);
  });

  it('takes the words of mail that was purged off signposts and links', async () => {
    const pool = await ownedDatabase();
    const migrations = listMigrations('tenant').filter(({ name }) => name < '0015');
    await migrate(pool, 'tenant', { migrations });
    await pool.query(`
      with winner as (insert into email_threads (yacht_id, subject) values ('corvina', 'Kept') returning id),
           loser as (insert into email_threads (yacht_id, subject, preview, merged_into)
                     select 'corvina', 'Gone', 'Gone', id from winner)
      insert into email_links (yacht_id, thread_id, target_type, target_id, state, source, confidence, evidence)
      select 'corvina', id, 'work_order', gen_random_uuid(), 'removed', 'rule', 1,
             jsonb_build_array(jsonb_build_object('text', 'Gone', 'email_id', gen_random_uuid())) from winner`);
    await migrate(pool, 'tenant');
    const { rows } = await pool.query(
      `select t.subject, t.preview, l.evidence from email_threads t left join email_links l on l.thread_id = t.id
        order by t.subject`,
    );
    expect(rows).toEqual([
      { subject: 'Kept', preview: null, evidence: [] },
      { subject: null, preview: null, evidence: null },
    ]);
  });

  it('finds the mail that a link quotes by its key, however much mail there is', async () => {
    const pool = await ownedDatabase();
    const migrations = listMigrations('tenant').filter(({ name }) => name < '0015');
    await migrate(pool, 'tenant', { migrations });
    await pool.query('alter table email_messages no force row level security');
    await pool.query(`
      with watcher as (insert into email_watchers (yacht_id, user_id, mailbox, microsoft_user_id)
                       values ('corvina', gen_random_uuid(), 'eto@corvina.test', 'account') returning id, user_id),
           thread as (insert into email_threads (yacht_id, subject) values ('corvina', 'Injector') returning id),
           mail as (insert into email_messages (watcher_id, thread_id, user_id, yacht_id, message_id)
                    select watcher.id, thread.id, watcher.user_id, 'corvina', 'message-' || n
                      from watcher, thread, generate_series(1, 3000) n returning id, thread_id)
      insert into email_links (yacht_id, thread_id, target_type, target_id, state, source, confidence, evidence)
      select 'corvina', thread_id, 'work_order', gen_random_uuid(), 'removed', 'rule', 1,
             jsonb_build_array(jsonb_build_object('text', 'Kept', 'email_id', id),
                               jsonb_build_object('text', 'Gone', 'email_id', gen_random_uuid()),
                               jsonb_build_object('text', 'Gone', 'email_id', 'no-uuid'), '{"text": "Gone"}'::jsonb)
        from mail limit 100`);
    await pool.query('alter table email_messages force row level security');
    await pool.query('analyze email_messages');
    const before = await rowsScanned(pool);
    await migrate(pool, 'tenant');
    expect((await rowsScanned(pool)) - before).toBeLessThan(2 * 3_000);
    const { rows } = await pool.query(
      `select count(*)::int as links, jsonb_path_query_array(jsonb_agg(evidence), '$[*][*].text') as quoted from email_links`,
    );
    expect(rows).toEqual([{ links: 100, quoted: Array(100).fill('Kept') }]);
  });

  /** Rows of email_messages that were read without an index, ever. */
  async function rowsScanned(pool: Pool): Promise<number> {
    await pool.query('select pg_stat_force_next_flush()');
    const { rows } = await pool.query(
      `select seq_tup_read::int as rows from pg_stat_user_tables where relname = 'email_messages'`,
    );
    return rows[0].rows;
  }

  it('is told what is missing when it may not create roles', async () => {
    const name = `poor_${randomBytes(4).toString('hex')}`;
    await asAdmin(async (client) => {
      await client.query(`create role ${name} login password 'owner-password'`);
      await client.query(`grant ${name} to current_user with set true, inherit true`);
      await client.query(`create database ${name} owner ${name} template template0`);
    });
    const url = new URL(urlOf(name));
    url.username = name;
    url.password = 'owner-password';
    const pool = openPool(url.href, { max: 1, idleMs: 1_000 });
    closing.push(() => pool.end());
    await expect(migrate(pool, 'tenant')).rejects.toMatchObject({
      code: 'migration_failed',
      advice: expect.stringMatching(/CREATE ROLE/),
    });
  });
});

describe('the audit', () => {
  it('is append-only for the owner too', async () => {
    const database = await createTenant();
    closing.push(database.close);
    await database.tenants.transact({ yachtId: 'corvina', caller: { kind: 'worker' } }, (tx) =>
      tx
        .insertInto('audit_log')
        .values({ yacht_id: 'corvina', actor_kind: 'worker', action: 'x', target_type: 'x', target_id: 'x' })
        .execute(),
    );
    for (const sql of ['update audit_log set action = null', 'delete from audit_log', 'truncate audit_log']) {
      await expect(database.pool.query(sql)).rejects.toThrow(/append-only/);
    }
  });
});
