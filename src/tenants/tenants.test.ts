// Private until linked: what the database itself lets each caller see, whatever the queries above it ask for.
import { randomUUID } from 'node:crypto';

import { sql } from 'kysely';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';

import { createLog } from '#base/log.ts';
import type { Role } from '#directory/roles.ts';

import { createTenant } from '../../tests/support/postgres.ts';
import { asWorker, createTenants, type TenantScope, type TenantWriter } from './tenants.ts';

const CHIEF = randomUUID();
const CAPTAIN = randomUUID();
const DECKHAND = randomUUID();

let database: Awaited<ReturnType<typeof createTenant>>;

beforeAll(async () => {
  database = await createTenant();
  await addMailbox('corvina', CHIEF, ['private', 'linked', 'draft']);
  await addMailbox('corvina', CAPTAIN, ['of the captain']);
  await addMailbox('meltemi-rose', CHIEF, ['of another yacht']);
});
afterAll(() => database.close());

const person = (userId: string, role: Role, yachtId = 'corvina'): TenantScope => ({
  yachtId,
  caller: { kind: 'person', userId, role },
});

async function addMailbox(yachtId: string, userId: string, subjects: string[]): Promise<void> {
  await database.tenants.transact(asWorker(yachtId), async (tx) => {
    const owner = { yacht_id: yachtId, user_id: userId };
    const watcher = {
      ...owner,
      mailbox: `${userId}@${yachtId}.test`,
      microsoft_user_id: `${yachtId}.${userId}`,
    };
    const { id } = await tx
      .insertInto('email_watchers')
      .values(watcher)
      .returning('id')
      .executeTakeFirstOrThrow();
    for (const subject of subjects) await addThread(tx, { ...owner, watcher_id: id }, subject);
  });
}

type Owner = { yacht_id: string; user_id: string; watcher_id: string };

// A thread of one mail; 'linked' and 'draft' are linked to a record, and a draft answers beside a mail.
async function addThread(tx: TenantWriter, owner: Owner, subject: string): Promise<void> {
  const { yacht_id } = owner;
  const thread = await tx
    .insertInto('email_threads')
    .values({ yacht_id, subject })
    .returning('id')
    .executeTakeFirstOrThrow();
  const mail = {
    ...owner,
    thread_id: thread.id,
    message_id: randomUUID(),
    subject,
    is_draft: subject === 'draft',
  };
  await tx.insertInto('email_messages').values(mail).execute();
  const state = { ...owner, thread_id: thread.id, subject, last_message_at: new Date() };
  await tx.insertInto('email_thread_mailboxes').values(state).execute();
  if (subject !== 'linked' && subject !== 'draft') return;
  const target = { target_type: 'work_order' as const, target_id: randomUUID() };
  const link = {
    yacht_id,
    thread_id: thread.id,
    ...target,
    state: 'linked' as const,
    source: 'rule' as const,
  };
  await tx
    .insertInto('email_links')
    .values({ ...link, confidence: 1 })
    .execute();
}

const subjectsFor = (scope: TenantScope) =>
  database.tenants.read(scope, async (db) => {
    const rows = await db.selectFrom('email_messages').select('subject').orderBy('subject').execute();
    return rows.map(({ subject }) => subject);
  });

describe('a person', () => {
  it('sees the whole of their own mailbox', async () => {
    expect(await subjectsFor(person(CHIEF, 'chief_engineer'))).toEqual(['draft', 'linked', 'private']);
  });

  it('sees of others what is linked, never a draft, whatever their role', async () => {
    expect(await subjectsFor(person(DECKHAND, 'crew'))).toEqual(['linked']);
    expect(await subjectsFor(person(CAPTAIN, 'captain'))).toEqual(['linked', 'of the captain']);
    expect(await subjectsFor(person(randomUUID(), 'manager'))).toEqual(['linked']);
  });

  it('sees nothing of another yacht, not even their own mailbox there', async () => {
    expect(await subjectsFor(person(CHIEF, 'chief_engineer', 'meltemi-rose'))).toEqual(['of another yacht']);
    expect(await subjectsFor(person(CHIEF, 'chief_engineer', 'flying-dutchman'))).toEqual([]);
  });

  it('finds no inbox row of another mailbox', async () => {
    const rows = await database.tenants.read(person(CAPTAIN, 'captain'), (db) =>
      db.selectFrom('email_thread_mailboxes').select('subject').execute(),
    );
    expect(rows).toEqual([{ subject: 'of the captain' }]);
  });

  it('stops seeing a thread once its link is removed', async () => {
    const deckhand = person(DECKHAND, 'crew');
    const scratch = await createTenant();
    await scratch.tenants.transact(asWorker('corvina'), async (tx) => {
      const owner = { yacht_id: 'corvina', user_id: CHIEF };
      const { id } = await tx
        .insertInto('email_watchers')
        .values({ ...owner, mailbox: 'chief@corvina.test', microsoft_user_id: 'm' })
        .returning('id')
        .executeTakeFirstOrThrow();
      await addThread(tx, { ...owner, watcher_id: id }, 'linked');
    });
    const count = () =>
      scratch.tenants.read(
        deckhand,
        async (db) => (await db.selectFrom('email_messages').select('id').execute()).length,
      );
    expect(await count()).toBe(1);
    await scratch.tenants.transact(asWorker('corvina'), (tx) =>
      tx.updateTable('email_links').set({ state: 'removed' }).execute(),
    );
    expect(await count()).toBe(0);
    await scratch.close();
  });

  it('cannot write mail, nor delete it', async () => {
    const chief = person(CHIEF, 'chief_engineer');
    const forbidden: ((tx: TenantWriter) => Promise<unknown>)[] = [
      (tx) => tx.updateTable('email_messages').set({ is_read: true }).execute(),
      (tx) => tx.deleteFrom('email_messages').execute(),
      (tx) => tx.deleteFrom('audit_log').execute(),
    ];
    for (const attempt of forbidden) {
      await expect(database.tenants.transact(chief, attempt)).rejects.toMatchObject({ code: '42501' });
    }
  });

  it('cannot connect a mailbox in somebody else’s name', async () => {
    const values = {
      yacht_id: 'corvina',
      user_id: CAPTAIN,
      mailbox: 'x@corvina.test',
      microsoft_user_id: 'x',
    };
    const attempt = database.tenants.transact(person(DECKHAND, 'crew'), (tx) =>
      tx.insertInto('email_watchers').values(values).execute(),
    );
    await expect(attempt).rejects.toMatchObject({ code: '42501' });
  });
});

describe('the worker', () => {
  it('sees the whole of its yacht, and no other', async () => {
    const all = ['draft', 'linked', 'of the captain', 'private'];
    expect(await subjectsFor(asWorker('corvina'))).toEqual(all);
    expect(await subjectsFor(asWorker('meltemi-rose'))).toEqual(['of another yacht']);
  });

  it('cannot write a row of another yacht', async () => {
    const attempt = database.tenants.transact(asWorker('corvina'), (tx) =>
      tx.insertInto('email_threads').values({ yacht_id: 'meltemi-rose' }).execute(),
    );
    await expect(attempt).rejects.toMatchObject({ code: '42501' });
  });
});

describe('the roles', () => {
  it('bypass nothing, own nothing and cannot sign in', async () => {
    const { rows } = await database.pool.query(
      `select rolname, rolsuper, rolbypassrls, rolcanlogin, rolcreaterole,
              (select count(*)::int from pg_class where relowner = r.oid) as owned
         from pg_roles r where rolname in ('celeste_app', 'celeste_worker') order by 1`,
    );
    const nothing = {
      rolsuper: false,
      rolbypassrls: false,
      rolcanlogin: false,
      rolcreaterole: false,
      owned: 0,
    };
    expect(rows).toEqual([
      { rolname: 'celeste_app', ...nothing },
      { rolname: 'celeste_worker', ...nothing },
    ]);
  });

  it('meet row-level security, forced, on every table that has a yacht', async () => {
    const { rows } = await database.pool.query(
      `select c.relname from pg_class c join pg_attribute a on a.attrelid = c.oid and a.attname = 'yacht_id'
        where c.relkind = 'r' and c.relnamespace = 'public'::regnamespace
          and not (c.relrowsecurity and c.relforcerowsecurity)`,
    );
    expect(rows).toEqual([]);
  });

  it('hold for the owner of the tables too: without a caller there is nothing to see', async () => {
    const { rows } = await database.pool.query('select count(*)::int as n from email_messages');
    expect(rows).toEqual([{ n: 0 }]);
  });
});

describe('the door', () => {
  it('reads without being able to write, in the database as in the types', async () => {
    const attempt = database.tenants.read(asWorker('corvina'), (db) =>
      sql`insert into email_threads (yacht_id) values ('corvina')`.execute(db),
    );
    await expect(attempt).rejects.toMatchObject({ code: '25006' });
  });

  it('undoes everything when the function throws', async () => {
    const attempt = database.tenants.transact(asWorker('undone'), async (tx) => {
      await tx.insertInto('email_threads').values({ yacht_id: 'undone' }).execute();
      throw new Error('changed my mind');
    });
    await expect(attempt).rejects.toThrow('changed my mind');
    const rows = await database.tenants.read(asWorker('undone'), (db) =>
      db.selectFrom('email_threads').select('id').execute(),
    );
    expect(rows).toEqual([]);
  });

  it('leaves nothing of a caller on the connection, after an error neither', async () => {
    const options = { poolMax: 1, idleMs: 60_000, log: createLog('silent') };
    const tenants = createTenants({ locate: async () => ({ url: database.url }), ...options });
    const pids: unknown[] = [];
    const whoAmI = (scope: TenantScope) =>
      tenants.read(scope, async (db) => {
        const { rows } = await sql<
          Record<string, unknown>
        >`select current_user as role, pg_backend_pid() as pid,
            current_setting('celeste.user_id') as "user"`.execute(db);
        pids.push(rows[0]?.pid);
        return { role: rows[0]?.role, user: rows[0]?.user };
      });
    expect(await whoAmI(person(CHIEF, 'chief_engineer'))).toEqual({ role: 'celeste_app', user: CHIEF });
    const failing = tenants.transact(person(CAPTAIN, 'captain'), (tx) => sql`select 1 / 0`.execute(tx));
    await expect(failing).rejects.toThrow(/division by zero/);
    expect(await whoAmI(asWorker('corvina'))).toEqual({ role: 'celeste_worker', user: '' });
    expect(new Set(pids).size).toBe(1);
    await tenants.close();
  });
});
