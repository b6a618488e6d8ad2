import { describe, expect, it } from 'vitest';

import type { ThreadRow } from '../../api/types.ts';
import { arrivals, hasDepartures, type InboxData, patchInPlace, rowsOf, withHead } from './merge.ts';

const row = (id: string, at: number, unread = 0): ThreadRow => ({
  id,
  subject: id,
  participants: [],
  preview: null,
  last_message_at: new Date(1_700_000_000_000 + at * 1000).toISOString(),
  message_count: 1,
  unread_count: unread,
  has_attachments: false,
  latest_email_id: id,
  links: [],
});

const shown = (): InboxData => ({
  pages: [
    { items: [row('e', 50), row('d', 40), row('c', 30)], next_cursor: 'after c' },
    { items: [row('b', 20), row('a', 10)], next_cursor: null },
  ],
  pageParams: [null, 'after c'],
});
const ids = (data: InboxData) => rowsOf(data).map(({ id }) => id);

describe('a fresh first page', () => {
  it('puts new mail on top and keeps what was below', () => {
    const head = { items: [row('f', 60), row('e', 50), row('d', 40)], next_cursor: 'after d' };
    const merged = withHead(shown(), head);
    expect(ids(merged)).toEqual(['f', 'e', 'd', 'c', 'b', 'a']);
    expect(merged.pageParams).toEqual([null, 'after d']);
    expect(arrivals(shown(), head).map(({ id }) => id)).toEqual(['f']);
    expect(hasDepartures(shown(), head)).toBe(false);
  });

  it('moves an answered conversation up without showing it twice', () => {
    const head = { items: [row('b', 60, 1), row('e', 50), row('d', 40)], next_cursor: 'after d' };
    expect(ids(withHead(shown(), head))).toEqual(['b', 'e', 'd', 'c', 'a']);
    expect(arrivals(shown(), head).map(({ id }) => id)).toEqual(['b']);
  });

  it('drops what has left the inbox', () => {
    const head = { items: [row('e', 50), row('c', 30), row('b', 20)], next_cursor: 'after b' };
    expect(ids(withHead(shown(), head))).toEqual(['e', 'c', 'b', 'a']);
    expect(hasDepartures(shown(), head)).toBe(true);
  });

  it('begins anew when it does not reach what was shown', () => {
    const head = { items: [row('z', 99), row('y', 98)], next_cursor: 'after y' };
    expect(withHead(shown(), head)).toEqual({ pages: [head], pageParams: [null] });
  });
});

it('changes rows where they stand, and leaves alone those that would move', () => {
  const patched = patchInPlace(shown(), [row('d', 40, 2), row('b', 60, 1)]);
  expect(ids(patched)).toEqual(['e', 'd', 'c', 'b', 'a']);
  expect(rowsOf(patched).map(({ unread_count }) => unread_count)).toEqual([0, 2, 0, 0, 0]);
});
