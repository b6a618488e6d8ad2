// A mailbox whose first sync takes a while, so that something can happen in its midst.
import { breakGround, type Ground, until } from './ground.ts';
import { createPostman } from './letters.ts';

export const ADDRESS = 'chief.engineer@corvina.test';

/** Many small pages, each so late, and none of them read yet. */
export async function slowMailbox(latencyMs: number): Promise<Ground> {
  const ground = await breakGround({ latencyMs, concurrency: 2 });
  await ground.connect(ADDRESS);
  ground.sandbox.settings.quirks.largestPage = 20;
  ground.store.bulk(ADDRESS, { count: 800, seed: 11 });
  const mail = createPostman();
  for (let n = 0; n < 30; n += 1) ground.store.deliver(ADDRESS, 'archive', mail(`Filed ${n}`));
  return ground;
}

export const done = async (ground: Ground) => (await ground.watcherOf(ADDRESS)).messages_done;

export const isUnderWay = (ground: Ground, messages: number) => async () => (await done(ground)) >= messages;

/** Without waiting any longer for Microsoft: the first sync ends, and our copy is the mailbox. */
export async function settle(ground: Ground): Promise<void> {
  ground.sandbox.settings.latencyMs = 0;
  ground.sandbox.settings.quirks.largestPage = 1_000;
  await until(
    async () => (await ground.watcherOf(ADDRESS)).sync_status === 'active',
    120_000,
    'a first sync',
  );
  await ground.expectEqual(ADDRESS);
}
