import { describe, expect, it } from 'vitest';

import type { ListCursor } from '#microsoft/message-list.ts';

import type { PlannedFolder } from './plan.ts';
import { startOfListing } from './plan-listing.ts';

const NOW = new Date('2026-04-02T12:00:00.000Z');
const hoursAgo = (hours: number) => new Date(NOW.getTime() - hours * 3_600_000).toISOString();
const cursor = (whole: string, at: ListCursor['at'] = null) =>
  JSON.stringify({ began: hoursAgo(1), whole, at } satisfies ListCursor);
const folder = (given: Partial<PlannedFolder>): PlannedFolder => ({
  provider_folder_id: 'A',
  parent_folder_id: 'root',
  well_known_name: null,
  is_hidden: false,
  is_search: false,
  in_inbox: true,
  phase: 'delta',
  next_link: null,
  delta_link: null,
  round: 3,
  total_item_count: 0,
  unread_item_count: 0,
  synced_at: null,
  last_error: null,
  removed_at: null,
  ...given,
});

describe('startOfListing', () => {
  it('reads what came since, within a day of the last whole listing', () => {
    const link = cursor(hoursAgo(23));
    expect(startOfListing(folder({ delta_link: link }), NOW)).toMatchObject({
      link,
      phase: 'delta',
      round: 3,
    });
  });

  it.each([
    ['the last one is a day old', { delta_link: cursor(hoursAgo(25)) }],
    ['there was none', {}],
    ['it was read by delta before', { delta_link: 'https://graph.test/delta' }],
    ['it is to start again', { phase: 'pending' as const, delta_link: cursor(hoursAgo(1)) }],
  ])('reads the whole folder when %s', (_, given) => {
    expect(startOfListing(folder(given), NOW)).toMatchObject({ link: null, phase: 'initial', round: 4 });
  });

  it('goes on where it stopped', () => {
    const next_link = cursor(hoursAgo(30), { since: null, until: hoursAgo(9), next: null });
    expect(startOfListing(folder({ phase: 'initial', next_link }), NOW)).toMatchObject({
      link: next_link,
      phase: 'initial',
      round: 3,
    });
  });
});
