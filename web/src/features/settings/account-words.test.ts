import { expect, it } from 'vitest';

import { accountWords } from './account-words.ts';

const account = 'private@home.test';

it('says of a mailbox that is read what becomes of both', () => {
  expect(accountWords({ purpose: 'read', account, before: 'eto@corvina.test', other: null })).toEqual({
    before: 'You were connected as',
    known: 'eto@corvina.test',
    consequence: 'If you change, the new mailbox is synced; mail of the old one stays where it is.',
    confirm: 'Change to private@home.test',
    cancel: 'Keep eto@corvina.test',
  });
});

it('does not speak of syncing where the consent is to write', () => {
  const asked = { purpose: 'write', account, before: 'eto@corvina.test', other: 'eto@corvina.test' } as const;
  expect(accountWords(asked)).toMatchObject({
    before: 'You were connected as',
    consequence: 'If you change, answers are sent as the new account. Reading goes on as before.',
    cancel: 'Keep eto@corvina.test',
  });
});

it('names the mailbox that is read where it was not written for yet', () => {
  const asked = { purpose: 'write', account, before: null, other: 'eto@corvina.test' } as const;
  expect(accountWords(asked)).toEqual({
    before: 'Mail is read here from',
    known: 'eto@corvina.test',
    consequence: 'If you go on, answers are sent as the new account. Reading goes on as before.',
    confirm: 'Write as private@home.test',
    cancel: 'Do not connect it',
  });
});

it('asks the other way round as well, and copes without an address', () => {
  const asked = { purpose: 'read', account: undefined, before: null, other: null } as const;
  expect(accountWords(asked)).toEqual({
    before: 'You write here as',
    known: 'another account',
    consequence: 'If you go on, the new mailbox is synced. Writing goes on as before.',
    confirm: 'Read the new account',
    cancel: 'Do not connect it',
  });
});
