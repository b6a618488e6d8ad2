import { expect, it } from 'vitest';

import { adviceOn, problemOn, pushProblemOn } from './advice.ts';

it('tells whoever opened a mailbox what to do, and others whom to ask', () => {
  expect(adviceOn('reauth_required').advice).toMatch(/^Connect Outlook again/);
  const own = adviceOn('reauth_required', { name: 'Anna Petrova', kind: 'own' });
  expect(own.message).toBe('Microsoft wants Anna Petrova to sign in again.');
  expect(own.advice).toBe('Ask Anna Petrova to connect Outlook again.');
});

it('says that a shared mailbox can be taken over, above all when nobody is there to ask', () => {
  const again = 'Anyone whom Microsoft lets read it can add it again in the settings.';
  const shared = (name: string | null) => adviceOn('reauth_required', { name, kind: 'shared' });
  expect(shared('Anna Petrova').advice).toBe(`Ask Anna Petrova to connect Outlook again. ${again}`);
  expect(shared(null)).toMatchObject({
    message: 'Microsoft wants whoever opened this mailbox to sign in again.',
    advice: again,
  });
});

it.each([
  'reauth_required',
  'graph_unauthorized',
  'graph_forbidden',
  'seal_broken',
  'seal_unknown_key',
  'write_lost',
  'ended_by_captain',
  'ended_by_operator',
])('never asks others for what only the opener can do: %s', (code) => {
  const words = adviceOn(code, { name: 'Anna Petrova', kind: 'own' });
  expect(words.advice).toContain('Anna Petrova');
  expect(`${words.message} ${words.advice}`).not.toMatch(/\byou\b|(^|[.:] )(Connect|Allow) /);
});

it('has the same words for everybody where nobody aboard can do anything', () => {
  expect(problemOn('graph_transient', { name: 'Anna Petrova', kind: 'own' })).toEqual(
    problemOn('graph_transient'),
  );
  expect(problemOn(null)).toBeNull();
});

it('says of push what keeps it, and that no mail is missed', () => {
  expect(pushProblemOn(null)).toBeNull();
  expect(pushProblemOn('graph_transient')).toEqual({
    code: 'graph_transient',
    message:
      'Microsoft does not tell us of new mail at the moment. Microsoft could not be reached or could not answer.',
    advice: 'Nothing is missed: mail comes when we look, and this is tried again by itself.',
  });
  expect(pushProblemOn('webhook_unreachable')?.advice).toMatch(/^Nothing is missed: .*celeste doctor/);
});
