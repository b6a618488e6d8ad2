import { expect, it } from 'vitest';

import { urlWithin } from './graph-client.ts';

const base = new URL('https://graph.microsoft.com/v1.0');

it('puts paths below the Graph URL and takes its links whole', () => {
  expect(urlWithin(base, '/me').href).toBe('https://graph.microsoft.com/v1.0/me');
  const link = "https://graph.microsoft.com/v1.0/me/mailFolders('x')/messages/delta?$skiptoken=a%2Bb";
  expect(urlWithin(base, link).href).toBe(link);
});

it.each([
  'https://evil.test/v1.0/me',
  'https://graph.microsoft.com.evil.test/v1.0/me',
  'https://graph.microsoft.com/beta/me',
  'https://graph.microsoft.com/v1.0/../beta/me',
  'https://token@graph.microsoft.com/v1.0/me',
  'http://graph.microsoft.com/v1.0/me',
  'not a link',
])('follows no link elsewhere: %s', (link) => {
  expect(() => urlWithin(base, link)).toThrow(expect.objectContaining({ graphCode: 'foreign_link' }));
});
