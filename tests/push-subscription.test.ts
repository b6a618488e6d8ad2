// The life of a subscription at Microsoft: renewed, lost, replaced, ended, and what lifecycle notifications ask of it.
// After each story our rows are the mailbox.
import { afterEach, beforeEach, describe, expect, it } from 'vitest';

import { createLog } from '#base/log.ts';
import { storeNotifications, takeNudges } from '#directory/nudges.ts';
import { applyNudge } from '#sync/nudges.ts';
import { keepSubscription } from '#sync/subscriptions.ts';
import { asWorker } from '#tenants/tenants.ts';

import { ask } from './support/aboard.ts';
import { expectGoodConduct } from './support/conduct.ts';
import { endConsent } from './support/consent.ts';
import { letter } from './support/mail-story.ts';
import { ADDRESS, createPushWorld, DAY, MINUTE, type PushWorld } from './support/push.ts';
import { signInAtSandbox } from './support/sign-in.ts';
import { wire } from './support/wiring.ts';

let world: PushWorld;
beforeEach(async () => {
  world = await createPushWorld();
});
afterEach(async () => {
  await world.close();
  expectGoodConduct(world.sandbox);
});

describe('a subscription', () => {
  it('is renewed half-way to its end, and goes on notifying', async () => {
    const { id, expiresAt } = world.subscription();
    await world.pass(2.1 * DAY);
    expect(world.subscription()).toMatchObject({ id });
    expect(world.subscription().expiresAt.getTime()).toBeGreaterThan(expiresAt.getTime() + 1.5 * DAY);
    expect(world.asked().at(-1)).toBe('PATCH 200');
    world.deliver('After the renewal');
    await world.arrive();
    await world.expectEqual();
  });

  it('that Microsoft has lost is made anew at its renewal', async () => {
    const { id } = world.subscription();
    world.sandbox.notifications.remove(id);
    world.deliver('Nobody was told');
    await world.pass(2.1 * DAY);
    expect(world.asked().slice(-2)).toEqual(['PATCH 404', 'POST 201']);
    expect(world.subscription().id).not.toBe(id);
    await world.expectEqual();
    world.deliver('Told again');
    await world.arrive();
    await world.expectEqual();
  });

  it('that ended while we were away is made anew, and what it missed is here', async () => {
    world.clock.forward(5 * DAY);
    world.sandbox.notifications.sweep();
    world.deliver('While we slept');
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
    world.deliver('Meanwhile');
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
    world.deliver('During the pause');
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

  describe('of an account that another takes the place of', () => {
    const OTHER = 'second.engineer@corvina.test';
    const replace = async () => {
      world.store.createMailbox({ address: OTHER, displayName: 'Second engineer' });
      const { body } = await ask(world.engineer, '/auth/outlook/authorize?purpose=read');
      const back = await signInAtSandbox(body.url, OTHER);
      const answer = await world.engineer(back.pathname + back.search);
      const to = new URL(answer.headers.get('location') ?? '', back);
      expect(to.searchParams.get('outlook')).toBe('confirm_account');
      const json = { state: to.searchParams.get('state') };
      return ask(world.engineer, '/auth/outlook/replace', { method: 'POST', json });
    };

    it('is ended with that one’s token, and the other gets its own', async () => {
      const { id, userId } = world.subscription();
      expect((await replace()).body.read).toMatchObject({ state: 'connected', mailbox: OTHER });
      expect(world.sandbox.notifications.subscriptions()).toEqual([]);
      await world.arrive();
      expect(world.subscription()).not.toMatchObject({ id });
      expect(world.subscription()).not.toMatchObject({ userId });
      const rows = await world.service.fleet.master.selectFrom('graph_subscriptions').selectAll().execute();
      expect(rows).toHaveLength(1);
    });

    it('keeps nobody waiting when it cannot be ended', async () => {
      world.sandbox.faults.add({
        match: { path: '/subscriptions/', method: 'DELETE' },
        count: 20,
        fault: { status: 503, body: '' },
      });
      expect((await replace()).body.read).toMatchObject({ state: 'connected', mailbox: OTHER });
    });
  });

  it('of a mailbox that is purged leaves nothing here, though Microsoft could not be told', async () => {
    world.sandbox.faults.add({
      match: { path: '/subscriptions/', method: 'DELETE' },
      fault: { status: 503, body: '' },
    });
    const json = { purpose: 'read', mail: 'purge' };
    await ask(world.engineer, '/auth/outlook/disconnect', { method: 'POST', json });
    await world.arrive();
    const { master } = world.service.fleet;
    expect(await world.read((db) => db.selectFrom('email_watchers').select('id').execute())).toEqual([]);
    expect(await master.selectFrom('graph_subscriptions').selectAll().execute()).toEqual([]);
  });

  it('of a mailbox whose consent died is forgotten, and replaced when the owner is back', async () => {
    const { id } = world.subscription();
    endConsent(world.sandbox, ADDRESS);
    await ask(world.engineer, `/api/watchers/${(await world.watcher()).id}/sync`, { method: 'POST' });
    await world.arrive();
    await world.arrive();
    expect(await world.watcher()).toMatchObject({
      ...{ sync_status: 'reauth_required', subscription_state: 'none' },
    });
    world.deliver('Before the owner came back');
    await world.connect();
    await world.arrive();
    expect(world.subscription().id).not.toBe(id);
    await world.expectEqual();
    world.deliver('After');
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
    world.deliver('For us');
    await world.arrive();
    await world.expectEqual();
  });
});

describe('a lifecycle notification', () => {
  const about = (event: 'reauthorizationRequired' | 'subscriptionRemoved' | 'missed') =>
    world.sandbox.notifications.lifecycle(world.subscription().id, event);

  it('that access must be confirmed is answered, and what was not told meanwhile is here', async () => {
    await world.pass(11 * MINUTE);
    world.sandbox.requests.clear();
    world.sandbox.notifications.suspend(world.subscription().id);
    world.deliver('Not told');
    about('reauthorizationRequired');
    await world.arrive();
    expect(world.asked()).toEqual(['POST reauthorize 204']);
    expect(world.sandbox.notifications.isSuspended(world.subscription())).toBe(false);
    await world.expectEqual();
    world.deliver('Told again');
    await world.arrive();
    await world.expectEqual();
  });

  it('that comes within ten minutes of the last answer waits until they are over', async () => {
    world.sandbox.requests.clear();
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
    world.sandbox.requests.clear();
    about('subscriptionRemoved');
    world.deliver('Between the two');
    await world.arrive();
    expect(world.asked()).toEqual(['POST 201']);
    expect(world.subscription().id).not.toBe(id);
    await world.expectEqual();
    world.deliver('By the new one');
    await world.arrive();
    await world.expectEqual();
  });

  it('that it was removed is not forgotten when it comes while the subscription is being renewed', async () => {
    const { id, clientState } = world.subscription();
    const { master, tenants, sealer } = world.service.fleet;
    const { mailboxes } = wire({ sandbox: world.sandbox, master, tenants, sealer, clock: world.clock });
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
    world.sandbox.requests.clear();
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
    world.deliver('Missed');
    await world.sandbox.notifications.settle();
    about('missed');
    await world.arrive();
    await world.expectEqual();
    expect(world.subscription().id).toBe(id);
  });

  it('of several kinds in one post, one of them unknown, is each heard', async () => {
    await world.pass(11 * MINUTE);
    world.sandbox.requests.clear();
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
    expect(world.rounds()).toBeGreaterThan(0);
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
    const why = {
      code: 'webhook_unreachable',
      message: 'Microsoft cannot reach us to tell of new mail.',
      advice: expect.stringMatching(/^Nothing is missed: .*celeste doctor/),
    };
    expect(body.items[0]).toMatchObject({
      push: { state: 'lost', expires_at: null, problem: why },
      problem: null,
    });
    await deaf.expectEqual();
    deaf.store.deliver(ADDRESS, 'inbox', letter('By the next poll'));
    await deaf.pass(17 * MINUTE);
    await deaf.expectEqual();
    expect(deaf.asked()).toEqual(['POST 400', 'POST 400']);
    await deaf.close();
  });
});
