import { expect, it } from 'vitest';

import { isLastLook } from './plan-nudge.ts';

const nudgedAt = new Date('2026-05-04T08:00:00Z');
const look = (seconds: number, changes: number) => ({
  startedAt: new Date(nudgedAt.getTime() + seconds * 1000),
  changes,
});

it.each<[string, number, number, boolean]>([
  ['at once, and found something: the rest may be late', 1, 3, false],
  ['at once, and found nothing: it is late', 1, 0, false],
  ['before the notification came', -2, 3, false],
  ['later, and found something: more may be late', 11, 1, false],
  ['later, and found nothing', 11, 0, true],
  ['only now, as every worker was busy, and found nothing', 40, 0, true],
  ['after minutes, and finds something still', 130, 2, true],
])('a look %s', (_, seconds, changes, isLast) => {
  expect(isLastLook(nudgedAt, look(seconds, changes))).toBe(isLast);
});

it('is not repeated for a round that nothing asked for', () => {
  expect(isLastLook(null, look(0, 5))).toBe(true);
});
