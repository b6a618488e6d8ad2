// A mailbox with very many folders, read a slice at a time because others wait: it comes to its end.
import { afterEach, beforeEach, expect, it } from 'vitest';

import type { Principal } from '#directory/principal.ts';

import { createMailWorld, type MailWorld } from './support/mail.ts';
import { fillMailbox, letter } from './support/mail-story.ts';

let world: MailWorld;
let engineer: Principal;
beforeEach(async () => {
  world = await createMailWorld();
  engineer = world.person('chief.engineer@corvina.test');
  fillMailbox(world.store, engineer.email);
  for (let n = 0; n < 140; n += 1) world.store.createFolder(engineer.email, { name: `Folder ${n}` });
  await world.connect(engineer);
});
afterEach(() => world.close());

/** A round that is told to stop after so many entries in the log of requests, which has a batch's parts too. */
async function slice(most: number, isCounted: (path: string) => boolean): Promise<string> {
  world.clock.forward(1_000);
  world.sandbox.requests.clear();
  const others = new AbortController();
  const timer = setInterval(() => {
    const made = world.sandbox.requests.list().filter(({ path }) => isCounted(path)).length;
    if (made >= most) others.abort(new Error('others wait'));
  }, 1);
  try {
    return (await world.sync(engineer, { signal: others.signal })).outcome;
  } finally {
    clearInterval(timer);
  }
}

it('the first time', async () => {
  world.sandbox.settings.latencyMs = 5;
  const outcomes: string[] = [];
  while (outcomes.length < 20 && outcomes.at(-1) !== 'synced') outcomes.push(await slice(100, () => true));
  expect(outcomes.at(-1)).toBe('synced');
  expect(outcomes.length).toBeGreaterThan(1);
});

it('when somebody asked for all of it', async () => {
  const { id } = world.store.deliver(engineer.email, 'inbox', letter('Gone'));
  await world.sync(engineer);
  world.store.deleteMessage(engineer.email, id, { permanent: true });
  await world.db.updateTable('email_watchers').set({ whole_requested_at: world.clock.now() }).execute();
  world.sandbox.settings.latencyMs = 25;
  const isBatch = (path: string) => path.endsWith('/$batch');
  const outcomes: string[] = [];
  while (outcomes.length < 15 && outcomes.at(-1) !== 'synced') outcomes.push(await slice(4, isBatch));
  expect(outcomes.at(-1)).toBe('synced');
  expect(outcomes.length).toBeGreaterThan(1);
  await world.expectEqual(engineer);
});
