// Processes that die at a chosen moment. Nothing is lost, nothing is double, and the work goes on by itself.
import { afterEach, expect, it } from 'vitest';

import { type Ground, until } from './ground.ts';
import { ADDRESS, isUnderWay, settle, slowMailbox } from './slow-mailbox.ts';

/** So many commits go through before the one at which the worker dies. */
const DEATHS = process.env.MODE === 'storm' ? [0, 1, 2, 3, 5, 9, 14, 20] : [2, 9];

let ground: Ground;
afterEach(() => ground?.close());

/** How often the inbox was read from its beginning. */
function inboxBegun(): number {
  const inbox = ground.store.folder(ADDRESS, 'inbox').id.replaceAll('=', '');
  const begins = ({ path }: { path: string }) =>
    path.includes(inbox) && path.includes('messages/delta?$select');
  return ground.sandbox.requests.list().filter(begins).length;
}

it('SIGTERM finishes the page in hand, gives the mailbox back, and leaves', {
  timeout: 240_000,
}, async () => {
  ground = await slowMailbox(150);
  const worker = ground.run('work');
  await until(isUnderWay(ground, 40), 60_000, 'some pages');
  const { code, ms } = await worker.stop();
  expect(code).toBe(0);
  expect(ms).toBeLessThan(10_000);
  expect(await ground.watcherOf(ADDRESS)).toMatchObject({ lease_owner: null, lease_until: null });
  const next = ground.run('work');
  await next.up;
  await settle(ground);
  expect(inboxBegun(), 'the inbox goes on where it was').toBe(1);
});

it('SIGTERM leaves within ten seconds when Microsoft does not answer either', {
  timeout: 120_000,
}, async () => {
  ground = await slowMailbox(50);
  const worker = ground.run('work');
  await until(isUnderWay(ground, 40), 60_000, 'some pages');
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
    ground = await slowMailbox(0);
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
    await settle(ground);
  },
);
