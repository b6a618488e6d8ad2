import { expect, it } from 'vitest';

import { callbackWords } from './callback-words.ts';

it.each([
  'consent_declined',
  'mailbox_in_use',
  'mailbox_shared',
  'state_unknown',
  'state_expired',
  'state_used',
  'state_foreign',
  'invalid_request',
  'sign_in_required',
  'internal',
  'database_unavailable',
  'identity_person_must_act',
  'identity_operator',
  'identity_transient',
  'graph_mailbox_unavailable',
  'graph_forbidden',
  'graph_throttled',
  'throttled',
  'graph_transient',
])('has words of its own for %s', (code) => {
  const words = callbackWords(code);
  expect(words.title).toMatch(/^Not connected: /);
  expect(words.detail).not.toContain(code);
  expect(words.advice).toBeTruthy();
});

it.each(['mailbox_in_use', 'mailbox_shared'])('says for %s that the captain may help', (code) => {
  expect(callbackWords(code).advice).toContain('the captain');
});

it('says of a shared mailbox how to read it', () => {
  const words = callbackWords('mailbox_shared');
  expect(words.title).toContain('shared');
  expect(words.advice).toContain('list of readers');
});

it('names a code it does not know, so that the operator can be told', () => {
  expect(callbackWords('brand_new').detail).toContain('(brand_new)');
  expect(callbackWords(undefined).detail).not.toContain('(');
});
