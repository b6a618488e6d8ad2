import { expect, it } from 'vitest';

import type { Notice } from '../api/types.ts';
import { noticeWords } from './notice-words.ts';

const now = new Date(2026, 10, 12, 9, 0);
const notice = (more: Partial<Notice> = {}): Notice => ({
  watcher_id: 'w',
  kind: 'consent_lost',
  mailbox: 'purser@corvina.test',
  owner: { id: 'p', display_name: 'Inés Duarte' },
  mine: true,
  raised_at: now.toISOString(),
  complete_up_to: new Date(2026, 10, 12, 6, 42).toISOString(),
  problem: null,
  ...more,
});

it('tells the owner what to do, and the captain who can', () => {
  expect(noticeWords(notice(), 'p', now)).toMatchObject({
    title: 'Microsoft wants you to connect purser@corvina.test again.',
    detail: expect.stringMatching(/^Mail up to 06:42 UTC.* is here\. Newer mail comes once you have\.$/),
    action: 'connect',
  });
  expect(noticeWords(notice(), 'c', now)).toMatchObject({
    detail: expect.stringContaining('Only Inés Duarte can connect it again.'),
    action: 'look',
  });
});

it('says why a mailbox is behind, and that nobody needs to do anything', () => {
  const problem = { code: 'graph_transient', message: 'Microsoft could not be reached.', advice: null };
  const words = noticeWords(notice({ kind: 'stale', problem, complete_up_to: null }), 'p', now);
  expect(words).toEqual({
    title: 'purser@corvina.test is behind.',
    detail: 'Microsoft could not be reached. Mail synced so far is here. It is tried again by itself.',
    action: 'look',
  });
});
