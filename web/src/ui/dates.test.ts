import { describe, expect, it } from 'vitest';

import { dueDate, freshness, fullDate, mediumDate, shortDate, until, zoneOf } from './dates.ts';

// Local times throughout, so that the tests say the same in every zone.
const now = new Date(2026, 2, 20, 15, 30);

describe('shortDate', () => {
  it.each([
    [new Date(2026, 2, 20, 14, 5), '14:05'],
    [new Date(2026, 2, 20, 0, 0), '00:00'],
    [new Date(2026, 2, 19, 23, 59), 'Yesterday'],
    [new Date(2026, 2, 12, 9, 0), '12 Mar'],
    [new Date(2025, 2, 12, 9, 0), '2025-03-12'],
    [new Date(2025, 11, 31, 23, 0), '2025-12-31'],
  ])('reads %s as %s', (at, words) => expect(shortDate(at, now)).toBe(words));

  it('calls New Year’s Eve yesterday on the first of January', () => {
    expect(shortDate(new Date(2025, 11, 31, 23, 0), new Date(2026, 0, 1, 8, 0))).toBe('Yesterday');
  });
});

it('gives the hour with a message and the zone when asked', () => {
  expect(mediumDate(new Date(2026, 2, 20, 14, 5), now)).toBe('Today 14:05');
  expect(mediumDate(new Date(2026, 2, 12, 14, 5), now)).toBe('12 Mar 14:05');
  const at = new Date(2026, 2, 12, 14, 5);
  expect(fullDate(at)).toBe(`Thu 12 Mar 2026, 14:05 ${zoneOf(at)}`);
  expect(freshness(new Date(2026, 2, 20, 6, 42), now)).toBe(`06:42 ${zoneOf(now)}`);
  expect(freshness(new Date(2026, 2, 18, 6, 42), now)).toMatch(/^18 Mar 06:42 UTC/);
});

it.each([
  [0, 'UTC'],
  [-120, 'UTC+2'],
  [210, 'UTC−3:30'],
  [-345, 'UTC+5:45'],
])('names the zone of offset %i', (offset, name) => {
  const at = new Date();
  at.getTimezoneOffset = () => offset;
  expect(zoneOf(at)).toBe(name);
});

it('says when work is due and whether it is late', () => {
  expect(dueDate('2026-03-19', now)).toMatchObject({ text: 'Yesterday', overdue: true });
  expect(dueDate('2026-03-20', now)).toMatchObject({ text: 'Today', overdue: false, soon: true });
  expect(dueDate('2026-04-02', now)).toMatchObject({ text: '2 Apr', overdue: false, soon: false });
  expect(dueDate('2027-01-05', now).text).toBe('2027-01-05');
});

it('counts down', () => {
  const ahead = (seconds: number) => until(new Date(now.getTime() + seconds * 1000), now);
  expect([ahead(-3), ahead(40), ahead(720), ahead(10_800)]).toEqual([
    'now',
    'in 40 s',
    'in 12 min',
    'in 3 h',
  ]);
});
