// Push with workers that work by themselves: from Microsoft's notification to the row, as a person would wait for it.
import { afterAll, beforeAll, expect, it } from 'vitest';

import { createPushWorld, MINUTE, type PushWorld } from './support/push.ts';

let world: PushWorld;
beforeAll(async () => {
  world = await createPushWorld({ worker: true });
  await until('push is on and the first sync done', async () => {
    const { subscription_state, first_synced_at, next_sync_at } = await world.watcher();
    const isPolledLater = (next_sync_at?.getTime() ?? 0) > Date.now() + 5 * MINUTE;
    return subscription_state === 'active' && first_synced_at !== null && isPolledLater;
  });
});
afterAll(() => world.close());

// Generous, as the machine may be busy, and far below the time of a poll. How fast it is, bench/latency says.
const PATIENCE_MS = 30_000;

async function until(what: string, isSo: () => Promise<boolean>): Promise<void> {
  const end = performance.now() + PATIENCE_MS;
  while (!(await isSo())) {
    if (performance.now() > end) throw new Error(`waited in vain until ${what}`);
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
}

const held = async () => {
  const rows = await world.read((db) =>
    db.selectFrom('email_messages').select('message_id').where('removed_at', 'is', null).execute(),
  );
  return new Set(rows.map((row) => row.message_id));
};

it(
  'brings a mail long before the next poll',
  async () => {
    const { id } = world.deliver('At once');
    await until('the mail is here', async () => (await held()).has(id));
    await until('the round is over', async () => (await world.watcher()).lease_until === null);
    await world.expectEqual();
  },
  3 * PATIENCE_MS,
);

it(
  'makes few rounds of a burst of 500 that drags on, and leaves none of it behind',
  async () => {
    Object.assign(world.sandbox.settings.notifications.delayMs, { minimum: 0, maximum: 3_000 });
    world.sandbox.requests.clear();
    const startedAt = Date.now();
    const ids = Array.from({ length: 500 }, (_, n) => world.deliver(`Alarm ${n}`).id);
    await until('all of it is here', async () => {
      const here = await held();
      return ids.every((id) => here.has(id)) && world.sandbox.notifications.status().pending === 0;
    });
    // But the look that follows every nudge, ten seconds later.
    await until('nothing more is asked for', async () => {
      const { lease_until, next_sync_at } = await world.watcher();
      return lease_until === null && (next_sync_at?.getTime() ?? 0) > Date.now();
    });
    await world.expectEqual();
    expect(world.rounds()).toBeGreaterThan(0);
    // Two seconds lie between two rounds; one may have been under way, and one more looks once more.
    expect(world.rounds()).toBeLessThanOrEqual(3 + (Date.now() - startedAt) / 2_000);
  },
  3 * PATIENCE_MS,
);
