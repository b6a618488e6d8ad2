// What Microsoft's notifications leave in the figures: each gap they tell of, and each state of a subscription.
import { afterEach, beforeEach, expect, it } from 'vitest';

import { createLog } from '#base/log.ts';
import { keepSubscription } from '#sync/subscriptions.ts';
import type { SubscriptionState } from '#tenants/schema.ts';

import { createPushWorld, DAY, MINUTE, type PushWorld } from './support/push.ts';
import { wire } from './support/wiring.ts';

let world: PushWorld;
beforeEach(async () => {
  world = await createPushWorld();
});
afterEach(() => world.close());

const figures = async () => (await (await fetch(`${world.service.url}/metrics`)).text()).split('\n');
const gaps = async () =>
  (await figures())
    .filter((line) => /^celeste_gaps_(opened|repaired)_total\{/.test(line))
    .map((line) => line.replace(/^celeste_gaps_|_total/g, ''))
    .sort();

it('a gap that a lifecycle notification tells of is counted as opened, once, and as repaired', async () => {
  for (const event of ['missed', 'missed', 'subscriptionRemoved'] as const) {
    world.sandbox.notifications.lifecycle(world.subscription().id, event);
  }
  await world.arrive();
  await world.pass(MINUTE);
  expect(await gaps()).toEqual([
    'opened{kind="push_missed"} 1',
    'opened{kind="subscription_removed"} 1',
    'repaired{kind="push_missed"} 1',
    'repaired{kind="subscription_removed"} 1',
  ]);
});

it('a gap that a renewal meets is counted too', async () => {
  world.sandbox.notifications.remove(world.subscription().id);
  await world.pass(2.1 * DAY);
  await world.pass(MINUTE);
  const lines = (await gaps()).filter((line) => line.includes('subscription_removed'));
  expect(lines).toEqual(['opened{kind="subscription_removed"} 1', 'repaired{kind="subscription_removed"} 1']);
});

it('a state that a step begins with is counted, and shown while it lasts', async () => {
  const { master, tenants, sealer } = world.service.fleet;
  const { clock, sandbox } = world;
  const { mailboxes } = wire({ master, sandbox, tenants, sealer, clock });
  const { id: watcherId, subscription_url: webhookUrl } = await world.watcher();
  const shown: string[] = [];
  const open: typeof mailboxes.open = async (...mailbox) => {
    shown.push(...(await figures()).filter((line) => line.startsWith('celeste_push_subscriptions{')));
    return mailboxes.open(...mailbox);
  };
  const reached: SubscriptionState[] = [];
  const onState = (state: SubscriptionState) => void reached.push(state);
  clock.forward(2.1 * DAY);
  await keepSubscription(
    { master, tenants, mailboxes: { open }, clock, log: createLog('silent'), webhookUrl, onState },
    { yachtId: 'corvina', watcherId },
  );
  expect(reached).toEqual(['renewing', 'active']);
  expect(shown).toEqual(['celeste_push_subscriptions{state="renewing"} 1']);
});
