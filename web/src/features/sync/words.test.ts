import { describe, expect, it } from 'vitest';

import type { Gap, Watcher } from '../../api/types.ts';
import { duration, gapWords, intervalWords, keptBy, roundWords } from './words.ts';

const now = new Date(2026, 10, 14, 15, 30);
const at = (day: number, hour: number, minute: number) => new Date(2026, 10, day, hour, minute).toISOString();
const gap = (more: Partial<Gap>): Gap => ({
  id: '0',
  kind: 'cursor_lost',
  detail: null,
  folder: 'Inbox',
  noticed_at: at(12, 6, 40),
  since: at(12, 6, 25),
  found: 3,
  repaired_at: at(12, 6, 42),
  ...more,
});

describe('a gap', () => {
  it.each<[Partial<Gap>, string, string]>([
    [{}, 'Outlook forgot where we were in Inbox on 12 Nov at 06:40', 'Read again by 06:42, 3 changes found.'],
    [
      { folder: null, found: 0, noticed_at: at(14, 6, 40), repaired_at: at(14, 6, 42) },
      'Outlook forgot where we were in a folder today at 06:40',
      'Read again by 06:42, nothing was missing.',
    ],
    [
      { kind: 'outage', folder: null, detail: 'graph_transient', repaired_at: at(13, 8, 5), found: 1 },
      'Nothing came through from 12 Nov at 06:25: Microsoft could not be reached',
      'All read by yesterday at 08:05, 1 change found.',
    ],
    [
      { kind: 'outage', folder: null, repaired_at: null },
      'Nothing came through from 12 Nov at 06:25: nobody was at work here',
      'What came after 12 Nov at 06:25 may be missing; it is read as soon as that works.',
    ],
    [
      { kind: 'count_mismatch', found: 1 },
      'Microsoft counted otherwise than we did in Inbox on 12 Nov at 06:40',
      'Read again by 06:42, 1 change found.',
    ],
    [
      { kind: 'count_mismatch', detail: 'still_differs', repaired_at: null },
      'Microsoft counted otherwise than we did in Inbox on 12 Nov at 06:40',
      'It was read again and still differs. Some mail may be missing: compare the folder in Outlook.',
    ],
    [
      { kind: 'folder_unread', detail: 'graph_forbidden', repaired_at: null },
      'Inbox could not be read to its end: Microsoft did not let us read it',
      'What came after 12 Nov at 06:25 may be missing; it is read as soon as that works.',
    ],
    [
      { kind: 'folder_unread', folder: null, detail: 'graph_transient', since: null, repaired_at: null },
      'A folder could not be read to its end: Microsoft could not be reached',
      'Some mail may be missing; it is read as soon as that works.',
    ],
    [
      { kind: 'subscription_removed', folder: null, found: 0 },
      'Microsoft stopped telling us of new mail on 12 Nov at 06:40',
      'All read by 06:42, nothing was missing.',
    ],
  ])('%#', (more, what, outcome) => {
    expect(gapWords(gap(more), now)).toEqual({ what, outcome });
  });
});

it('says what a round was', () => {
  const round = { requests: 1, changes: 0, milliseconds: 412, trigger: 'schedule' as const };
  expect(roundWords(round)).toBe('1 request, no change, 0.4 s, on schedule');
  expect([412, 12_300, 190_000].map(duration)).toEqual(['0.4 s', '12 s', '3 min']);
  expect([5, 15, 60, 240, 1440].map(intervalWords)).toEqual([
    '5 minutes',
    '15 minutes',
    '1 hour',
    '4 hours',
    '1 day',
  ]);
});

it('says whether Microsoft tells us or we look', () => {
  const kept = (state: Watcher['push']['state'], heard_at: string | null = null) =>
    keptBy({ push: { state, heard_at } }, now);
  expect(keptBy({}, now)).toBe('We look every');
  expect(kept('lost')).toBe('We look every');
  expect(kept('renewing')).toMatch(/^Microsoft tells us within seconds/);
  expect(kept('silent', at(13, 6, 40))).toBe(
    'Microsoft’s word of new mail has not reached us since yesterday at 06:40. We look every',
  );
  expect(kept('silent')).toBe('Microsoft’s word of new mail does not reach us. We look every');
});
