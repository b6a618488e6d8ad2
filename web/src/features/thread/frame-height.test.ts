import { expect, it } from 'vitest';

import { createFrameHeight } from './frame-height.ts';

it('follows the mail as its pictures arrive, and as the window changes', () => {
  const heightOf = createFrameHeight();
  expect(heightOf({ width: 600, height: 99.2, pictures: 40 })).toBe(102);
  for (let n = 1; n <= 40; n += 1) {
    expect(heightOf({ width: 600, height: 100 + n * 50, pictures: 40 })).toBe(102 + n * 50);
  }
  expect(heightOf({ width: 400, height: 3_000, pictures: 40 })).toBe(3_002);
});

it('has nothing to say while nothing changes', () => {
  const heightOf = createFrameHeight();
  expect(heightOf({ width: 600, height: 100, pictures: 0 })).toBe(102);
  for (let n = 0; n < 100; n += 1) expect(heightOf({ width: 600, height: 100, pictures: 0 })).toBeNull();
});

it.each([
  ['as tall as its frame', (frame: number) => frame],
  ['twice as tall', (frame: number) => frame * 2],
  ['now short, now tall', (frame: number) => (frame > 500 ? 300 : 600)],
])('comes to rest with a mail that is %s', (_, mailIn) => {
  const heightOf = createFrameHeight();
  let frame = 60;
  const answers = Array.from({ length: 100 }, () => {
    const answer = heightOf({ width: 600, height: mailIn(frame), pictures: 0 });
    frame = answer ?? frame;
    return answer;
  });
  expect(answers.slice(10)).toEqual(Array(90).fill(null));
});
