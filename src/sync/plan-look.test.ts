import { describe, expect, it } from 'vitest';

import type { PlannedFolder } from './plan.ts';
import { completeUpTo, type Looking, lookedAtBefore, nextLook } from './plan-look.ts';

const minute = (n: number) => new Date(Date.UTC(2026, 3, 1, 6, n));

const folder = (provider_folder_id: string, given: Partial<PlannedFolder> = {}): PlannedFolder => ({
  provider_folder_id,
  parent_folder_id: 'root',
  well_known_name: null,
  is_hidden: false,
  is_search: false,
  in_inbox: true,
  phase: 'delta',
  next_link: null,
  delta_link: 'https://graph.test/v1.0/delta',
  round: 1,
  total_item_count: 0,
  unread_item_count: 0,
  synced_at: minute(0),
  last_error: null,
  removed_at: null,
  ...given,
});

const many = (count: number) =>
  Array.from({ length: count }, (_, n) => folder(`f${String(n).padStart(3, '0')}`, { synced_at: minute(n) }));

const looking = (given: Partial<Looking> = {}): Looking => ({
  whole: false,
  moved: new Set(),
  looked: new Set(),
  batches: 0,
  ...given,
});

const ids = (folders: PlannedFolder[]) => folders.map((row) => row.provider_folder_id);

/** The requests of one round, each as the folders in it. */
function round(folders: PlannedFolder[], given: Partial<Looking>): string[][] {
  const state = looking(given);
  const requests: string[][] = [];
  for (;;) {
    const found = ids(nextLook(folders, state, state.batches === 0 ? 19 : 20));
    if (found.length === 0) return requests;
    requests.push(found);
    for (const id of found) state.looked.add(id);
    state.batches += 1;
  }
}

describe('nextLook', () => {
  it('begins with inbox, sent mail and drafts, then trouble, then what waits longest', () => {
    const folders = [
      folder('new', { synced_at: minute(9) }),
      folder('old', { synced_at: minute(1) }),
      folder('ill', { synced_at: minute(9), last_error: 'graph_transient' }),
      folder('drafts', { well_known_name: 'drafts', synced_at: minute(9) }),
      folder('inbox', { well_known_name: 'inbox', synced_at: minute(8) }),
      folder('sent', { well_known_name: 'sentitems', synced_at: minute(9) }),
    ];
    expect(ids(nextLook(folders, looking()))).toEqual(['inbox', 'drafts', 'sent', 'ill', 'old', 'new']);
  });

  it('leaves out what is gone, search folders, and what has not come to its end', () => {
    const folders = [
      folder('gone', { removed_at: minute(0) }),
      folder('search', { is_search: true }),
      folder('pending', { phase: 'pending', delta_link: null }),
      folder('halfway', { next_link: 'https://graph.test/v1.0/next' }),
      folder('rest'),
    ];
    expect(ids(nextLook(folders, looking()))).toEqual(['rest']);
  });

  it('makes at most two requests of a quiet round, and gives every folder its turn', () => {
    const folders = many(100);
    const requests = round(folders, {});
    expect(requests.map((found) => found.length)).toEqual([19, 20]);
    const seen = new Set(requests.flat());
    expect(seen.size).toBe(39);
    let rounds = 1;
    for (; seen.size < 100; rounds += 1) {
      for (const row of folders) {
        if (requests.flat().includes(row.provider_folder_id)) row.synced_at = minute(1000 + rounds);
      }
      requests.splice(0, 2, ...round(folders, {}));
      for (const id of requests.flat()) seen.add(id);
    }
    expect(rounds).toBe(3);
  });

  it('takes every folder whose counts moved, whatever that costs', () => {
    const folders = many(120);
    const moved = new Set(ids(folders.slice(60)));
    const requests = round(folders, { moved });
    expect(requests.length).toBe(4);
    for (const id of moved) expect(requests.flat()).toContain(id);
  });

  it('takes all of them when somebody asked', () => {
    expect(round(many(100), { whole: true }).flat()).toHaveLength(100);
  });
});

describe('completeUpTo', () => {
  it('is no later than when the folder that waits longest was asked', () => {
    const folders = [folder('a', { synced_at: minute(5) }), folder('b', { synced_at: minute(3) })];
    expect(completeUpTo(folders, minute(4))).toEqual(minute(3));
    expect(completeUpTo(folders, minute(2))).toEqual(minute(2));
  });

  it('asks nothing of folders that are gone or only search', () => {
    const folders = [
      folder('a', { synced_at: minute(5) }),
      folder('gone', { synced_at: null, removed_at: minute(1) }),
      folder('search', { synced_at: null, is_search: true }),
    ];
    expect(completeUpTo(folders, minute(9))).toEqual(minute(5));
  });

  it('is never, while one folder was never read', () => {
    expect(completeUpTo([folder('a', { synced_at: null })], minute(9))).toBeNull();
  });
});

describe('lookedAtBefore', () => {
  const interrupted = { whole_requested_at: minute(2), last_round: { outcome: 'interrupted' } };
  const folders = [
    folder('before', { synced_at: minute(1) }),
    folder('after', { synced_at: minute(3) }),
    folder('inbox', { synced_at: minute(3), well_known_name: 'inbox' }),
    folder('never', { synced_at: null }),
  ];
  it('names what a round that was interrupted need not look at again', () => {
    expect([...lookedAtBefore(folders, interrupted, minute(4))]).toEqual(['after']);
  });
  it('names nothing after any other round, and nothing when it is long ago', () => {
    const failed = { ...interrupted, last_round: { outcome: 'degraded' } };
    expect([...lookedAtBefore(folders, failed, minute(4))]).toEqual([]);
    expect([...lookedAtBefore(folders, interrupted, minute(9))]).toEqual([]);
  });
});
