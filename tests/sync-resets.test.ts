// Cursors of large folders die: what is read again keeps nobody waiting, whichever mailboxes it strikes together.
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import { afterEach, beforeEach, expect, it } from 'vitest';

import type { Principal } from '#directory/principal.ts';
import { watchersSchedule } from '#mailboxes/due-watchers.ts';
import { asWorker } from '#tenants/tenants.ts';

import { createMailWorld, type MailWorld } from './support/mail.ts';
import { letter } from './support/mail-story.ts';
import { startWorker } from './support/worker-process.ts';

const LARGE = 2_500;

let world: MailWorld;
beforeEach(async () => {
  world = await createMailWorld();
});
afterEach(() => world.close());

async function connectLarge(name: string): Promise<Principal> {
  const person = world.person(`${name}@corvina.test`);
  for (let n = 0; n < 25; n += 1) world.store.createFolder(person.email, { name: `Folder ${n}` });
  world.store.bulk(person.email, { count: LARGE, seed: 3, folder: 'archive' });
  await world.connect(person);
  expect(await world.sync(person)).toMatchObject({ outcome: 'synced' });
  return person;
}

const visible = (subject: string) =>
  world.db
    .selectFrom('email_messages')
    .select('id')
    .where('subject', '=', subject)
    .where('removed_at', 'is', null)
    .executeTakeFirst();

it('a round that is to give way has brought the news first, and another goes on at once', async () => {
  const engineer = await connectLarge('chief.engineer');
  world.store.expireDelta(engineer.email, 'archive');
  for (let n = 0; n < 25; n += 1) world.store.deliver(engineer.email, `Folder ${n}`, letter(`News ${n}`));
  // The archive is looked at with the first batch, some of the others with the second.
  await world.db
    .updateTable('email_folders')
    .set({ synced_at: new Date(0) })
    .where('well_known_name', '=', 'archive')
    .execute();
  const before = await world.watcher(engineer);
  const others = new AbortController();
  let pagesOfArchive = 0;
  const round = await world.sync(engineer, {
    giveWay: others.signal,
    onProgress: ({ progress }) => {
      if (progress.total - progress.done < 2_000) return;
      pagesOfArchive += 1;
      others.abort(new Error('others wait'));
    },
  });
  expect(round).toMatchObject({ outcome: 'interrupted', code: null });
  expect(pagesOfArchive).toBe(1);
  for (let n = 0; n < 25; n += 1) expect(await visible(`News ${n}`)).toBeDefined();
  const after = await world.watcher(engineer);
  expect(after.complete_up_to).toEqual(before.complete_up_to);
  expect(after.failures).toBe(0);
  const { due } = await world.tenant.tenants.read(asWorker(world.yachtId), (db) =>
    watchersSchedule(db, world.clock.now(), 10),
  );
  expect(due).toEqual([{ id: after.id, catchesUp: true }]);

  expect(await world.sync(engineer)).toMatchObject({ outcome: 'synced' });
  await world.expectEqual(engineer);
});

it('a round that gave way while Microsoft said nothing has failed: it waits before it tries again', async () => {
  const engineer = await connectLarge('chief.engineer');
  world.store.expireDelta(engineer.email, 'archive');
  world.sandbox.faults.add({ match: { path: '/messages/delta' }, count: 100, fault: { hang: true } });
  const others = new AbortController();
  const timer = setTimeout(() => others.abort(new Error('others wait')), 16_000);
  const round = await world.sync(engineer, { giveWay: others.signal }).finally(() => clearTimeout(timer));
  expect(round).toMatchObject({ outcome: 'degraded', code: 'graph_transient' });
  expect((await world.watcher(engineer)).failures).toBe(1);
  world.sandbox.faults.clear();
  expect(await world.sync(engineer)).toMatchObject({ outcome: 'synced' });
}, 60_000);

it('many mailboxes reset together: a quiet one gets its turn before they are through', async () => {
  const dataDir = mkdtempSync(join(tmpdir(), 'celeste-resets-'));
  const struck = await Promise.all(['captain', 'purser', 'eto', 'mate'].map(connectLarge));
  const quiet = world.person('deckhand@corvina.test');
  await world.connect(quiet);
  await world.sync(quiet);
  for (const { email } of struck) world.store.expireDelta(email, 'archive');
  world.store.deliver(quiet.email, 'inbox', letter('On time'));
  world.sandbox.settings.latencyMs = 200;
  for (const { userId } of [...struck, quiet]) {
    await world.db
      .updateTable('email_watchers')
      .set({ next_sync_at: world.clock.now() })
      .where('user_id', '=', userId)
      .execute();
  }
  const worker = await startWorker({
    ...{ sandboxUrl: world.sandbox.url, masterUrl: world.master.url },
    ...{ tenantUrls: { CORVINA: world.tenant.url }, tokenKey: world.tokenKey, dataDir },
    more: { SYNC_CONCURRENCY: '3' },
  });
  try {
    const readAgain = async () => {
      const { count } = await world.db
        .selectFrom('email_folders')
        .select((eb) => eb.fn.countAll().as('count'))
        .where('well_known_name', '=', 'archive')
        .where('round', '>', 1)
        .where('phase', '=', 'delta')
        .executeTakeFirstOrThrow();
      return Number(count);
    };
    let through = 0;
    const hasCome = async () => {
      through = await readAgain();
      return (await visible('On time')) !== undefined;
    };
    await expect.poll(hasCome, { timeout: 60_000, interval: 50 }).toBe(true);
    expect(through).toBeLessThan(struck.length - 2);
    await expect.poll(readAgain, { timeout: 120_000, interval: 100 }).toBe(struck.length);
    for (const person of struck) await world.expectEqual(person);
  } finally {
    await worker.kill();
    rmSync(dataDir, { recursive: true, force: true });
  }
}, 240_000);
