import { describe, expect, it } from 'vitest';

import { mapInTurns } from './turns.ts';

describe('a long list mapped in turns', () => {
  it('gives what map gives, in its order', async () => {
    const items = Array.from({ length: 120 }, (_, at) => at);
    expect(await mapInTurns(items, (item) => item * 2)).toEqual(items.map((item) => item * 2));
    expect(await mapInTurns([], String)).toEqual([]);
  });

  it('lets others have their turn meanwhile', async () => {
    const seen: string[] = [];
    setImmediate(() => seen.push('other'));
    await mapInTurns(Array.from({ length: 60 }), () => seen.push('item'));
    expect(seen.indexOf('other')).toBe(50);
  });

  it('fails as the function fails', async () => {
    const failing = () => {
      throw new Error('no');
    };
    await expect(mapInTurns([1], failing)).rejects.toThrow('no');
  });
});
