// Microsoft notifies us: what happens in the mailbox is here without a poll, and however push fails, polling
// carries on. After each story our rows are the mailbox.
import { afterEach, beforeEach, describe, expect, it } from 'vitest';

import { listGaps } from '#mailboxes/gaps.ts';

import { ask } from './support/aboard.ts';
import { reply } from './support/mail-story.ts';
import { ADDRESS, createPushWorld, DAY, from, MINUTE, type PushWorld } from './support/push.ts';

let world: PushWorld;
beforeEach(async () => {
  world = await createPushWorld();
});
afterEach(() => world.close());

describe('a mailbox that is connected', () => {
  it('is subscribed to whole, with immutable ids, both addresses, and an end well within the limit', async () => {
    const subscription = world.subscription();
    expect(subscription).toMatchObject({
      resource: 'me/messages',
      idForm: 'immutable',
      changeTypes: ['created', 'updated', 'deleted'],
    });
    expect(subscription.notificationUrl).toContain(`${world.service.url}/webhooks/graph?`);
    expect(subscription.lifecycleNotificationUrl).toContain(`${world.service.url}/webhooks/graph/lifecycle?`);
    expect(subscription.expiresAt.getTime()).toBeGreaterThan(from(world.clock, 3 * DAY).getTime());
    expect(subscription.expiresAt.getTime()).toBeLessThan(from(world.clock, 6 * DAY).getTime());
    expect(await world.watcher()).toMatchObject({
      subscription_state: 'active',
      subscription_id: subscription.id,
      subscription_expires_at: subscription.expiresAt,
    });
    await world.expectEqual();
  });

  it('has its secret nowhere but at Microsoft', async () => {
    const { clientState } = world.subscription();
    const [key, secret = ''] = (clientState ?? '').split('.');
    expect(secret).toHaveLength(43);
    const rows = await world.service.fleet.master.selectFrom('graph_subscriptions').selectAll().execute();
    expect(rows).toMatchObject([{ key, state: 'active', subscription_id: world.subscription().id }]);
    expect(JSON.stringify([rows, await world.watcher()])).not.toContain(secret);
  });

  it('says so to its owner', async () => {
    const { body } = await ask(world.engineer, '/api/watchers');
    const expires_at = world.subscription().expiresAt.toISOString();
    expect(body.items[0].push).toEqual({ state: 'active', expires_at, heard_at: null, problem: null });
  });
});

describe('what happens in the mailbox', () => {
  it('is here without a poll: mail that comes, is read, moved, deleted and restored', async () => {
    const before = await world.watcher();
    const [first, second, third] = world.inbox();
    const fresh = world.deliver('Seal kit');
    await world.arrive();
    await world.expectEqual();
    world.store.updateMessage(ADDRESS, fresh.id, { isRead: true, categories: ['Pumps'] });
    world.store.moveMessage(ADDRESS, first?.id ?? '', 'Inbox/Vendors');
    world.store.deleteMessage(ADDRESS, second?.id ?? '', { permanent: false });
    world.store.deleteMessage(ADDRESS, third?.id ?? '', { permanent: true });
    world.store.deliver(ADDRESS, 'inbox', reply(fresh));
    await world.arrive();
    await world.expectEqual();
    expect(before.next_sync_at?.getTime()).toBeGreaterThan(from(world.clock, 10 * MINUTE).getTime());
    expect((await world.watcher()).sync_status).toBe('active');
  });

  it('in a burst makes few rounds', async () => {
    world.sandbox.settings.notifications.pairs = true;
    world.sandbox.requests.clear();
    for (let n = 0; n < 500; n += 1) world.deliver(`Alarm ${n}`);
    await world.arrive();
    await world.expectEqual();
    expect(world.rounds()).toBeLessThanOrEqual(3);
  });

  it('is notified twice, in pairs and in any order, and is here once', async () => {
    Object.assign(world.sandbox.settings.notifications, {
      ...{ pairs: true, duplicateShare: 0.5, reorder: true, batch: 3 },
    });
    for (let n = 0; n < 40; n += 1) {
      const fresh = world.deliver(`Report ${n}`);
      if (n % 3 === 0) world.store.moveMessage(ADDRESS, fresh.id, 'Yard period');
      if (n % 4 === 0) world.store.updateMessage(ADDRESS, fresh.id, { isRead: true });
      if (n % 7 === 0) world.store.deleteMessage(ADDRESS, fresh.id, { permanent: true });
      if (n % 10 === 0) await world.arrive();
    }
    await world.arrive();
    await world.expectEqual();
  });

  it('is found by the next poll when its notification is lost', async () => {
    world.sandbox.settings.notifications.dropShare = 1;
    world.sandbox.requests.clear();
    world.deliver('Lost notice');
    await world.arrive();
    expect(world.rounds()).toBe(0);
    await world.pass(17 * MINUTE);
    await world.expectEqual();
  });

  it('is looked for once more, a little later, when delta does not show it yet', async () => {
    world.sandbox.settings.quirks.lateVisibilityMs = 6_000;
    world.sandbox.requests.clear();
    world.deliver('Slow to show');
    await world.arrive();
    expect(world.rounds()).toBe(1);
    await expect(world.expectEqual()).rejects.toThrow();
    await world.pass(11_000);
    expect(world.rounds()).toBe(2);
    await world.expectEqual();
    // That something was late may mean that more is.
    await world.pass(MINUTE);
    expect(world.rounds()).toBe(3);
    await world.pass(MINUTE);
    expect(world.rounds()).toBe(3);
  });

  it('is looked for once more when delta shows only a part of it at first', async () => {
    world.sandbox.settings.quirks.lateVisibilityMs = 6_000;
    world.sandbox.notifications.stop();
    world.sandbox.requests.clear();
    const early = world.deliver('Shown at once');
    world.clock.forward(5_000);
    const late = world.deliver('Shown later');
    world.sandbox.notifications.resume();
    await world.arrive();
    const here = async (id: string) =>
      (
        await world.read((db) =>
          db.selectFrom('email_messages').select('id').where('message_id', '=', id).execute(),
        )
      ).length;
    expect([world.rounds(), await here(early.id), await here(late.id)]).toEqual([1, 1, 0]);
    await world.pass(11_000);
    await world.expectEqual();
    expect(world.rounds()).toBe(2);
  });

  it('brings no round when the notification is not believed', async () => {
    world.sandbox.requests.clear();
    const { id, clientState } = world.subscription();
    for (const forged of [`${clientState?.slice(0, -1)}~`, 'nonsense', '']) {
      const item = { subscriptionId: id, clientState: forged, changeType: 'created' };
      await fetch(`${world.service.url}/webhooks/graph`, {
        method: 'POST',
        body: JSON.stringify({ value: [item] }),
      });
    }
    await world.arrive();
    expect(world.rounds()).toBe(0);
  });
});

describe('push that is dead', () => {
  it('is noticed by nobody but the clock: mail is polled, and the mailbox is well', async () => {
    world.sandbox.notifications.stop();
    world.deliver('Not told');
    await world.service.drain();
    await expect(world.expectEqual()).rejects.toThrow();
    world.clock.forward(17 * MINUTE);
    await world.service.drain();
    await world.expectEqual();
    expect((await world.watcher()).sync_status).toBe('active');
  });
});

describe('workers that were away', () => {
  /** What the ledger says of it. */
  const gaps = async () => {
    const { id } = await world.watcher();
    return world.read((db) => listGaps(db, id));
  };

  it.each([
    ['for hours, while notifications waited', 5 * 60 * MINUTE],
    ['for days, while the subscription ran out', 5 * DAY],
  ])('%s leave a gap on record, from when to when, and with what it was filled', async (_, away) => {
    const { complete_up_to: since } = await world.watcher();
    world.deliver('While nobody was there');
    world.clock.forward(away);
    const back = world.clock.now();
    await world.arrive();
    const [outage, ...more] = await gaps();
    expect(outage).toMatchObject({ kind: 'outage', detail: null, since, found: 1 });
    expect(outage?.noticed_at.getTime()).toBeGreaterThanOrEqual(back.getTime());
    expect(outage?.repaired_at?.getTime()).toBeGreaterThanOrEqual(back.getTime());
    expect(more.filter((gap) => gap.repaired_at === null)).toEqual([]);
    expect(await world.watcher()).toMatchObject({ subscription_state: 'active' });
    await world.expectEqual();
  });

  it('for less than an hour leave none: the next poll is only late', async () => {
    world.deliver('Soon found');
    world.clock.forward(40 * MINUTE);
    await world.arrive();
    expect(await gaps()).toEqual([]);
    await world.expectEqual();
  });
});
