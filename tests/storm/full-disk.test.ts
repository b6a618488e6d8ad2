// The disk under a yacht's database is full for a while: said in words, and taken up again by itself. PostgreSQL really
// gets ENOSPC, from a disk that is really full.
import { afterEach, expect, it } from 'vitest';

import { breakGround, type Ground, until, YACHT } from './ground.ts';
import { openSmallDisk, type SmallDisk } from './small-disk.ts';

const ADDRESS = 'chief.engineer@corvina.test';
const MEGABYTES = 64;
const isLong = process.env.MODE === 'storm';

let ground: Ground | undefined;
const disk: SmallDisk | string = await openSmallDisk(MEGABYTES).catch((error: Error) => error.message);
afterEach(async () => {
  await ground?.close();
  if (typeof disk !== 'string') await disk.close();
});

if (typeof disk === 'string') {
  const notTested = `NOT TESTED: a full disk. This machine lets nobody make a small one: ${disk}`;
  // The usual report keeps silent about what it skips.
  process.stderr.write(`\n${notTested}\n\n`);
  it.skip(notTested);
} else {
  it(
    'a full disk in a first sync: said in words, and gone on with by itself when there is room',
    {
      timeout: 300_000,
    },
    () => story(disk),
  );
}

async function story(small: SmallDisk): Promise<void> {
  ground = await breakGround({ latencyMs: 100, concurrency: 2, folder: small.folder });
  const { sandbox, store, watcherOf, ask } = ground;
  await ground.connect(ADDRESS);
  await ground.db
    .insertInto('pms_equipment')
    .values({ yacht_id: YACHT, name: 'Pump', code: 'P-1' })
    .execute();
  sandbox.settings.quirks.largestPage = 20;
  store.bulk(ADDRESS, { count: 1_500, seed: 11 });
  const [worker, api] = [ground.run('work'), ground.run('api')];
  await api.up;
  await until(async () => (await watcherOf(ADDRESS)).messages_done >= 60, 60_000, 'some pages');

  await small.fill();
  const isSaid = async () => (await watcherOf(ADDRESS)).last_sync_error_code === 'database_full';
  await until(isSaid, 60_000, 'the sync says that the disk is full');
  // A notification may have it tried once more in between.
  await until(async () => (await watcherOf(ADDRESS)).lease_owner === null, 60_000, 'the lease is given back');
  const { messages_done: before, ...watcher } = await watcherOf(ADDRESS);
  expect(watcher).toMatchObject({ sync_status: 'degraded', last_sync_error_code: 'database_full' });
  expect(watcher.failures).toBeGreaterThan(0);
  expect(watcher.next_sync_at?.getTime()).toBeLessThan(Date.now() + 2 * 60_000);
  expect(before).toBeLessThan(1_500);
  const { body: seen } = await ask(ADDRESS, '/api/watchers');
  expect(seen.items[0]).toMatchObject({
    status: 'degraded',
    problem: {
      code: 'database_full',
      message: expect.stringContaining('no room'),
      advice: expect.stringContaining('make room; then it goes on by itself'),
    },
  });
  await expectRefused(ground);
  expect(worker.log()).toContain('code=database_full');

  await small.makeRoom();
  sandbox.settings.latencyMs = 0;
  sandbox.settings.quirks.largestPage = 1_000;
  // By itself within two minutes; the short run does not wait for its clock.
  if (!isLong) await ground.nudge(ADDRESS);
  await until(async () => (await watcherOf(ADDRESS)).first_synced_at !== null, 180_000, 'the first sync');
  expect(await watcherOf(ADDRESS)).toMatchObject({ sync_status: 'active', last_sync_error_code: null });
  expect([worker.process.exitCode, api.process.exitCode]).toEqual([null, null]);
  await ground.expectEqual(ADDRESS);
}

/** Whoever links a mail meanwhile is told why it cannot be kept, and nothing of it is. */
async function expectRefused({ db, ask }: Ground): Promise<void> {
  const { id: emailId } = await db.selectFrom('email_messages').select('id').executeTakeFirstOrThrow();
  const { id: equipment_id } = await db.selectFrom('pms_equipment').select('id').executeTakeFirstOrThrow();
  const refused = await ask(ADDRESS, `/api/emails/${emailId}/link`, { equipment_id });
  expect(refused).toMatchObject({
    status: 503,
    body: { code: 'database_full', detail: expect.stringContaining('no room left') },
  });
  expect(await db.selectFrom('email_links').select('id').execute()).toEqual([]);
}
