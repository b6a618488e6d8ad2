// The browser comes back from Microsoft with whatever its address bar holds: a person stands before it.
import { beforeEach, expect, it } from 'vitest';

import { systemClock } from '#base/clock.ts';
import { CelesteError } from '#base/errors.ts';
import { createLog } from '#base/log.ts';
import type { Principal } from '#directory/principal.ts';

import { createHttpApp, type HttpDeps } from './app.ts';
import { createMetrics } from './metrics.ts';

const captain = { userId: 'u1', yachtId: 'corvina', role: 'captain' } as Principal;
let logged: string[] = [];
let finish: () => unknown;
beforeEach(() => {
  logged = [];
  finish = () => {
    throw new Error('the database went away');
  };
});

const app = createHttpApp({
  appUrl: 'https://mail.example.com',
  webFolder: null,
  log: createLog('error', { write: (line) => void logged.push(line) }),
  metrics: createMetrics({ clock: systemClock }),
  identify: async () => captain,
  instance: { version: '1.2.3', sandboxUrl: null },
  outlook: {
    finish: async () => finish(),
  },
  health: {},
  aboard: {},
} as unknown as HttpDeps);

const comeBack = (query: string) =>
  app.request(`/auth/outlook/callback?${query}`, { headers: { accept: 'text/html' } });

it.each([
  ['an over-long state', `state=${'s'.repeat(513)}&code=c`],
  ['an over-long code', `state=s&code=${'c'.repeat(8193)}`],
  ['two states', 'state=a&state=b&code=c'],
  ['an empty state', 'state=&code=c'],
])('%s lands on the settings page with words for it', async (_, query) => {
  const answer = await comeBack(query);
  expect(answer.status).toBe(302);
  expect(answer.headers.get('location')).toBe('/settings?outlook=error&code=invalid_request');
});

it.each([
  ['nothing at all', '', 'state_unknown'],
  ['a NUL', 'state=%00&code=%00', 'internal'],
  ['half a character', 'state=%E0%A4%A&code=c', 'internal'],
])('so does %s', async (_, query, code) => {
  const answer = await comeBack(query);
  expect(answer.headers.get('location')).toBe(`/settings?outlook=error&code=${code}`);
});

it('what we did not expect is told the same way, and logged', async () => {
  const answer = await comeBack('state=s&code=c');
  expect(answer.headers.get('location')).toBe('/settings?outlook=error&code=internal');
  expect(logged.join()).toContain('the database went away');
});

it('another account than before is named where the person is asked about it', async () => {
  const refusal = new CelesteError('account_mismatch', 'Another account.');
  finish = () => ({ purpose: 'write', refusal, account: 'private@home.test' });
  const answer = await comeBack('state=s&code=c');
  expect(answer.headers.get('location')).toBe(
    '/settings?purpose=write&outlook=confirm_account&state=s&account=private%40home.test',
  );
});
