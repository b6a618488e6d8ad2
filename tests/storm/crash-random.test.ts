// Worker, API and database killed at random moments of first syncs and of delta rounds, over and over.
import { setTimeout as wait } from 'node:timers/promises';

import fc from 'fast-check';
import { afterEach, expect, it } from 'vitest';

import { expectGoodConduct } from '../support/conduct.ts';
import { type Deed, deed, perform } from './deeds.ts';
import { breakGround, type Ground, until } from './ground.ts';
import { createPostman, type Postman } from './letters.ts';
import type { Running } from './processes.ts';
import { expectPromisesKept, keepBusy, notifyOnce, untilAtRest, type Watch } from './serving.ts';

const isLong = process.env.MODE === 'storm';
const KILLS = isLong ? 100 : 6;
/** A mailbox is out of reach for one lease after its worker dies, so there must be others. */
const MAILBOXES = isLong ? 24 : 6;
// As in storm.ts: the same every time unless others are asked for.
const { STORM_SEED = '1' } = process.env;
const seed = STORM_SEED === 'new' ? Math.floor(Math.random() * 2 ** 31) : Number(STORM_SEED);

let ground: Ground;
afterEach(() => ground.close());

type Crew = Record<'work' | 'api', Running>;
type Victim = 'work' | 'api' | 'database';
type Blow = { afterMs: number; mailbox: number; deeds: Deed[] };

const blows = fc.array(
  fc.record({
    afterMs: fc.integer({ min: 0, max: 900 }),
    mailbox: fc.nat(MAILBOXES - 1),
    deeds: fc.array(deed, { maxLength: 4 }),
  }),
  { minLength: KILLS, maxLength: KILLS },
);

// Mostly the worker; the others in the short run too.
const VICTIMS: Victim[] = ['work', 'work', 'api', 'work', 'database', 'work', 'work', 'work', 'work'];

const addresses = Array.from({ length: MAILBOXES }, (_, n) => `crew.${n}@corvina.test`);

it(`${KILLS} times (seed ${seed}), and the mailboxes are what they are`, {
  timeout: 30 * 60_000,
}, async () => {
  ground = await breakGround({ latencyMs: 10, concurrency: 1 });
  const { sandbox, store } = ground;
  sandbox.settings.quirks.largestPage = 25;
  for (const [n, address] of addresses.entries()) {
    await ground.connect(address);
    store.bulk(address, { count: 150, seed: 100 + n });
    store.bulk(address, { count: 40, seed: 500 + n, folder: 'archive' });
  }
  const port: Watch = { address: 'port.watch@corvina.test', promised: [] };
  const starboard: Watch = { address: 'starboard.watch@corvina.test', promised: [] };
  for (const { address } of [port, starboard]) await ground.connect(address);
  const crew: Crew = {
    work: ground.run('work'),
    api: ground.run('api'),
  };
  const mail = createPostman();
  const [plan = []] = fc.sample(blows, { numRuns: 1, seed });
  for (const [n, blow] of plan.entries()) {
    await strike(crew, { ...blow, victim: VICTIMS[n % VICTIMS.length] ?? 'work' }, { mail, port, starboard });
    if (isLong && n % 10 === 0) process.stdout.write(`killed ${n + 1} of ${KILLS}, ${await progress()}\n`);
  }
  await expectPromisesKept(ground, port);
  sandbox.settings.latencyMs = 0;
  sandbox.settings.quirks.largestPage = 1_000;
  await expectEqualInQuiet([...addresses, port.address, starboard.address]);
});

type Scene = { mail: Postman; port: Watch; starboard: Watch };

/**
 * Whoever it is dies with work in hand, notifications about `port` among it; the API with one about `starboard` that it
 * has just thanked for, and nothing else will have that mailbox looked at.
 */
async function strike(crew: Crew, blow: Blow & { victim: Victim }, { mail, port, starboard }: Scene) {
  const address = addresses[blow.mailbox] ?? '';
  const before = starboard.promised.length;
  await crew.work.up;
  await crew.api.up;
  if (blow.victim === 'api') await untilAtRest(ground, starboard);
  for (const each of blow.deeds) perform({ store: ground.store, address, others: [], mail }, each);
  await ground.nudge(address);
  const busy = keepBusy(ground, { watch: port, mail, reader: address });
  await wait(blow.afterMs);
  if (blow.victim === 'api') await notifyOnce(ground, starboard, mail);
  if (blow.victim === 'database') await killDatabase();
  else await crew[blow.victim].kill();
  await busy.stop();
  if (blow.victim !== 'database') crew[blow.victim] = ground.run(blow.victim);
  if (blow.victim !== 'api') return;
  expect(starboard.promised.length, 'it had thanked').toBeGreaterThan(before);
  await expectPromisesKept(ground, starboard);
}

/** Kills the server itself; whoever notices starts it again. */
async function killDatabase(): Promise<void> {
  const pid = ground.serverPid();
  if (pid === null) throw new Error('no server to kill');
  process.kill(pid, 'SIGKILL');
  const isBack = async () => ground.serverPid() !== pid && (await progress()) !== '';
  await until(isBack, 60_000, 'the database is up again');
}

async function progress(): Promise<string> {
  const watchers = await ground.db
    .selectFrom('email_watchers')
    .select(['messages_done', 'sync_status'])
    .execute();
  const read = watchers.filter((watcher) => watcher.sync_status === 'active').length;
  return `${read} of ${watchers.length} mailboxes read, ${watchers.reduce((sum, one) => sum + one.messages_done, 0)} messages`;
}

async function expectEqualInQuiet(mailboxes: string[]): Promise<void> {
  const quietSince = new Date();
  for (const address of mailboxes) await ground.nudge(address);
  const isRead = async () => {
    const watchers = await ground.db.selectFrom('email_watchers').select('complete_up_to').execute();
    return watchers.every(({ complete_up_to }) => complete_up_to !== null && complete_up_to > quietSince);
  };
  await until(isRead, 5 * 60_000, 'every mailbox is read to its end');
  for (const address of mailboxes) await ground.expectEqual(address);
  expectGoodConduct(ground.sandbox);
}
