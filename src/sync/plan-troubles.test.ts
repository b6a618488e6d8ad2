import { describe, expect, it } from 'vitest';

import { completenessOf, isLeftOut, troublesOf, UNANSWERED } from './plan-troubles.ts';

const NOW = new Date('2026-05-04T08:00:00Z');
const minutes = (n: number) => new Date(NOW.getTime() + n * 60_000);

const folder = (id: string, more: object = {}) => ({
  provider_folder_id: id,
  removed_at: null,
  is_search: false,
  last_error: null,
  failing_since: null,
  synced_at: minutes(-60),
  ...more,
});
const open = { read: 1, unanswered: [] };
const judge = (
  folders: ReturnType<typeof folder>[],
  left: { read: number; unanswered: (string | null)[] } = open,
) => completenessOf(troublesOf(folders, left, NOW), left, NOW);

describe('a folder in trouble', () => {
  const since = (more: object, unanswered: string[] = []) =>
    troublesOf([folder('a', more)], { read: 1, unanswered }, NOW).map((trouble) => [
      trouble.code,
      trouble.since,
    ]);

  it.each<[string, object, string[], unknown[]]>([
    ['is none when all is well', {}, [], []],
    ['begins now', { last_error: 'graph_forbidden' }, [], [['graph_forbidden', NOW]]],
    [
      'goes on since it began',
      { last_error: 'graph_forbidden', failing_since: minutes(-20) },
      [],
      [['graph_forbidden', minutes(-20)]],
    ],
    [
      'begins anew when it was read in between',
      { last_error: 'graph_forbidden', failing_since: minutes(-20), synced_at: minutes(-10) },
      [],
      [['graph_forbidden', NOW]],
    ],
    ['ends', { failing_since: minutes(-20), synced_at: NOW }, [], [[null, null]]],
    [
      'ends when the folder is gone',
      { last_error: 'graph_forbidden', failing_since: minutes(-20), removed_at: NOW },
      [],
      [[null, null]],
    ],
    ['may be one message', {}, ['a'], [[UNANSWERED, NOW]]],
    [
      'that is one message goes on though the folder is read',
      { failing_since: minutes(-20), synced_at: NOW },
      ['a'],
      [[UNANSWERED, minutes(-20)]],
    ],
    [
      'that was one message ends with an answer',
      { last_error: UNANSWERED, failing_since: minutes(-20) },
      [],
      [[null, null]],
    ],
  ])('%s', (_, more, unanswered, expected) => {
    expect(since(more, unanswered)).toEqual(expected);
  });
});

describe('a mailbox', () => {
  const failing = (id: string, from: number) =>
    folder(id, { last_error: 'graph_transient', failing_since: minutes(from) });

  it('waits half an hour for a folder, then goes on without it', () => {
    expect(isLeftOut({ failing_since: minutes(-29) }, NOW)).toBe(false);
    expect(judge([folder('a')])).toBe('whole');
    expect(judge([folder('a'), failing('b', -29)])).toBe('incomplete');
    expect(judge([folder('a'), failing('b', -30)])).toBe('left_out');
    expect(judge([folder('a'), failing('b', -30), failing('c', -1)])).toBe('incomplete');
  });

  it('of which nothing was read, or with a message nobody knows the folder of, is incomplete', () => {
    expect(judge([failing('b', -30)], { read: 0, unanswered: [] })).toBe('incomplete');
    expect(judge([failing('b', -30)], { read: 1, unanswered: [null] })).toBe('incomplete');
    expect(judge([folder('a')], { read: 1, unanswered: ['elsewhere'] })).toBe('incomplete');
  });
});
