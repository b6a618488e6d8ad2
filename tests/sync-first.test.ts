// A mailbox is connected and read for the first time.
import { Client } from 'pg';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';

import type { Principal } from '#directory/principal.ts';
import { getWatcher } from '#mailboxes/watchers.ts';
import type { SyncProgress } from '#sync/sync.ts';
import { asWorker } from '#tenants/tenants.ts';
import { refreshThreads } from '#threads/refresh.ts';
import { createMailWorld, type MailWorld } from './support/mail.ts';
import { fillMailbox } from './support/mail-story.ts';

let world: MailWorld;
let engineer: Principal;

beforeAll(async () => {
  world = await createMailWorld();
  engineer = world.person('chief.engineer@corvina.test');
  fillMailbox(world.store, engineer.email);
  expect(await world.connect(engineer)).toEqual({ purpose: 'read', refusal: null });
});
afterAll(() => world.close());

describe('the first sync', () => {
  it('brings every folder and message, and tells how far it is', async () => {
    const seen: SyncProgress[] = [];
    const result = await world.sync(engineer, { onProgress: (progress) => seen.push(progress) });
    expect(result).toMatchObject({ outcome: 'synced', code: null });
    await world.expectEqual(engineer);

    expect(seen.length).toBeGreaterThan(2);
    const done = seen.map(({ progress }) => progress.done);
    expect(done).toEqual([...done].sort((a, b) => a - b));
    const last = seen.at(-1)?.progress;
    expect(last).toMatchObject({ done: last?.total, folders_done: last?.folders_total });
  });

  it('reads the inbox and sent mail before anything else', () => {
    const paths = world.sandbox.requests
      .list()
      .map(
        (request) =>
          /mailFolders\/([^/]+)\/messages\/delta\?\$select/.exec(decodeURIComponent(request.path))?.[1],
      )
      .filter((id) => id !== undefined);
    const folder = (name: string) => world.store.folder(engineer.email, name).id;
    // Three folders are asked for at once, and one of them may be long on its way.
    expect(new Set(paths).size).toBeGreaterThan(10);
    expect(paths.slice(0, 5)).toEqual(expect.arrayContaining([folder('inbox'), folder('sentitems')]));
  });

  it('asks for immutable ids and text on every page, and never for a search folder', () => {
    const pages = world.sandbox.requests.list().filter((request) => request.path.includes('/messages/delta'));
    expect(pages.length).toBeGreaterThan(0);
    for (const page of pages) {
      expect(page.prefer).toContain('IdType="ImmutableId"');
      expect(page.prefer).toContain('odata.maxpagesize=');
      expect(page.prefer).toContain('outlook.body-content-type="text"');
      expect(page.status).toBe(200);
    }
  });

  it('leaves the watcher active, with the time up to which it is complete', async () => {
    const { id } = await world.watcher(engineer);
    const watcher = await world.tenants.read(asWorker(world.yachtId), (db) =>
      getWatcher(db, id, world.clock.now()),
    );
    expect(watcher).toMatchObject({ status: 'active', problem: null, syncing: false, first_sync_done: true });
    expect(watcher.complete_up_to?.getTime()).toBeLessThan(watcher.last_sync_at?.getTime() ?? 0);
    expect(watcher.next_sync_at?.getTime()).toBeGreaterThan(Date.now() + 13 * 60_000);
    expect(watcher.folders.find((folder) => folder.well_known_name === 'junkemail')?.in_inbox).toBe(false);
    expect(watcher.folders.find((folder) => folder.name === 'Northwind Pumps')?.path).toBe(
      'Inbox / Vendors / Northwind Pumps',
    );
  });

  it('keeps junk, drafts and deleted mail out of the inbox list', async () => {
    const rows = await world.db
      .selectFrom('email_thread_mailboxes')
      .select('subject')
      .where('in_inbox', '=', true)
      .execute();
    const subjects = rows.map((row) => row.subject);
    expect(subjects).toContain('Impeller for the port pump');
    expect(subjects).not.toContain('You have won');
    expect(subjects).not.toContain('Old menu');
    expect(subjects).not.toContain('Half a letter');
  });

  it('sums threads up from the page they begin with as it would from what was written', async () => {
    const shown = async () => ({
      threads: await world.db.selectFrom('email_threads').selectAll().orderBy('id').execute(),
      mailboxes: await world.db
        .selectFrom('email_thread_mailboxes')
        .selectAll()
        .orderBy('thread_id')
        .execute(),
    });
    const before = await shown();
    expect(before.threads.length).toBeGreaterThan(10);
    await world.tenants.transact(asWorker(world.yachtId), (tx) =>
      refreshThreads(
        tx,
        before.threads.map((thread) => thread.id),
      ),
    );
    expect(await shown()).toEqual(before);
  });

  it('asks for nothing but changes the second time, and writes nothing', async () => {
    const before = await world.db
      .selectFrom('email_messages')
      .select(['id', 'synced_at'])
      .orderBy('id')
      .execute();
    const result = await world.sync(engineer);
    expect(result).toMatchObject({ outcome: 'synced', changes: 0 });
    const after = await world.db
      .selectFrom('email_messages')
      .select(['id', 'synced_at'])
      .orderBy('id')
      .execute();
    expect(after).toEqual(before);
  });
});

describe('a mailbox that is new to a yacht whose database has counted its rows', () => {
  it('is read without going through all of its rows for every conversation', async () => {
    const eto = world.person('eto@corvina.test');
    world.store.bulk(engineer.email, { count: 2_000, seed: 1 });
    world.store.bulk(eto.email, { count: 2_000, seed: 2 });
    await world.sync(engineer);
    const server = new Client({ connectionString: world.tenant.url });
    await server.connect();
    await server.query('analyze');
    const read = async () => {
      const { rows } = await server.query(
        `select pg_stat_clear_snapshot(), sum(idx_tup_read)::integer as read from pg_stat_user_indexes
          where relname = 'email_messages'`,
      );
      return rows[0].read;
    };
    const before = await read();
    await world.connect(eto);
    expect(await world.sync(eto)).toMatchObject({ outcome: 'synced' });
    await vi.waitFor(async () => expect(await read()).toBeGreaterThan(before), { timeout: 10_000 });
    expect((await read()) - before).toBeLessThan(20_000);
    await server.end();
  });
});
