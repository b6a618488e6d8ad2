import { expect, it } from 'vitest';

import { newId } from './ids.ts';

it('makes UUIDs of version 7 that sort by their time', () => {
  const ids = [1_000, 2_000, 1_764_000_000_000].map((now) => newId(now));
  for (const id of ids)
    expect(id).toMatch(/^[0-9a-f]{8}-[0-9a-f]{4}-7[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/);
  expect([...ids].sort()).toEqual(ids);
  expect(Number.parseInt(ids[2]?.replace('-', '').slice(0, 12) ?? '', 16)).toBe(1_764_000_000_000);
});

it('never makes the same twice', () => {
  expect(new Set(Array.from({ length: 1_000 }, () => newId(5))).size).toBe(1_000);
});
