import { expect, it } from 'vitest';

import { missingScopes, requestedScopes } from './scopes.ts';

it('asks for what each purpose needs and no more', () => {
  expect(requestedScopes('read')).toEqual([
    'Mail.Read',
    'User.Read',
    'offline_access',
    'openid',
    'profile',
    'email',
  ]);
  expect(requestedScopes('write')).toContain('Mail.Send');
});

it('compares scopes as sets, whatever their order, case or length', () => {
  expect(missingScopes('read', ['https://graph.microsoft.com/User.Read', 'mail.read', 'openid'])).toEqual([]);
  expect(missingScopes('write', ['User.Read', 'https://graph.microsoft.us/Mail.ReadWrite'])).toEqual([
    'Mail.Send',
  ]);
});

it('takes a wider permission for a narrower one', () => {
  expect(missingScopes('read', ['Mail.ReadWrite', 'User.Read'])).toEqual([]);
});
