// A worker that dies anywhere in a subscription's life, or with notifications in its hands, is succeeded.
import { afterEach, beforeEach, describe, expect, it } from 'vitest';

import { ask } from './support/aboard.ts';
import { createPushWorld, from, MINUTE, type PushWorld } from './support/push.ts';

let world: PushWorld;
beforeEach(async () => {
  world = await createPushWorld();
});
afterEach(() => world.close());

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
    world.deliver('After the crash');
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
    world.deliver('In between');
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
    world.deliver('In the hands of the dead');
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
