import { afterAll, beforeAll, beforeEach, expect, it } from 'vitest';

import { createMaster, type TestDatabase } from '../../tests/support/postgres.ts';
import type { MasterSchema } from './schema.ts';
import { announceDue, claimYachts, lookAgain } from './yacht-schedule.ts';

const NOW = new Date('2126-05-04T08:00:00Z');
const seconds = (n: number) => new Date(NOW.getTime() + n * 1000);
let master: TestDatabase<MasterSchema>;

beforeAll(async () => {
  master = await createMaster();
});
afterAll(() => master.close());
beforeEach(async () => {
  await master.db.deleteFrom('fleet_registry').execute();
  for (const yacht_id of ['avalon', 'corvina', 'meltemi-rose']) {
    const row = { yacht_id, yacht_name: yacht_id, tenant_key_alias: yacht_id, sealed_database_url: null };
    await master.db.insertInto('fleet_registry').values(row).execute();
  }
});

const claim = async (now: Date, more: Partial<{ limit: number; inTrouble: boolean }> = {}) =>
  claimYachts(master.db, now, { limit: 10, inTrouble: false, ...more });
const names = (yachts: { yachtId: string }[]) => yachts.map(({ yachtId }) => yachtId).sort();

it('has a new yacht looked at, by one of all who ask at once', async () => {
  const claims = await Promise.all([claim(NOW), claim(NOW), claim(NOW)]);
  expect(names(claims.flat())).toEqual(['avalon', 'corvina', 'meltemi-rose']);
});

it('has a yacht looked at again when its time has come, or its claim came to nothing', async () => {
  const [first, ...others] = await claim(NOW);
  if (!first) throw new Error('nothing was claimed');
  await lookAgain(master.db, [{ ...first, at: seconds(60), failures: 0 }]);
  expect(await claim(seconds(10))).toEqual([]);
  expect(names(await claim(seconds(16)))).toEqual(names(others));
  expect(names(await claim(seconds(60)))).toEqual(names([first, ...others]));
});

it('keeps an earlier time that came in while a yacht was looked at', async () => {
  const [first] = await claim(NOW, { limit: 1 });
  if (!first) throw new Error('nothing was claimed');
  await announceDue(master.db, first.yachtId, seconds(3));
  await lookAgain(master.db, [{ ...first, at: seconds(60), failures: 0 }]);
  await announceDue(master.db, first.yachtId, seconds(30));
  expect(names(await claim(seconds(3)))).toContain(first.yachtId);
});

it('keeps those whose database is away apart', async () => {
  const [lost] = await claim(NOW, { limit: 1 });
  if (!lost) throw new Error('nothing was claimed');
  await lookAgain(master.db, [{ ...lost, at: seconds(5), failures: 1 }]);
  expect(names(await claim(seconds(5)))).not.toContain(lost.yachtId);
  expect(await claim(seconds(5), { inTrouble: true })).toMatchObject([
    { yachtId: lost.yachtId, failures: 1 },
  ]);
});

it('leaves a yacht alone that is switched off, and looks at once when it is switched on', async () => {
  const change = (active: boolean) =>
    master.db.updateTable('fleet_registry').set({ active }).where('yacht_id', '=', 'avalon').execute();
  await change(false);
  expect(names(await claim(NOW))).toEqual(['corvina', 'meltemi-rose']);
  expect(names(await claim(seconds(16)))).toEqual(['corvina', 'meltemi-rose']);
  await change(true);
  expect(names(await claim(seconds(17)))).toContain('avalon');
});
