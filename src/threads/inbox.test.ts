// The inbox on a real database: pages that neither repeat nor skip, from an index, and only one's own.
import { sql } from 'kysely';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';

import type { TenantScope } from '#tenants/tenants.ts';

import { createTenant } from '../../tests/support/postgres.ts';
import { addMailbox, deliver, type Mailbox, openWorkersView, YACHT } from '../../tests/support/records.ts';
import { type InboxQuery, listInbox } from './inbox.ts';

let tenant: Awaited<ReturnType<typeof createTenant>>;
let view: ReturnType<typeof openWorkersView>;
let chief: Mailbox;

beforeAll(async () => {
  tenant = await createTenant();
  view = openWorkersView(tenant.url);
});
afterAll(async () => {
  await view.end();
  await tenant.close();
});
beforeEach(async () => {
  await tenant.pool.query('truncate email_threads, email_watchers cascade');
  chief = await addMailbox(tenant.tenants, 'chief@corvina.test');
});

const scopeOf = (userId: string): TenantScope => ({
  yachtId: YACHT,
  caller: { kind: 'person', userId, role: 'captain' },
});

async function readAll(userId: string, query: Partial<InboxQuery> = {}): Promise<(string | null)[][]> {
  const pages: (string | null)[][] = [];
  let cursor: string | undefined;
  do {
    const page = await tenant.tenants.read(scopeOf(userId), (db) =>
      listInbox(db, { filter: 'all', limit: 50, cursor, ...query }),
    );
    pages.push(page.items.map((row) => row.subject));
    cursor = page.next_cursor ?? undefined;
  } while (cursor !== undefined);
  return pages;
}

it('goes on where the page before ended, also among threads of one moment', async () => {
  const at = new Date(Date.UTC(2026, 0, 2));
  const page = Array.from({ length: 25 }, (_, n) => ({ subject: `Letter ${n}`, at }));
  await deliver(tenant.tenants, chief, page);
  const pages = await readAll(chief.userId, { limit: 10 });
  expect(pages.map((subjects) => subjects.length)).toEqual([10, 10, 5]);
  expect(new Set(pages.flat()).size).toBe(25);
});

it('is newest first, without Junk and drafts, and the unread alone when asked', async () => {
  await deliver(tenant.tenants, chief, [
    { subject: 'old', at: new Date(1e12) },
    { subject: 'new', at: new Date(2e12), isRead: false },
    { subject: 'spam', folder: 'junk', isRead: false },
    { subject: 'half a letter', folder: 'drafts', isDraft: true },
  ]);
  expect(await readAll(chief.userId)).toEqual([['new', 'old']]);
  expect(await readAll(chief.userId, { filter: 'unread' })).toEqual([['new']]);
});

it('is empty for the captain, whose mailbox it is not', async () => {
  await deliver(tenant.tenants, chief, [{ subject: 'private' }]);
  const captain = await addMailbox(tenant.tenants, 'captain@corvina.test');
  expect(await readAll(captain.userId)).toEqual([[]]);
});

it('shows a thread of two own mailboxes once, where it is newer', async () => {
  const second = await addMailbox(tenant.tenants, 'chief.old@corvina.test', chief.userId);
  await deliver(tenant.tenants, chief, [
    { subject: 'both', mail: 'm1', conversation: 'c', at: new Date(1e12) },
    { subject: 'between', at: new Date(1.5e12) },
  ]);
  await deliver(tenant.tenants, second, [
    { subject: 'both', mail: 'm1', conversation: 'd', at: new Date(1e12) },
    { subject: 'RE: both', mail: 'm2', conversation: 'd', at: new Date(2e12) },
  ]);
  expect(await readAll(chief.userId, { limit: 1 })).toEqual([['both'], ['between']]);
});

it('refuses a cursor that is not its own', async () => {
  await expect(readAll(chief.userId, { cursor: 'bm9wZQ' })).rejects.toMatchObject({ code: 'invalid_cursor' });
});

describe('with 100,000 threads', () => {
  it('reads a page, first or deep, from the index', async () => {
    await view.query(
      `with t as (
         insert into email_threads (yacht_id, needs_matching)
         select $1, false from generate_series(1, 100000) returning id
       )
       insert into email_thread_mailboxes (thread_id, watcher_id, user_id, yacht_id, last_message_at)
       select id, $2, $3, $1, date '2026-01-01' - make_interval(mins => row_number() over ()::int) from t`,
      [YACHT, chief.watcherId, chief.userId],
    );
    await tenant.pool.query('analyze');
    const ask = { filter: 'all' as const, limit: 50 };
    const plan = await tenant.tenants.read(scopeOf(chief.userId), async (db) => {
      const { rows } = await sql<{ 'QUERY PLAN': string }>`
        explain (analyze, buffers off) select * from email_thread_mailboxes
         where watcher_id = ${chief.watcherId} and in_inbox and (last_message_at, thread_id) < ('2025-11-01', ${chief.userId})
         order by last_message_at desc, thread_id desc limit 51`.execute(db);
      return rows.map((row) => row['QUERY PLAN']).join('\n');
    });
    expect(plan).toMatch(/Index Scan using email_thread_mailboxes_watcher_id_last_message_at/);
    expect(plan).not.toMatch(/Sort|Seq Scan/);
    const page = await tenant.tenants.read(scopeOf(chief.userId), (db) => listInbox(db, ask));
    expect(page.items).toHaveLength(ask.limit);
  }, 60_000);
});
