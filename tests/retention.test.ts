// Leaving: what becomes of a mailbox's mail when its owner disconnects it. Kept, or gone from every table but the
// audit; what is on a work order stays there until a head of department takes it off.
import { sql } from 'kysely';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';

import type { Principal } from '#directory/principal.ts';
import { disconnect } from '#mailboxes/disconnect.ts';
import { endMailbox } from '#mailboxes/end.ts';
import { duePurges, purgeMailbox, UNDO_MS } from '#sync/purge.ts';
import { asWorker } from '#tenants/tenants.ts';

import { createMailWorld, type MailWorld } from './support/mail.ts';
import { fillMailbox, letter, reply } from './support/mail-story.ts';

let world: MailWorld;
let engineer: Principal;
let eto: Principal;

beforeEach(async () => {
  world = await createMailWorld();
  engineer = world.person('chief.engineer@corvina.test');
  eto = world.person('eto@corvina.test');
  fillMailbox(world.store, engineer.email);
  await world.connect(engineer);
});
afterEach(() => world.close());

const leave = (mail: 'keep' | 'purge') =>
  world.tenants.transact(asWorker(world.yachtId), (tx) =>
    disconnect(
      tx,
      { yachtId: world.yachtId, userId: engineer.userId, purpose: 'read' },
      { mail, now: world.clock.now() },
    ),
  );

const due = () => world.tenants.read(asWorker(world.yachtId), (db) => duePurges(db, world.clock.now()));

async function purgeAll(): Promise<void> {
  for (const watcherId of await due()) {
    await purgeMailbox(world, { yachtId: world.yachtId, watcherId, signal: new AbortController().signal });
  }
}

/** Every table of the yacht in which `word` stands, in whatever column. */
async function tablesWith(word: string): Promise<string[]> {
  const { rows } = await sql<{ name: string }>`
    select table_name as name from information_schema.tables
     where table_schema = 'public' and table_type = 'BASE TABLE'`.execute(world.db);
  expect(rows.length).toBeGreaterThan(10);
  const found: string[] = [];
  for (const { name } of rows) {
    const hits =
      await sql`select 1 from ${sql.table(name)} t where t::text ilike ${`%${word}%`} limit 1`.execute(
        world.db,
      );
    if (hits.rows.length > 0) found.push(name);
  }
  return found.sort();
}

async function link(subject: string): Promise<string> {
  const mail = await world.db
    .selectFrom('email_messages')
    .select(['id', 'thread_id'])
    .where('subject', '=', subject)
    .executeTakeFirstOrThrow();
  const record = await world.db
    .insertInto('pms_work_orders')
    .values({ yacht_id: world.yachtId, wo_number: 'WO-1042', title: 'Port pump', status: 'open' })
    .returning('id')
    .executeTakeFirstOrThrow();
  await world.db
    .insertInto('email_links')
    .values({
      yacht_id: world.yachtId,
      thread_id: mail.thread_id,
      message_id: mail.id,
      target_type: 'work_order',
      target_id: record.id,
      state: 'linked',
      source: 'person',
      confidence: 1,
    })
    .execute();
  return mail.thread_id;
}

describe('a purge', () => {
  it('leaves nothing behind but the audit', async () => {
    await world.sync(engineer);
    expect(await tablesWith('Daily report')).toContain('email_messages');
    const watcher = await world.watcher(engineer);
    await leave('purge');
    await purgeAll();
    for (const word of ['Daily report', 'Impeller', 'northwind-pumps', engineer.email, 'Yard period']) {
      expect(await tablesWith(word), word).toEqual([]);
    }
    expect(await tablesWith(watcher.id)).toEqual(['audit_log']);
    expect(await tablesWith(engineer.userId)).toEqual(['audit_log']);
    expect(await due()).toEqual([]);
  });

  it('spares what is on a work order, and takes it once it has been off it for a day', async () => {
    await world.sync(engineer);
    const threadId = await link('Impeller for the port pump');
    await leave('purge');
    await purgeAll();
    const left = await world.db
      .selectFrom('email_messages')
      .select(['thread_id', 'removed_at', 'web_link'])
      .execute();
    expect(new Set(left.map((row) => row.thread_id))).toEqual(new Set([threadId]));
    expect(left.every((row) => row.removed_at !== null && row.web_link === null)).toBe(true);
    expect(await tablesWith('Daily report')).toEqual([]);
    expect(await world.db.selectFrom('email_thread_mailboxes').selectAll().execute()).toEqual([]);
    expect(await due()).toEqual([]);

    await world.db
      .updateTable('email_links')
      .set({ state: 'removed', decided_at: world.clock.now() })
      .execute();
    expect(await due()).toEqual([]);
    world.clock.forward(UNDO_MS + 60_000);
    await purgeAll();
    expect(await tablesWith('Impeller')).toEqual([]);
    expect(await tablesWith(engineer.email)).toEqual([]);
  });

  it('by whoever runs the service says no more that the mail stays, or is to be decided about', async () => {
    await world.sync(engineer);
    await link('Impeller for the port pump');
    const { id: watcherId } = await world.watcher(engineer);
    for (const mail of ['keep', 'purge'] as const) {
      await world.tenants.transact(asWorker(world.yachtId), (tx) =>
        endMailbox(tx, { watcherId, by: 'operator', mail }, { now: world.clock.now() }),
      );
      const code = mail === 'keep' ? 'ended_by_operator' : null;
      expect(await world.watcher(engineer)).toMatchObject({ last_sync_error_code: code });
    }
    await purgeAll();
    expect(await world.watcher(engineer)).toMatchObject({ id: watcherId, last_sync_error_code: null });
  });

  it("leaves the copies in other people's mailboxes alone", async () => {
    const shared = letter('Both of us', { internetMessageId: '<both@northwind-pumps.test>' });
    world.store.deliver(engineer.email, 'inbox', shared);
    world.store.deliver(eto.email, 'inbox', shared);
    const only = world.store.deliver(eto.email, 'inbox', letter('Only the ETO'));
    world.store.deliver(engineer.email, 'inbox', reply(only));
    await world.connect(eto);
    await world.sync(engineer);
    await world.sync(eto);
    await leave('purge');
    await purgeAll();
    await world.expectEqual(eto);
    expect(await world.db.selectFrom('email_messages').select('user_id').distinct().execute()).toEqual([
      { user_id: eto.userId },
    ]);
  });

  it('is called off by connecting the mailbox again', async () => {
    await world.sync(engineer);
    await leave('purge');
    await world.connect(engineer);
    expect(await due()).toEqual([]);
    await purgeAll();
    await world.sync(engineer);
    await world.expectEqual(engineer);
  });

  it('too late for that, the mailbox is connected anew, takes over what is on a record, and the old one goes', async () => {
    await world.sync(engineer);
    await link('Impeller for the port pump');
    const { id } = await world.watcher(engineer);
    await leave('purge');
    await purgeAll();
    await world.connect(engineer);
    await world.sync(engineer);
    await world.expectEqual(engineer);
    expect(await due()).toEqual([id]);
    await purgeAll();
    const left = await world.db.selectFrom('email_watchers').select('sync_status').execute();
    expect(left).toMatchObject([{ sync_status: 'active' }]);
    await world.expectEqual(engineer);
  });

  it('called off half-way, it has left no hole', async () => {
    world.store.bulk(engineer.email, { count: 1_200, seed: 9 });
    await world.sync(engineer);
    await leave('purge');
    const [watcherId = ''] = await due();
    const stop = new AbortController();
    const tenants: typeof world.tenants = {
      ...world.tenants,
      transact: (scope, fn) => world.tenants.transact(scope, fn).finally(() => stop.abort()),
    };
    const purging = { yachtId: world.yachtId, watcherId, signal: stop.signal };
    expect(await purgeMailbox({ tenants, clock: world.clock }, purging)).toBe(500);
    await world.connect(engineer);
    expect(await world.sync(engineer)).toMatchObject({ outcome: 'synced' });
    await world.expectEqual(engineer);
  });

  it('is not undone by a round that was at it when the mailbox left and came back', async () => {
    await world.sync(engineer);
    await link('Impeller for the port pump');
    world.sandbox.faults.add({ match: { path: '\\$batch' }, fault: { delay_ms: 3_000 } });
    const overtaken = world.sync(engineer);
    await vi.waitFor(() => expect(world.sandbox.faults.list()[0]?.fired).toBe(1));
    await leave('purge');
    await purgeAll();
    await world.connect(engineer);
    await overtaken;
    expect(await world.sync(engineer)).toMatchObject({ outcome: 'synced' });
    await world.expectEqual(engineer);
  });

  it('leaves no conversation in the inbox that others have a copy of', async () => {
    const shared = letter('Both of us', { internetMessageId: '<both@northwind-pumps.test>' });
    world.store.deliver(engineer.email, 'inbox', shared);
    world.store.deliver(eto.email, 'inbox', shared);
    await world.connect(eto);
    await world.sync(engineer);
    await world.sync(eto);
    // So the mailbox's row stays.
    await link('Impeller for the port pump');
    const { id } = await world.watcher(engineer);
    await leave('purge');
    await purgeAll();
    const left = await world.db
      .selectFrom('email_thread_mailboxes')
      .select('thread_id')
      .where('watcher_id', '=', id)
      .execute();
    expect(left).toEqual([]);
  });

  it('stops between batches and goes on later', async () => {
    world.store.bulk(engineer.email, { count: 1_200, seed: 9 });
    await world.sync(engineer);
    await leave('purge');
    const [watcherId = ''] = await due();
    const stopped = new AbortController();
    stopped.abort();
    await purgeMailbox(world, { yachtId: world.yachtId, watcherId, signal: stopped.signal });
    expect(await due()).toEqual([watcherId]);
    await purgeAll();
    expect(await world.db.selectFrom('email_messages').select('id').execute()).toEqual([]);
    expect(await world.db.selectFrom('email_threads').select('id').execute()).toEqual([]);
  });
});

describe('keeping the mail', () => {
  it('leaves every row, and it can still be purged later', async () => {
    await world.sync(engineer);
    expect(await leave('keep')).toEqual([]);
    await purgeAll();
    await world.expectEqual(engineer);
    // Of what is not connected any more the mailbox is named.
    expect(await leave('purge')).toEqual([]);
    const ending = {
      watcherId: (await world.watcher(engineer)).id,
      by: engineer,
      mail: 'purge' as const,
    };
    const { purging } = await world.tenants.transact(asWorker(world.yachtId), (tx) =>
      endMailbox(tx, ending, { now: world.clock.now() }),
    );
    expect(purging).toEqual([ending.watcherId]);
    await purgeAll();
    expect(await tablesWith('Daily report')).toEqual([]);
  });
});
