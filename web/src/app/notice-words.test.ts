import { expect, it } from 'vitest';

import { noticeWords, onePerConsent, type Said } from './notice-words.ts';

const now = new Date(2026, 10, 12, 9, 0);
const notice = (more: Partial<Said> = {}): Said => ({
  watcher_id: 'w',
  kind: 'consent_lost',
  mailbox: 'purser@corvina.test',
  owner: { id: 'p', display_name: 'Inés Duarte', is_you: true },
  mine: true,
  raised_at: now.toISOString(),
  complete_up_to: new Date(2026, 10, 12, 6, 42).toISOString(),
  problem: null,
  mailbox_kind: 'own',
  also: [],
  ...more,
});

const others = { owner: { id: 'p', display_name: 'Inés Duarte', is_you: false } };

it('tells whoever opened it what to do, and the others whom to ask', () => {
  expect(noticeWords(notice(), now)).toMatchObject({
    title: 'Microsoft wants you to connect purser@corvina.test again.',
    detail: expect.stringMatching(/^Mail up to 06:42 UTC.* is here\. Newer mail comes once you have\.$/),
    connect: 'read',
  });
  const advice = 'Ask Inés Duarte to connect Outlook again.';
  const problem = { code: 'reauth_required', message: '', advice };
  for (const mine of [true, false]) {
    expect(noticeWords(notice({ ...others, mine, problem }), now)).toMatchObject({
      title: 'purser@corvina.test has stopped.',
      detail: expect.stringMatching(
        /^Mail up to 06:42 UTC.* is here\. Ask Inés Duarte to connect Outlook again\.$/,
      ),
      connect: null,
    });
  }
});

it('says of a consent to write what no longer works, and that reading goes on', () => {
  expect(noticeWords(notice({ kind: 'write_lost' }), now)).toEqual({
    title: 'Answers can no longer be sent from here.',
    detail: 'Microsoft wants you to allow writing again. Reading goes on.',
    connect: 'write',
  });
  const advice = 'Ask Inés Duarte to allow writing again in the settings.';
  const problem = { code: 'write_lost', message: '', advice };
  expect(noticeWords(notice({ ...others, mine: false, kind: 'write_lost', problem }), now)).toEqual({
    title: 'Inés Duarte can no longer send answers from here.',
    detail: advice,
    connect: null,
  });
});

it('says who ended a mailbox, and what its owner can do', () => {
  const problem = {
    code: 'ended_by_captain',
    message: 'The captain has disconnected your mailbox.',
    advice: 'Decide.',
  };
  expect(noticeWords(notice({ kind: 'ended', problem }), now)).toEqual({
    title: 'The captain has disconnected your mailbox.',
    detail: 'Decide.',
    connect: 'read',
  });
});

it('says why a mailbox is behind, and that nobody needs to do anything', () => {
  const problem = { code: 'graph_transient', message: 'Microsoft could not be reached.', advice: null };
  const words = noticeWords(notice({ kind: 'stale', problem, complete_up_to: null }), now);
  expect(words).toEqual({
    title: 'purser@corvina.test is behind.',
    detail: 'Microsoft could not be reached. Mail synced so far is here. It is tried again by itself.',
    connect: null,
  });
});

const shared = {
  watcher_id: 's',
  mailbox: 'engineering@corvina.test',
  mailbox_kind: 'shared',
  complete_up_to: null,
} as const;

it('says a lost consent once, whatever mailboxes it opened', () => {
  const write = notice({ kind: 'write_lost' });
  const stale = notice({ ...shared, kind: 'stale' });
  const theirs = notice({ ...shared, ...others, owner: { ...others.owner, id: 'q' } });
  const groups = onePerConsent([notice(shared), notice(), write, stale, theirs]);
  expect(groups.map(({ also, ...said }) => [said.kind, said.mailbox, also])).toEqual([
    ['consent_lost', 'purser@corvina.test', ['engineering@corvina.test']],
    ['write_lost', 'purser@corvina.test', []],
    ['stale', 'engineering@corvina.test', []],
    ['consent_lost', 'engineering@corvina.test', []],
  ]);
});

it('names the other mailboxes that wait for the same consent', () => {
  const [own] = onePerConsent([notice(), notice(shared)]);
  expect(own && noticeWords(own, now)).toEqual({
    title: 'Microsoft wants you to connect purser@corvina.test again.',
    detail: 'Mail up to 06:42 UTC is here. Newer mail comes once you have, also of engineering@corvina.test.',
    connect: 'read',
  });
  const [theirs] = onePerConsent([notice(others), notice({ ...others, ...shared })]);
  expect(theirs && noticeWords(theirs, now)).toMatchObject({
    title: 'purser@corvina.test and engineering@corvina.test have stopped.',
  });
});
