// Processes that die at a chosen moment. Nothing is lost, nothing is double, and the work goes on by itself.
import { afterEach, expect, it } from 'vitest';
import { breakGround, type Ground, until } from './ground.ts';
import { createPostman } from './letters.ts';

const ADDRESS = 'chief.engineer@corvina.test';
/** A mailbox that nobody renews is taken over after so long. */
const LEASE_MS = 30_000;
/** So many commits go through before the one at which the worker dies. */
const DEATHS = process.env.MODE === 'storm' ? [0, 1, 2, 3, 5, 9, 14, 20] : [2, 9];

let ground: Ground;
afterEach(() => ground?.close());

/** A mailbox whose first sync takes a while: many small pages, each a little late. */
async function slowMailbox(latencyMs: number): Promise<void> {
  ground = await breakGround({ latencyMs, concurrency: 2 });
  await ground.connect(ADDRESS);
  ground.sandbox.settings.quirks.largestPage = 20;
  ground.store.bulk(ADDRESS, { count: 800, seed: 11 });
  const mail = createPostman();
  for (let n = 0; n < 30; n += 1) ground.store.deliver(ADDRESS, 'archive', mail(`Filed ${n}`));
}

const done = async () => (await ground.watcherOf(ADDRESS)).messages_done;
const isUnderWay = (messages: number) => async () => (await done()) >= messages;

/** Without waiting any longer for Microsoft: the first sync ends, and our copy is the mailbox. */
async function settle(): Promise<void> {
  ground.sandbox.settings.latencyMs = 0;
  ground.sandbox.settings.quirks.largestPage = 1_000;
  await until(
    async () => (await ground.watcherOf(ADDRESS)).sync_status === 'active',
    120_000,
    'a first sync',
  );
  await ground.expectEqual(ADDRESS);
}

/** How often the inbox was read from its beginning. */
function inboxBegun(): number {
  const inbox = ground.store.folder(ADDRESS, 'inbox').id.replaceAll('=', '');
  const begins = ({ path }: { path: string }) =>
    path.includes(inbox) && path.includes('messages/delta?$select');
  return ground.sandbox.requests.list().filter(begins).length;
}

it('a worker that is killed is succeeded within one lease', { timeout: 240_000 }, async () => {
  await slowMailbox(250);
  const first = ground.run('work');
  await until(isUnderWay(60), 60_000, 'some pages');
  // There must be something left to do, however long the other takes to come up.
  ground.sandbox.settings.latencyMs = 3_000;
  const second = ground.run('work');
  await second.up;
  await first.kill();
  ground.sandbox.settings.latencyMs = 250;
  const before = await done();
  const { lease_until } = await ground.watcherOf(ADDRESS);
  const resumedAfter = await until(async () => (await done()) > before, 60_000, 'the next page');
  expect(lease_until?.getTime()).toBeLessThanOrEqual(Date.now() + LEASE_MS);
  expect(resumedAfter).toBeLessThanOrEqual(LEASE_MS);
  await settle();
});

it('SIGTERM finishes the page in hand, gives the mailbox back, and leaves', {
  timeout: 240_000,
}, async () => {
  await slowMailbox(150);
  const worker = ground.run('work');
  await until(isUnderWay(40), 60_000, 'some pages');
  const { code, ms } = await worker.stop();
  expect(code).toBe(0);
  expect(ms).toBeLessThan(10_000);
  expect(await ground.watcherOf(ADDRESS)).toMatchObject({ lease_owner: null, lease_until: null });
  const next = ground.run('work');
  await next.up;
  await settle();
  expect(inboxBegun(), 'the inbox goes on where it was').toBe(1);
});

it('SIGTERM leaves within ten seconds when Microsoft does not answer either', {
  timeout: 120_000,
}, async () => {
  await slowMailbox(50);
  const worker = ground.run('work');
  await until(isUnderWay(40), 60_000, 'some pages');
  ground.sandbox.faults.add({ match: { path: 'messages/delta' }, count: 50, fault: { hang: true } });
  await until(
    async () => ground.sandbox.faults.list().some(({ fired }) => fired > 0),
    60_000,
    'a request hangs',
  );
  const { code, ms } = await worker.stop();
  expect(code).toBe(0);
  expect(ms).toBeLessThan(10_000);
  expect(await ground.watcherOf(ADDRESS)).toMatchObject({ lease_owner: null });
});

it.each(['before_commit', 'after_commit'] as const)(
  'a worker that is killed %s loses nothing',
  { timeout: 240_000 },
  async (point) => {
    await slowMailbox(0);
    for (const passing of DEATHS) {
      const held = ground.line.hold(point, passing);
      const worker = ground.run('work');
      await held;
      await worker.kill();
      // Its lease runs out; the waiting itself has a test of its own.
      await ground.db
        .updateTable('email_watchers')
        .set({ lease_until: new Date(0) })
        .execute();
      await ground.nudge(ADDRESS);
    }
    const last = ground.run('work');
    await last.up;
    await settle();
  },
);
