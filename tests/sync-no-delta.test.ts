// A cloud that has no delta for mail: lists, windows and a whole reading a day bring the same copy.
import { afterEach, beforeEach, describe, expect, it } from 'vitest';

import type { Principal } from '#directory/principal.ts';
import { deltaSource, listSource } from '#sync/source.ts';
import { syncMailbox } from '#sync/sync.ts';

import { createMailWorld, type MailWorld } from './support/mail.ts';
import { fillMailbox, letter } from './support/mail-story.ts';

let world: MailWorld;
let engineer: Principal;
let address: string;

beforeEach(async () => {
  world = await createMailWorld();
  engineer = world.person('chief.engineer@corvina.test');
  address = engineer.email;
  fillMailbox(world.store, address);
  // What we would meet there.
  world.sandbox.faults.add({
    match: { path: '/delta' },
    count: 1_000,
    fault: { status: 400, code: 'BadRequest' },
  });
  await world.connect(engineer);
});
afterEach(async () => {
  expect(world.sandbox.requests.list().filter(({ path }) => path.includes('/delta'))).toEqual([]);
  await world.close();
});

async function sync(source = listSource) {
  const { id } = await world.watcher(engineer);
  return syncMailbox({ ...world.syncDeps, source }, { yachtId: world.yachtId, watcherId: id });
}

const HOUR = 3_600_000;
const count = (subject: string) =>
  world.db.selectFrom('email_messages').select('id').where('subject', '=', subject).execute();

describe('without delta', () => {
  it('the first round brings every folder and message', async () => {
    world.store.bulk(address, { count: 450, seed: 3 });
    // More than a page within one second.
    world.store.bulk(address, { count: 250, seed: 4, folder: 'Yard period', spacingSeconds: 0 });
    expect(await sync()).toMatchObject({ outcome: 'synced', code: null });
    await world.expectEqual(engineer);
  });

  it('a round brings what came, and asks each folder for no more than that', async () => {
    await sync();
    world.store.deliver(address, 'inbox', letter('Today', { receivedAt: world.clock.now() }));
    world.store.deliver(address, 'Yard period', letter('Today too', { receivedAt: world.clock.now() }));
    world.store.createFolder(address, { name: 'New since' });
    expect(await sync()).toMatchObject({ outcome: 'synced', changes: 2 });
    await world.expectEqual(engineer);
    expect(await sync()).toMatchObject({ outcome: 'synced', changes: 0 });
  });

  it('once a day everything else is found: moves, deletions, marks', async () => {
    await sync();
    const [a, b, c, d] = world.store.folder(address, 'inbox').messages;
    if (!a || !b || !c || !d) throw new Error('the inbox is too small');
    world.store.moveMessage(address, a.id, 'Yard period');
    world.store.deleteMessage(address, b.id, { permanent: true });
    world.store.updateMessage(address, c.id, { flag: 'flagged', isRead: !c.isRead });
    world.store.deleteMessage(address, d.id);
    const before = await world.db
      .selectFrom('email_messages')
      .select('id')
      .where('message_id', '=', a.id)
      .executeTakeFirst();
    world.clock.forward(25 * HOUR);
    expect(await sync()).toMatchObject({ outcome: 'synced' });
    await world.expectEqual(engineer);
    const after = await world.db
      .selectFrom('email_messages')
      .select('id')
      .where('message_id', '=', a.id)
      .executeTakeFirst();
    expect(after).toEqual(before);
  });

  it('a listing loses nothing to what is deleted while it goes on', async () => {
    world.store.bulk(address, { count: 700, seed: 3 });
    const { id } = await world.watcher(engineer);
    let pages = 0;
    await syncMailbox(
      { ...world.syncDeps, source: listSource },
      {
        yachtId: world.yachtId,
        watcherId: id,
        onProgress: () => {
          pages += 1;
          if (pages > 1) return;
          // The newest, which a page by number would count.
          for (const message of world.store.folder(address, 'inbox').messages.slice(-30)) {
            world.store.deleteMessage(address, message.id, { permanent: true });
          }
        },
      },
    );
    world.clock.forward(25 * HOUR);
    await sync();
    await world.expectEqual(engineer);
  });

  it('a round that was stopped goes on where it was', async () => {
    world.store.bulk(address, { count: 900, seed: 3 });
    const { id } = await world.watcher(engineer);
    const stop = new AbortController();
    const at = { yachtId: world.yachtId, watcherId: id };
    let pages = 0;
    const onProgress = () => {
      pages += 1;
      if (pages === 2) stop.abort();
    };
    const result = await syncMailbox(
      { ...world.syncDeps, source: listSource },
      { ...at, signal: stop.signal, onProgress },
    );
    expect(result.outcome).toBe('interrupted');
    expect(await sync()).toMatchObject({ outcome: 'synced' });
    await world.expectEqual(engineer);
  });
});

describe('the setting', () => {
  it('may be changed either way: folders start again, and mail stays', async () => {
    await sync();
    world.sandbox.faults.clear();
    expect(await sync(deltaSource)).toMatchObject({ outcome: 'synced' });
    await world.expectEqual(engineer);
    world.store.deliver(address, 'inbox', letter('Meanwhile'));
    expect(await sync(deltaSource)).toMatchObject({ outcome: 'synced', changes: 1 });
    world.sandbox.requests.clear();
    world.store.deleteMessage(address, world.store.folder(address, 'inbox').messages[0]?.id ?? '');
    expect(await sync()).toMatchObject({ outcome: 'synced' });
    await world.expectEqual(engineer);
    expect(await count('Meanwhile')).toHaveLength(1);
  });
});
