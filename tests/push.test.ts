// Microsoft notifies us: what happens in the mailbox is here without a poll, and however push fails, polling
// carries on. After each story our rows are the mailbox.
import { afterEach, beforeEach, describe, expect, it } from 'vitest';

import { createLog } from '#base/log.ts';
import { storeNotifications, takeNudges } from '#directory/nudges.ts';
import { listGaps } from '#mailboxes/gaps.ts';
import { applyNudge } from '#sync/nudges.ts';
import { keepSubscription } from '#sync/subscriptions.ts';
import { asWorker } from '#tenants/tenants.ts';

import { ask } from './support/aboard.ts';
import { letter, reply } from './support/mail-story.ts';
import { ADDRESS, createPushWorld, DAY, from, MINUTE, type PushWorld } from './support/push.ts';
import { wire } from './support/wiring.ts';

let world: PushWorld;
beforeEach(async () => {
  world = await createPushWorld();
});
afterEach(() => world.close());

const deliver = (subject: string) => world.store.deliver(ADDRESS, 'inbox', letter(subject));
const inbox = () => [...world.store.folder(ADDRESS, 'inbox').messages];

/** The rounds that were run since, by what Microsoft was asked. */
const rounds = () =>
  world.sandbox.requests.list().filter(({ path }) => path.includes('mailFolders/delta')).length;
const quiet = () => world.sandbox.requests.clear();

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
    expect(body.items[0].push).toEqual({ state: 'active', expires_at, heard_at: null });
  });
});

describe('what happens in the mailbox', () => {
  it('is here without a poll: mail that comes, is read, moved, deleted and restored', async () => {
    const before = await world.watcher();
    const [first, second, third] = inbox();
    const fresh = deliver('Seal kit');
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
    quiet();
    for (let n = 0; n < 500; n += 1) deliver(`Alarm ${n}`);
    await world.arrive();
    await world.expectEqual();
    expect(rounds()).toBeLessThanOrEqual(3);
  });

  it('is notified twice, in pairs and in any order, and is here once', async () => {
    Object.assign(world.sandbox.settings.notifications, {
      ...{ pairs: true, duplicateShare: 0.5, reorder: true, batch: 3 },
    });
    for (let n = 0; n < 40; n += 1) {
      const fresh = deliver(`Report ${n}`);
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
    quiet();
    deliver('Lost notice');
    await world.arrive();
    expect(rounds()).toBe(0);
    await world.pass(17 * MINUTE);
    await world.expectEqual();
  });

  it('is looked for once more, a little later, when delta does not show it yet', async () => {
    world.sandbox.settings.quirks.lateVisibilityMs = 6_000;
    quiet();
    deliver('Slow to show');
    await world.arrive();
    expect(rounds()).toBe(1);
    await expect(world.expectEqual()).rejects.toThrow();
    await world.pass(11_000);
    expect(rounds()).toBe(2);
    await world.expectEqual();
    // That something was late may mean that more is.
    await world.pass(MINUTE);
    expect(rounds()).toBe(3);
    await world.pass(MINUTE);
    expect(rounds()).toBe(3);
  });

  it('is looked for once more when delta shows only a part of it at first', async () => {
    world.sandbox.settings.quirks.lateVisibilityMs = 6_000;
    world.sandbox.notifications.stop();
    quiet();
    const early = deliver('Shown at once');
    world.clock.forward(5_000);
    const late = deliver('Shown later');
    world.sandbox.notifications.resume();
    await world.arrive();
    const here = async (id: string) =>
      (
        await world.read((db) =>
          db.selectFrom('email_messages').select('id').where('message_id', '=', id).execute(),
        )
      ).length;
    expect([rounds(), await here(early.id), await here(late.id)]).toEqual([1, 1, 0]);
    await world.pass(11_000);
    await world.expectEqual();
    expect(rounds()).toBe(2);
  });

  it('brings no round when the notification is not believed', async () => {
    quiet();
    const { id, clientState } = world.subscription();
    for (const forged of [`${clientState?.slice(0, -1)}~`, 'nonsense', '']) {
      const item = { subscriptionId: id, clientState: forged, changeType: 'created' };
      await fetch(`${world.service.url}/webhooks/graph`, {
        method: 'POST',
        body: JSON.stringify({ value: [item] }),
      });
    }
    await world.arrive();
    expect(rounds()).toBe(0);
  });
});

describe('a subscription', () => {
  it('is renewed half-way to its end, and goes on notifying', async () => {
    const { id, expiresAt } = world.subscription();
    await world.pass(2.1 * DAY);
    expect(world.subscription()).toMatchObject({ id });
    expect(world.subscription().expiresAt.getTime()).toBeGreaterThan(expiresAt.getTime() + 1.5 * DAY);
    expect(world.asked().at(-1)).toBe('PATCH 200');
    deliver('After the renewal');
    await world.arrive();
    await world.expectEqual();
  });

  it('that Microsoft has lost is made anew at its renewal', async () => {
    const { id } = world.subscription();
    world.sandbox.notifications.remove(id);
    deliver('Nobody was told');
    await world.pass(2.1 * DAY);
    expect(world.asked().slice(-2)).toEqual(['PATCH 404', 'POST 201']);
    expect(world.subscription().id).not.toBe(id);
    await world.expectEqual();
    deliver('Told again');
    await world.arrive();
    await world.expectEqual();
  });

  it('that ended while we were away is made anew, and what it missed is here', async () => {
    world.clock.forward(5 * DAY);
    world.sandbox.notifications.sweep();
    deliver('While we slept');
    await world.arrive();
    expect(await world.watcher()).toMatchObject({ subscription_state: 'active', sync_status: 'active' });
    expect(world.subscription().expiresAt > world.clock.now()).toBe(true);
    await world.expectEqual();
  });

  it('whose renewal fails goes on, and is tried again', async () => {
    world.sandbox.faults.add({ match: { method: 'PATCH' }, count: 2, fault: { status: 503 } });
    await world.pass(2.1 * DAY);
    expect(await world.watcher()).toMatchObject({
      ...{ subscription_state: 'active', subscription_failures: 1, sync_status: 'active' },
      subscription_error_code: 'graph_transient',
    });
    // Microsoft tells nothing while it waits to be shown a token that lasts.
    deliver('Meanwhile');
    await world.pass(2 * MINUTE);
    await world.pass(3 * MINUTE);
    await world.expectEqual();
    expect(await world.watcher()).toMatchObject({
      ...{ subscription_state: 'active', subscription_failures: 0, subscription_error_code: null },
      subscription_expires_at: world.subscription().expiresAt,
    });
  });

  it('of a paused mailbox is ended, and made anew when it goes on', async () => {
    const { id } = await world.watcher();
    await ask(world.engineer, `/api/watchers/${id}/pause`, { method: 'PUT' });
    await world.arrive();
    expect(world.sandbox.notifications.subscriptions()).toEqual([]);
    expect(await world.watcher()).toMatchObject({ subscription_state: 'none', sync_status: 'paused' });
    deliver('During the pause');
    await ask(world.engineer, `/api/watchers/${id}/pause`, { method: 'DELETE' });
    await world.arrive();
    world.subscription();
    await world.expectEqual();
  });

  it('of a mailbox that is disconnected is ended at once, and its notifications are nobody’s', async () => {
    await ask(world.engineer, '/auth/outlook/disconnect', { method: 'POST', json: { purpose: 'read' } });
    expect(world.sandbox.notifications.subscriptions()).toEqual([]);
    await world.arrive();
    expect(await world.watcher()).toMatchObject({
      ...{ subscription_state: 'none', sync_status: 'disconnected', subscription_id: null },
    });
    const { master } = world.service.fleet;
    expect(await master.selectFrom('graph_subscriptions').selectAll().execute()).toEqual([]);
  });

  it('of a mailbox whose consent died is forgotten, and replaced when the owner is back', async () => {
    const { id } = world.subscription();
    const { userId = '' } = world.store.mailbox(ADDRESS) ?? {};
    world.sandbox.identity.revoke(userId);
    world.sandbox.identity.expireAccess(userId);
    await ask(world.engineer, `/api/watchers/${(await world.watcher()).id}/sync`, { method: 'POST' });
    await world.arrive();
    await world.arrive();
    expect(await world.watcher()).toMatchObject({
      ...{ sync_status: 'reauth_required', subscription_state: 'none' },
    });
    deliver('Before the owner came back');
    await world.connect();
    await world.arrive();
    expect(world.subscription().id).not.toBe(id);
    await world.expectEqual();
    deliver('After');
    await world.arrive();
    await world.expectEqual();
  });

  it('that exists for somebody else’s address is replaced', async () => {
    const { id } = world.subscription();
    world.sandbox.subscriptions.change(id, { notificationUrl: 'https://elsewhere.test/webhooks/graph' });
    await world.leave({ subscription_state: 'lost', subscription_id: null, subscription_due_at: null });
    await world.arrive();
    expect(world.asked().slice(-4)).toEqual(['POST 409', 'GET 200', 'DELETE 204', 'POST 201']);
    expect(world.subscription()).toMatchObject({ id: (await world.watcher()).subscription_id });
    deliver('For us');
    await world.arrive();
    await world.expectEqual();
  });
});

describe('a lifecycle notification', () => {
  const about = (event: 'reauthorizationRequired' | 'subscriptionRemoved' | 'missed') =>
    world.sandbox.notifications.lifecycle(world.subscription().id, event);

  it('that access must be confirmed is answered, and what was not told meanwhile is here', async () => {
    await world.pass(11 * MINUTE);
    quiet();
    world.sandbox.notifications.suspend(world.subscription().id);
    deliver('Not told');
    about('reauthorizationRequired');
    await world.arrive();
    expect(world.asked()).toEqual(['POST reauthorize 204']);
    expect(world.sandbox.notifications.isSuspended(world.subscription())).toBe(false);
    await world.expectEqual();
    deliver('Told again');
    await world.arrive();
    await world.expectEqual();
  });

  it('that comes within ten minutes of the last answer waits until they are over', async () => {
    quiet();
    about('reauthorizationRequired');
    await world.arrive();
    expect(world.asked()).toEqual([]);
    expect((await world.watcher()).subscription_wish).toBe('reauthorize');
    await world.pass(10 * MINUTE);
    expect(world.asked()).toEqual(['POST reauthorize 204']);
    expect((await world.watcher()).subscription_wish).toBeNull();
  });

  it('near the end of the token is answered with a new one', async () => {
    const until = () => world.subscription().authorization.until.getTime();
    const before = until();
    await world.pass(before - world.clock.now().getTime() - 14 * MINUTE);
    expect(until()).toBeGreaterThan(before + 30 * MINUTE);
    await world.expectEqual();
  });

  it('that the subscription was removed has a new one made, and the gap looked for', async () => {
    const { id } = world.subscription();
    quiet();
    about('subscriptionRemoved');
    deliver('Between the two');
    await world.arrive();
    expect(world.asked()).toEqual(['POST 201']);
    expect(world.subscription().id).not.toBe(id);
    await world.expectEqual();
    deliver('By the new one');
    await world.arrive();
    await world.expectEqual();
  });

  it('that it was removed is not forgotten when it comes while the subscription is being renewed', async () => {
    const { id, clientState } = world.subscription();
    const { master, tenants, sealer } = world.service.fleet;
    const { mailboxes } = wire({ sandbox: world.sandbox, tenants, sealer, clock: world.clock });
    const before = await world.watcher();
    const told = async () => {
      const removed = {
        subscriptionId: id,
        clientState: clientState ?? '',
        lifecycleEvent: 'subscriptionRemoved',
      };
      await storeNotifications(master, [removed], world.clock.now());
      for (const nudge of await takeNudges(master, world.clock.now(), 10)) {
        await tenants.transact(asWorker('corvina'), (tx) => applyNudge(tx, nudge, world.clock.now()));
      }
    };
    const open: typeof mailboxes.open = async (...mailbox) => {
      if ((await world.watcher()).subscription_state === 'renewing') await told();
      return mailboxes.open(...mailbox);
    };
    world.clock.forward(2.1 * DAY);
    quiet();
    const deps = { master, tenants, mailboxes: { open }, clock: world.clock, log: createLog('silent') };
    await keepSubscription(
      { ...deps, webhookUrl: before.subscription_url },
      { yachtId: 'corvina', watcherId: before.id },
    );
    // Here Microsoft has it still, so it is taken over.
    expect(world.asked()).toEqual(['PATCH 200', 'POST 409', 'GET 200']);
    expect(await world.watcher()).toMatchObject({ subscription_state: 'active', subscription_wish: null });
  });

  it('that something was missed has the mailbox looked at, and the subscription stays', async () => {
    const { id } = world.subscription();
    world.sandbox.settings.notifications.dropShare = 1;
    deliver('Missed');
    await world.sandbox.notifications.settle();
    about('missed');
    await world.arrive();
    await world.expectEqual();
    expect(world.subscription().id).toBe(id);
  });

  it('of several kinds in one post, one of them unknown, is each heard', async () => {
    await world.pass(11 * MINUTE);
    quiet();
    const { id, clientState } = world.subscription();
    const kinds = ['missed', 'somethingNew', 'reauthorizationRequired'];
    const value = kinds.map((lifecycleEvent) => ({ subscriptionId: id, clientState, lifecycleEvent }));
    const answer = await fetch(`${world.service.url}/webhooks/graph/lifecycle`, {
      method: 'POST',
      body: JSON.stringify({ value }),
    });
    expect(answer.status).toBe(202);
    await world.arrive();
    expect(world.asked()).toEqual(['POST reauthorize 204']);
    expect(rounds()).toBeGreaterThan(0);
  });
});

describe('push that is dead', () => {
  it('is noticed by nobody but the clock: mail is polled, and the mailbox is well', async () => {
    world.sandbox.notifications.stop();
    deliver('Not told');
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
    deliver('While nobody was there');
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
    deliver('Soon found');
    world.clock.forward(40 * MINUTE);
    await world.arrive();
    expect(await gaps()).toEqual([]);
    await world.expectEqual();
  });
});

describe('an address that Microsoft cannot reach', () => {
  it('costs the mailbox nothing: it is polled, and push is tried again by its own clock', async () => {
    const deaf = await createPushWorld({ config: { webhookUrl: 'http://localhost:9' } });
    expect(await deaf.watcher()).toMatchObject({
      ...{ subscription_state: 'lost', subscription_error_code: 'webhook_unreachable' },
      ...{ sync_status: 'active', last_sync_error: null, failures: 0 },
    });
    const { body } = await ask(deaf.engineer, '/api/watchers');
    expect(body.items[0]).toMatchObject({ push: { state: 'lost', expires_at: null }, problem: null });
    await deaf.expectEqual();
    deaf.store.deliver(ADDRESS, 'inbox', letter('By the next poll'));
    await deaf.pass(17 * MINUTE);
    await deaf.expectEqual();
    expect(deaf.asked()).toEqual(['POST 400', 'POST 400']);
    await deaf.close();
  });
});

describe('a worker that dies', () => {
  const crashed = async (row: object) => {
    await world.leave({ ...row, subscription_due_at: from(world.clock, 2 * MINUTE) });
    await world.arrive();
    const meanwhile = (await world.watcher()).subscription_state;
    await world.pass(2.1 * MINUTE);
    return meanwhile;
  };
  const isWell = async () => {
    expect(await world.watcher()).toMatchObject({
      ...{ subscription_state: 'active', subscription_id: world.subscription().id },
      ...{ subscription_key: world.subscription().clientState?.split('.')[0], sync_status: 'active' },
    });
    const { master } = world.service.fleet;
    expect(await master.selectFrom('graph_subscriptions').select('state').execute()).toEqual([
      { state: 'active' },
    ]);
    deliver('After the crash');
    await world.arrive();
    await world.expectEqual();
  };

  it('before Microsoft was asked leaves nothing behind', async () => {
    world.sandbox.notifications.remove(world.subscription().id);
    const meanwhile = await crashed({ subscription_state: 'creating', subscription_id: null });
    expect(meanwhile).toBe('creating');
    await isWell();
  });

  it('after Microsoft made the subscription has it taken over by the next', async () => {
    const { id } = world.subscription();
    await world.service.fleet.master
      .updateTable('graph_subscriptions')
      .set({ subscription_id: null, state: 'creating' })
      .execute();
    await crashed({ subscription_state: 'creating', subscription_id: null, subscription_expires_at: null });
    expect(world.subscription().id).toBe(id);
    expect(world.asked().slice(-2)).toEqual(['POST 409', 'GET 200']);
    await isWell();
  });

  it('with notifications on their way loses none: they are known by their clientState', async () => {
    await world.service.fleet.master
      .updateTable('graph_subscriptions')
      .set({ subscription_id: null })
      .execute();
    await world.leave({
      ...{ subscription_state: 'creating', subscription_id: null },
      subscription_due_at: from(world.clock, 2 * MINUTE),
    });
    deliver('In between');
    await world.arrive();
    await world.expectEqual();
    await world.pass(2.1 * MINUTE);
    await isWell();
  });

  it('while the answer of Microsoft gets lost, has it taken over', async () => {
    world.sandbox.notifications.remove(world.subscription().id);
    world.sandbox.faults.add({
      match: { method: 'POST', path: '/subscriptions$' },
      fault: { status: 504, body: '', after_work: true },
    });
    await crashed({ subscription_state: 'creating', subscription_id: null });
    await world.pass(2.1 * MINUTE);
    await isWell();
  });

  it.each(['renewing', 'reauthorizing'])('%s has it done again', async (state) => {
    const { id } = world.subscription();
    expect(await crashed({ subscription_state: state })).toBe(state);
    expect(world.subscription().id).toBe(id);
    expect(world.asked().at(-1)).toBe('PATCH 200');
    await isWell();
  });

  it('removing has it done again', async () => {
    const { id } = await world.watcher();
    await ask(world.engineer, `/api/watchers/${id}/pause`, { method: 'PUT' });
    expect(await crashed({ subscription_state: 'removing' })).toBe('removing');
    expect(world.sandbox.notifications.subscriptions()).toEqual([]);
    expect((await world.watcher()).subscription_state).toBe('none');
    await ask(world.engineer, `/api/watchers/${id}/pause`, { method: 'DELETE' });
    await world.arrive();
    await isWell();
  });

  it('with a nudge taken but not handed over is succeeded', async () => {
    deliver('In the hands of the dead');
    await world.sandbox.notifications.settle();
    const { master } = world.service.fleet;
    await master
      .updateTable('graph_subscriptions')
      .set({ nudge_due_at: from(world.clock, 30_000) })
      .execute();
    await world.service.drain();
    await expect(world.expectEqual()).rejects.toThrow();
    await world.pass(31_000);
    await world.expectEqual();
  });
});
