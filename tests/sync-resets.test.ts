// Cursors of large folders die: what is read again keeps nobody waiting, whichever mailboxes it strikes together.
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import { afterEach, beforeEach, expect, it } from 'vitest';

import type { Principal } from '#directory/principal.ts';

import { createMailWorld, type MailWorld } from './support/mail.ts';
import { letter } from './support/mail-story.ts';
import { startWorker } from './support/worker-process.ts';

const LARGE = 2_100;

let world: MailWorld;
beforeEach(async () => {
  world = await createMailWorld();
});
afterEach(() => world.close());

async function connectLarge(name: string): Promise<Principal> {
  const person = world.person(`${name}@corvina.test`);
  world.store.bulk(person.email, { count: LARGE, seed: 3, folder: 'archive' });
  await world.connect(person);
  expect(await world.sync(person)).toMatchObject({ outcome: 'synced', hasLeft: false });
  return person;
}

it('a brief round reads the other folders, and leaves the large one for a round that is not', async () => {
  const engineer = await connectLarge('chief.engineer');
  world.store.expireDelta(engineer.email);
  world.store.deliver(engineer.email, 'inbox', letter('While the archive is read again'));
  const [report] = world.store.folder(engineer.email, 'archive').messages;
  world.store.deleteMessage(engineer.email, report?.id ?? '', { permanent: true });

  world.clock.forward(1_000);
  const before = await world.watcher(engineer);
  for (const _ of [1, 2]) {
    expect(await world.sync(engineer, { isBrief: true })).toMatchObject({
      ...{ outcome: 'interrupted', code: 'much_to_read', hasLeft: true },
    });
  }
  const [{ here }, { held }] = await Promise.all([
    world.db
      .selectFrom('email_messages')
      .select((eb) => eb.fn.countAll().as('here'))
      .where('subject', '=', 'While the archive is read again')
      .executeTakeFirstOrThrow(),
    world.db
      .selectFrom('email_messages')
      .select((eb) => eb.fn.countAll().as('held'))
      .executeTakeFirstOrThrow(),
  ]);
  expect({ here: Number(here), held: Number(held) }).toEqual({ here: 1, held: LARGE + 1 });
  const left = await world.watcher(engineer);
  expect(left.complete_up_to).toEqual(before.complete_up_to);
  expect(left.failures).toBe(0);
  expect(left.next_sync_at?.getTime()).toBeGreaterThan(world.clock.now().getTime());

  expect(await world.sync(engineer)).toMatchObject({ outcome: 'synced', hasLeft: false });
  await world.expectEqual(engineer);
});

it('many mailboxes reset together: one after the other in the slots of first syncs, and the others are in time', async () => {
  const dataDir = mkdtempSync(join(tmpdir(), 'celeste-resets-'));
  const struck = await Promise.all(['captain', 'purser', 'eto', 'mate'].map(connectLarge));
  const quiet = world.person('deckhand@corvina.test');
  await world.connect(quiet);
  await world.sync(quiet);
  for (const { email } of struck) world.store.expireDelta(email, 'archive');
  world.store.deliver(quiet.email, 'inbox', letter('On time'));
  world.sandbox.settings.latencyMs = 300;
  world.sandbox.requests.clear();
  const due = (person: Principal) =>
    world.db
      .updateTable('email_watchers')
      .set({ next_sync_at: world.clock.now() })
      .where('user_id', '=', person.userId)
      .execute();
  for (const person of [...struck, quiet]) await due(person);
  const worker = await startWorker({
    ...{
      sandboxUrl: world.sandbox.url,
      masterUrl: world.master.url,
      tenantUrls: { CORVINA: world.tenant.url },
    },
    ...{ tokenKey: world.tokenKey, dataDir, more: { SYNC_CONCURRENCY: '3' } },
  });
  try {
    let mostAtOnce = 0;
    /** How many have been read again to the end. */
    const readAgain = async () => {
      const rows = await world.db
        .selectFrom('email_folders')
        .select(['phase', 'next_link'])
        .where('well_known_name', '=', 'archive')
        .where('round', '>', 1)
        .execute();
      mostAtOnce = Math.max(mostAtOnce, rows.filter(({ next_link }) => next_link !== null).length);
      return rows.filter(({ phase }) => phase === 'delta').length;
    };
    const arrived = async () => {
      const row = world.db.selectFrom('email_messages').select('id').where('subject', '=', 'On time');
      return (await row.executeTakeFirst()) && (await readAgain());
    };
    await expect.poll(arrived, { timeout: 30_000, interval: 50 }).toBeLessThan(struck.length - 1);
    await expect.poll(readAgain, { timeout: 60_000, interval: 50 }).toBe(struck.length);
    expect(mostAtOnce).toBe(1);
    for (const person of struck) await world.expectEqual(person);
  } finally {
    await worker.kill();
    rmSync(dataDir, { recursive: true, force: true });
  }
}, 120_000);
