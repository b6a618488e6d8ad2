// Several processes on one mailbox: together they never have more than four requests at Microsoft, whatever they do.
import { afterEach, beforeEach, expect, it } from 'vitest';

import type { Principal } from '#directory/principal.ts';
import { getBatch } from '#microsoft/batch.ts';
import type { Gate } from '#microsoft/graph-client.ts';

import { expectGoodConduct } from './support/conduct.ts';
import { createMailWorld, type MailWorld } from './support/mail.ts';
import { startReader } from './support/readers.ts';

let world: MailWorld;
let engineer: Principal;

beforeEach(async () => {
  world = await createMailWorld();
  engineer = world.person('chief.engineer@corvina.test');
  world.store.bulk(engineer.email, { count: 900, seed: 5, folder: 'inbox' });
  world.store.bulk(engineer.email, { count: 400, seed: 6, folder: 'sentitems' });
  world.store.bulk(engineer.email, { count: 300, seed: 7, folder: 'archive' });
  await world.connect(engineer);
  world.sandbox.settings.latencyMs = 30;
  world.sandbox.settings.limits.concurrent = 4;
});
afterEach(() => world.close());

const refused = () => world.sandbox.requests.list().filter((request) => request.status === 429);

it('a first sync, then batches, while two more processes read mails: no refusal, nobody waits for long', async () => {
  const ids = [...(world.store.mailbox(engineer.email)?.messages.values() ?? [])].map(
    (message) => message.id,
  );
  const readers = [
    startReader(world, engineer, ids.slice(0, 25)),
    startReader(world, engineer, ids.slice(25, 50)),
  ];
  let syncing = true;
  const answers = Promise.all(readers).finally(() => {
    syncing = false;
  });
  const rounds: string[] = [];
  for (let n = 0; syncing; n += 1) {
    rounds.push((await world.sync(engineer)).outcome);
    // What is deleted is asked for in batches.
    for (const id of ids.slice(200 + n * 40, 240 + n * 40))
      world.store.deleteMessage(engineer.email, id, { permanent: true });
  }
  for (const { read, longestMs } of await answers) {
    expect(read).toBe(25);
    // Kept waiting behind a whole sync it would be many times that; a busy machine alone takes seconds.
    expect(longestMs).toBeLessThan(20_000);
  }
  await world.sync(engineer);
  expect(rounds.every((outcome) => outcome === 'synced')).toBe(true);
  expect(world.sandbox.requests.list().some((request) => request.path.endsWith('/$batch'))).toBe(true);
  expect(refused()).toEqual([]);
  expectGoodConduct(world.sandbox);
  await world.expectEqual(engineer);
}, 90_000);

it('told to wait, none of three processes asks before it may', async () => {
  // What was on its way when one of them was told is nobody's fault; on a busy machine that takes a while.
  Object.assign(world.sandbox.conduct, { crossingMs: 1_500, crossingEach: Number.POSITIVE_INFINITY });
  for (const after of [6, 60])
    world.sandbox.faults.add({
      match: { path: '/messages' },
      after,
      fault: { name: 'TooManyRequests', retry_after: { seconds: 4 } },
    });
  const ids = [...(world.store.mailbox(engineer.email)?.messages.keys() ?? [])];
  const readers = [
    startReader(world, engineer, ids.slice(0, 100)),
    startReader(world, engineer, ids.slice(100, 200)),
  ];
  const round = await world.sync(engineer);
  for (const { read } of await Promise.all(readers)) expect(read).toBe(100);
  expect(refused()).toHaveLength(2);
  expectGoodConduct(world.sandbox);
  if (round.outcome !== 'synced') {
    world.clock.forward(60_000);
    expect(await world.sync(engineer)).toMatchObject({ outcome: 'synced' });
  }
  await world.expectEqual(engineer);
}, 90_000);

it.each(['in a batch', 'of a whole request', 'of bytes'])(
  'the wait of a refusal %s is stored before its places are given back',
  async (where) => {
    const { id: watcherId } = await world.watcher(engineer);
    const { yachtId } = world;
    const told: string[] = [];
    const real = world.gates.of({ yachtId, watcherId, app: 'read' });
    const gate: Gate = {
      enter: async (signal, places) => {
        const leave = await real.enter(signal, places);
        return () => {
          told.push('left');
          leave();
        };
      },
      refused: async (error) => {
        await real.refused(error);
        const { throttled_until } = await world.watcher(engineer);
        told.push(throttled_until === null ? error.kind : 'told to wait');
      },
    };
    const source = world.tokens.source({ yachtId, userId: engineer.userId, purpose: 'read' });
    const graph = world.graph.as(source, gate);
    world.sandbox.faults.add({
      match: { path: '/me/mailFolders' },
      fault: { name: 'TooManyRequests', retry_after: { seconds: 4 } },
    });
    const path = '/me/mailFolders';
    if (where === 'in a batch') await getBatch(graph, [{ id: 'folders', path }]);
    else await expect(where === 'of bytes' ? graph.bytes({ path }) : graph.json({ path })).rejects.toThrow();
    expect(told).toEqual(['told to wait', 'left']);
  },
);
