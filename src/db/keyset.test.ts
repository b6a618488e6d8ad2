import fc from 'fast-check';
import { describe, expect, it } from 'vitest';

import { decodeCursor, encodeCursor, toPage } from './keyset.ts';

describe('a cursor', () => {
  it('gives back any key', () => {
    fc.assert(
      fc.property(fc.array(fc.string({ unit: 'grapheme' }), { minLength: 1, maxLength: 4 }), (key) => {
        expect(decodeCursor(encodeCursor(key), key.length)).toEqual(key);
      }),
    );
  });

  it('is safe in a URL', () => {
    fc.assert(
      fc.property(fc.array(fc.string({ unit: 'grapheme' })), (key) => {
        expect(encodeCursor(key)).toMatch(/^[\w-]*$/);
      }),
    );
  });

  it('may be anything in a request, and is refused by name', () => {
    fc.assert(
      fc.property(fc.string(), (text) => {
        expect(() => decodeCursor(text, 2)).toThrow(expect.objectContaining({ code: 'invalid_cursor' }));
      }),
    );
    for (const wrong of [['one'], ['a', 'b', 'c'], [1, 2], { 0: 'a', 1: 'b' }, null]) {
      const cursor = Buffer.from(JSON.stringify(wrong)).toString('base64url');
      expect(() => decodeCursor(cursor, 2)).toThrow(expect.objectContaining({ code: 'invalid_cursor' }));
    }
  });
});

describe('a page', () => {
  const keyOf = (row: { id: string }) => [row.id];
  const rows = ['c', 'b', 'a'].map((id) => ({ id }));

  it('ends with the cursor of its last row while there are more', () => {
    const { items, next_cursor } = toPage(rows, 2, keyOf);
    expect(items).toEqual([{ id: 'c' }, { id: 'b' }]);
    expect(decodeCursor(next_cursor ?? '', 1)).toEqual(['b']);
  });

  it('is the last when nothing is left', () => {
    expect(toPage(rows, 3, keyOf)).toEqual({ items: rows, next_cursor: null });
    expect(toPage([], 3, keyOf)).toEqual({ items: [], next_cursor: null });
  });
});
