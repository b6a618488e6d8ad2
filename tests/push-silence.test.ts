// Push that dies without a word: the subscription stands at Microsoft, and what it sends does not arrive. Polls find
// that out, say so, have the subscription replaced once, and take it back when a notification arrives.
import { afterEach, beforeEach, describe, expect, it } from 'vitest';

import { checkArrival } from '#cli/doctor-push.ts';
import { listGaps } from '#mailboxes/gaps.ts';

import { ask } from './support/aboard.ts';
import { letter } from './support/mail-story.ts';
import { ADDRESS, createPushWorld, DAY, MINUTE, type PushWorld } from './support/push.ts';

let world: PushWorld;
beforeEach(async () => {
  world = await createPushWorld();
});
afterEach(() => world.close());

const swallow = (share: number) => {
  world.sandbox.settings.notifications.dropShare = share;
};
/** Mail comes and the next poll finds it. */
const mailAndPoll = async (times: number) => {
  for (let n = 0; n < times; n += 1) {
    world.deliver(`Not told ${n}`);
    await world.pass(17 * MINUTE);
  }
};
/** Polls that find mail until push counts as silent; at most so many that some may be taken by other rounds. */
const untilSilent = async () => {
  for (let n = 0; n < 24 && (await world.watcher()).push_silent_at === null; n += 1) await mailAndPoll(1);
  expect((await world.watcher()).push_silent_at).not.toBeNull();
};
const shown = async () => (await ask(world.engineer, '/api/watchers')).body.items[0].push;
const figure = async () => {
  const text = await (await fetch(`${world.service.url}/metrics`)).text();
  return text.split('\n').filter((line) => line.startsWith('celeste_push_subscriptions{'));
};
const doctor = () => checkArrival(world.service.fleet.master);
const gaps = async () => {
  const { id } = await world.watcher();
  return world.read((db) => listGaps(db, id));
};
/** Requests that end a subscription or make one. */
const replacements = () => world.asked().filter((one) => /^(DELETE|POST) \d/.test(one));

describe('push that falls silent', () => {
  it('is noticed by the polls, said everywhere, and mended when Microsoft reaches us again', async () => {
    world.deliver('Told');
    await world.arrive();
    const told = (await world.watcher()).push_heard_at?.toISOString();
    const { id } = world.subscription();
    world.sandbox.requests.clear();
    swallow(1);

    await mailAndPoll(3);
    expect(await shown()).toMatchObject({ state: 'active', heard_at: told });
    expect(await doctor()).toEqual([]);

    await untilSilent();
    expect(await shown()).toMatchObject({ state: 'silent', heard_at: told });
    expect(await figure()).toEqual(['celeste_push_subscriptions{state="silent"} 1']);
    expect(await doctor()).toMatchObject([
      { ok: false, detail: expect.stringMatching(/^1 of 1 subscribed mailboxes.*proxy or firewall/) },
    ]);
    expect(world.subscription().id).not.toBe(id);
    expect(replacements()).toEqual(['DELETE 204', 'POST 201']);
    expect(await gaps()).toMatchObject([
      { kind: 'push_missed', detail: 'push_silent', repaired_at: expect.any(Date) },
    ]);
    expect(await world.watcher()).toMatchObject({ sync_status: 'active', last_sync_error: null });

    // Not every round: silence is silence already.
    await mailAndPoll(8);
    expect(replacements()).toHaveLength(2);
    await world.expectEqual();

    swallow(0);
    world.deliver('Told again');
    await world.arrive();
    expect(await shown()).toMatchObject({ state: 'active' });
    expect(await figure()).toEqual(['celeste_push_subscriptions{state="active"} 1']);
    expect(await doctor()).toEqual([]);
    await world.expectEqual();
  });

  it('after it was mended is noticed again', async () => {
    swallow(1);
    await untilSilent();
    swallow(0);
    world.deliver('Told');
    await world.arrive();
    swallow(1);
    world.sandbox.requests.clear();
    await untilSilent();
    expect(await shown()).toMatchObject({ state: 'silent', problem: { code: 'push_silent' } });
    expect(replacements()).toEqual(['DELETE 204', 'POST 201']);
  });

  it('because our address cannot be called any more shows that when the subscription is replaced', async () => {
    swallow(1);
    world.sandbox.faults.add({
      match: { method: 'POST', path: '/subscriptions$' },
      count: 50,
      fault: { status: 400, code: 'ValidationError', message: 'Subscription validation request timed out.' },
    });
    await untilSilent();
    expect(await world.watcher()).toMatchObject({
      ...{
        subscription_state: 'lost',
        subscription_error_code: 'webhook_unreachable',
        sync_status: 'active',
      },
    });
    world.sandbox.faults.clear();
    swallow(0);
    await world.pass(70 * MINUTE);
    expect(await shown()).toMatchObject({ state: 'silent' });
    world.deliver('Told');
    await world.arrive();
    expect(await shown()).toMatchObject({ state: 'active', problem: null });
  });

  it('is not what lifecycle notifications are about: they take another way', async () => {
    swallow(1);
    await untilSilent();
    world.sandbox.notifications.lifecycle(world.subscription().id, 'missed');
    await world.arrive();
    expect(await shown()).toMatchObject({ state: 'silent' });
  });

  it('of a mailbox that is paused says nothing about the time after', async () => {
    swallow(1);
    await untilSilent();
    const { id } = await world.watcher();
    await ask(world.engineer, `/api/watchers/${id}/pause`, { method: 'PUT' });
    await world.arrive();
    expect(await shown()).toMatchObject({ state: 'none' });
    await ask(world.engineer, `/api/watchers/${id}/pause`, { method: 'DELETE' });
    await world.arrive();
    expect(await shown()).toMatchObject({ state: 'active' });
  });
});

describe('push that is well', () => {
  const isWell = async () => {
    expect(await world.watcher()).toMatchObject({ push_silent_at: null, push_untold: 0 });
    expect(replacements()).toEqual([]);
  };
  beforeEach(() => world.sandbox.requests.clear());

  it('may lose a notification now and then', async () => {
    for (let n = 0; n < 6; n += 1) {
      swallow(1);
      await mailAndPoll(2);
      swallow(0);
      world.deliver('Told');
      await world.arrive();
    }
    await isWell();
  });

  it('may be late', async () => {
    for (let n = 0; n < 6; n += 1) {
      world.sandbox.notifications.stop();
      await mailAndPoll(1);
      world.sandbox.notifications.resume();
      await world.pass(5 * MINUTE);
    }
    await isWell();
  });

  it('tells of nothing while nothing happens', async () => {
    swallow(1);
    for (let n = 0; n < 12; n += 1) await world.pass(17 * MINUTE);
    await isWell();
  });

  it('need not tell of what reading again brings: dead cursors, new folders, the daily comparison', async () => {
    swallow(1);
    for (let n = 0; n < 6; n += 1) {
      const { id } = world.store.createFolder(ADDRESS, { name: `Yard ${n}` });
      world.store.deliver(ADDRESS, id, letter(`In a new folder ${n}`));
      world.store.expireDelta(ADDRESS, 'inbox');
      world.deliver(`Read again ${n}`);
      await world.pass(17 * MINUTE);
    }
    await world.pass(1.1 * DAY);
    await world.expectEqual();
    await isWell();
  });
});
