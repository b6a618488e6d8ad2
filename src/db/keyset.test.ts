import fc from 'fast-check';
import { describe, expect, it } from 'vitest';

import { decodeCursor, encodeCursor, toPage } from './keyset.ts';

describe('a cursor', () => {
  it('gives back any key', () => {
    fc.assert(
      fc.property(fc.array(fc.string({ unit: 'grapheme' }), { minLength: 1, maxLength: 4 }), (key) => {
        const parts = key.map(() => 'text' as const);
        expect(decodeCursor(encodeCursor(key), parts)).toEqual(key);
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
        expect(() => decodeCursor(text, ['text', 'text'])).toThrow(
          expect.objectContaining({ code: 'invalid_cursor' }),
        );
      }),
    );
    for (const wrong of [['one'], ['a', 'b', 'c'], [1, 2], { 0: 'a', 1: 'b' }, null]) {
      const cursor = Buffer.from(JSON.stringify(wrong)).toString('base64url');
      expect(() => decodeCursor(cursor, ['text', 'text'])).toThrow(
        expect.objectContaining({ code: 'invalid_cursor' }),
      );
    }
  });

  it('holds what the query can compare, or is refused before the query', () => {
    const id = '7c0f6a52-1d3e-4b58-9a41-0c0011220001';
    const key = ['2026-11-24T20:18:02.500Z', id, '-12', "any 'text'"];
    const parts = ['time', 'uuid', 'integer', 'text'] as const;
    expect(decodeCursor(encodeCursor(key), parts)).toEqual(key);
    const wrong = [
      ['9999999-01-01', '2026-13-45T00:00:00Z', '2026-11-24', ''],
      ['x', `${id}0`, ''],
      ['1.5', '1e3', '9'.repeat(30), ''],
      ['\0', 'a\0b'],
    ];
    for (const [index, values] of wrong.entries()) {
      for (const value of values) {
        const cursor = encodeCursor(key.with(index, value));
        expect(() => decodeCursor(cursor, parts), value).toThrow(
          expect.objectContaining({ code: 'invalid_cursor' }),
        );
      }
    }
  });
});

describe('a page', () => {
  const keyOf = (row: { id: string }) => [row.id];
  const rows = ['c', 'b', 'a'].map((id) => ({ id }));

  it('ends with the cursor of its last row while there are more', () => {
    const { items, next_cursor } = toPage(rows, 2, keyOf);
    expect(items).toEqual([{ id: 'c' }, { id: 'b' }]);
    expect(decodeCursor(next_cursor ?? '', ['text'])).toEqual(['b']);
  });

  it('is the last when nothing is left', () => {
    expect(toPage(rows, 3, keyOf)).toEqual({ items: rows, next_cursor: null });
    expect(toPage([], 3, keyOf)).toEqual({ items: [], next_cursor: null });
  });
});
