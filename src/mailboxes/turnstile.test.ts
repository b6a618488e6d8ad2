import { expect, it } from 'vitest';

import { createTurnstile } from './turnstile.ts';

const settled = () => new Promise((resolve) => setImmediate(resolve));

it('lets so many through, then one for each that leaves, in the order they came', async () => {
  const turnstile = createTurnstile(2);
  const through: string[] = [];
  const enter = (name: string) => turnstile.enter(1).finally(() => through.push(name));
  const [first, second] = [await enter('first'), await enter('second')];
  const waiting = [enter('third'), enter('fourth')];
  await settled();
  expect(through).toEqual(['first', 'second']);
  first();
  first();
  await settled();
  expect(through).toEqual(['first', 'second', 'third']);
  second();
  for (const leave of await Promise.all(waiting)) leave();
  expect(through).toEqual(['first', 'second', 'third', 'fourth']);
  expect(turnstile.isIdle()).toBe(true);
});

it('does not pass over one that needs all places, however many come after it', async () => {
  const turnstile = createTurnstile(3);
  const through: string[] = [];
  const enter = (name: string, places: number) => turnstile.enter(places).finally(() => through.push(name));
  const light = await enter('light', 1);
  const heavy = enter('heavy', 3);
  const later = enter('later', 1);
  await settled();
  expect(through).toEqual(['light']);
  light();
  const leave = await heavy;
  await settled();
  expect(through).toEqual(['light', 'heavy']);
  leave();
  (await later)();
});

it('forgets one that gives up waiting, and those behind it go on', async () => {
  const turnstile = createTurnstile(1);
  const inside = await turnstile.enter(1);
  const leaving = new AbortController();
  const given = turnstile.enter(1, leaving.signal);
  const behind = turnstile.enter(1);
  leaving.abort(new Error('no longer wanted'));
  await expect(given).rejects.toThrow('no longer wanted');
  inside();
  (await behind)();
  expect(turnstile.isIdle()).toBe(true);
});
