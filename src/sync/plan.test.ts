import { describe, expect, it } from 'vitest';

import {
  FULL_PAGE,
  inboxFolders,
  jitter,
  nextAttempt,
  orphanedFolders,
  type PlannedFolder,
  pageSizeAfter,
  pageSizeForAttempt,
  planFolders,
  startOf,
} from './plan.ts';

const folder = (provider_folder_id: string, given: Partial<PlannedFolder> = {}): PlannedFolder => ({
  provider_folder_id,
  parent_folder_id: 'root',
  well_known_name: null,
  is_hidden: false,
  is_search: false,
  in_inbox: true,
  phase: 'pending',
  next_link: null,
  delta_link: null,
  round: 0,
  total_item_count: 0,
  unread_item_count: 0,
  synced_at: null,
  last_error: null,
  removed_at: null,
  ...given,
});

describe('planFolders', () => {
  it('reads inbox and sent mail first, then unread folders, then large ones, what nobody looks at last', () => {
    const plan = planFolders([
      folder('junk', { well_known_name: 'junkemail', in_inbox: false, total_item_count: 9000 }),
      folder('drafts', { well_known_name: 'drafts', in_inbox: false }),
      folder('large', { total_item_count: 500 }),
      folder('unread', { unread_item_count: 3 }),
      folder('sent', { well_known_name: 'sentitems' }),
      folder('inbox', { well_known_name: 'inbox' }),
    ]);
    expect(plan.map((each) => each.provider_folder_id)).toEqual([
      'inbox',
      'sent',
      'unread',
      'large',
      'drafts',
      'junk',
    ]);
  });

  it('leaves out search folders and folders that are gone', () => {
    expect(planFolders([folder('s', { is_search: true }), folder('g', { removed_at: new Date() })])).toEqual(
      [],
    );
  });
});

describe('startOf', () => {
  it('begins a new folder with a new round', () => {
    expect(startOf(folder('f'))).toEqual({ link: null, phase: 'initial', round: 1, isFirstPage: true });
  });
  it('goes on in the middle of a first round, in the same round', () => {
    const half = folder('f', { phase: 'initial', next_link: 'n', round: 3 });
    expect(startOf(half)).toEqual({ link: 'n', phase: 'initial', round: 3, isFirstPage: false });
  });
  it('goes on in the middle of a later round rather than from its beginning', () => {
    expect(startOf(folder('f', { phase: 'delta', next_link: 'n', delta_link: 'd' })).link).toBe('n');
    expect(startOf(folder('f', { phase: 'delta', delta_link: 'd' })).link).toBe('d');
  });
  it('starts again, in a new round, when there is no cursor', () => {
    expect(startOf(folder('f', { phase: 'delta', round: 2 }))).toMatchObject({ link: null, round: 3 });
  });
});

describe('the tree', () => {
  const tree = [
    folder('inbox', { well_known_name: 'inbox' }),
    folder('vendors', { parent_folder_id: 'inbox' }),
    folder('trash', { well_known_name: 'deleteditems' }),
    folder('old', { parent_folder_id: 'trash' }),
    folder('older', { parent_folder_id: 'old' }),
    folder('hidden', { is_hidden: true }),
  ];
  it('keeps what lies under Deleted Items and hidden folders out of the inbox', () => {
    expect([...inboxFolders(tree)]).toEqual(['inbox', 'vendors']);
  });
  it('lets everything under a removed folder go with it', () => {
    const gone = tree.map((each) =>
      each.provider_folder_id === 'trash' ? { ...each, removed_at: new Date() } : each,
    );
    expect([...orphanedFolders(gone)]).toEqual(['trash', 'old', 'older']);
  });
  it('ends in a tree that goes in circles', () => {
    const circle = [folder('a', { parent_folder_id: 'b' }), folder('b', { parent_folder_id: 'a' })];
    expect(inboxFolders(circle).size).toBe(2);
  });
});

describe('the clock', () => {
  const now = new Date('2026-05-04T06:00:00Z');
  it('spreads mailboxes around their interval', () => {
    expect(jitter(() => 0)).toBeCloseTo(0.9);
    expect(jitter(() => 1)).toBeCloseTo(1.1);
  });
  it('waits longer after each failure, an hour at most', () => {
    const half = () => 0.5;
    expect(nextAttempt(now, 1, half)).toEqual(new Date('2026-05-04T06:01:00Z'));
    expect(nextAttempt(now, 4, half)).toEqual(new Date('2026-05-04T06:08:00Z'));
    expect(nextAttempt(now, 40, half)).toEqual(new Date('2026-05-04T07:00:00Z'));
  });
});

describe('page sizes', () => {
  it('shrink after a page heavy with text and recover', () => {
    expect(pageSizeAfter(FULL_PAGE, 5_000_000)).toBe(100);
    expect(pageSizeAfter(50, 10_000)).toBe(100);
    expect(pageSizeAfter(FULL_PAGE, 10_000)).toBe(FULL_PAGE);
  });
  it('shrink with every attempt', () => {
    expect([1, 2, 3, 4].map((attempt) => pageSizeForAttempt(200, attempt))).toEqual([200, 50, 12, 5]);
  });
});
