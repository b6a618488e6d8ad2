import { expect, it } from 'vitest';

import { mailboxState } from './mailbox-state.ts';

const now = new Date(2026, 10, 12, 9, 0);
const stopped = (is_you: boolean) => ({
  status: 'reauth_required' as const,
  syncing: false,
  first_sync_done: true,
  complete_up_to: now.toISOString(),
  folders_left_out: 0,
  throttled_until: null,
  progress: { done: 0, total: 0 },
  owner: { display_name: 'Anna Petrova', is_you },
});

it('a mailbox that stopped says who must act', () => {
  expect(mailboxState(stopped(true), now).text).toBe('Outlook must be connected again');
  expect(mailboxState(stopped(false), now).text).toBe('Anna Petrova must connect Outlook again');
});

it('a mailbox that is complete but for some folders says so', () => {
  const mailbox = { ...stopped(true), status: 'degraded' as const };
  const texts = [0, 1, 2].map((left) => mailboxState({ ...mailbox, folders_left_out: left }, now).text);
  expect(texts[1]).toBe(`${texts[0]}, without 1 folder`);
  expect(texts[2]).toBe(`${texts[0]}, without 2 folders`);
});
