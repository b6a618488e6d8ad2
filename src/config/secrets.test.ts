import { mkdtempSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import { afterAll, describe, expect, it } from 'vitest';

import { loadSecrets, newTokenKey, parseTokenKeys } from './secrets.ts';

const dataDir = mkdtempSync(join(tmpdir(), 'celeste-secrets-'));
afterAll(() => rmSync(dataDir, { recursive: true, force: true }));

describe('TOKEN_KEYS', () => {
  it('holds keys by name, in order', () => {
    const keys = parseTokenKeys(`${newTokenKey('new')},${newTokenKey('old')}`);
    expect(keys.map(({ kid, key }) => [kid, key.length])).toEqual([
      ['new', 32],
      ['old', 32],
    ]);
  });

  it.each(['', 'k1', 'k1:', ':abc', 'k1:c2hvcnQ', `k1:${'A'.repeat(43)},k1:${'B'.repeat(43)}`])(
    'refuses %j without showing a key',
    (text) => {
      expect(() => parseTokenKeys(text)).toThrow(
        expect.objectContaining({
          code: 'setting_unreadable',
          message: expect.not.stringMatching(/c2hvcnQ|AAAA/),
        }),
      );
    },
  );
});

describe('secrets', () => {
  it('are made once, for their owner alone', () => {
    const config = { production: false, dataDir };
    const first = loadSecrets({}, config);
    expect(loadSecrets({}, config)).toEqual(first);
    expect(statSync(join(dataDir, 'token-keys')).mode & 0o777).toBe(0o600);
  });

  it('must be given in production', () => {
    expect(() => loadSecrets({}, { production: true, dataDir })).toThrow(
      expect.objectContaining({ code: 'setting_missing', message: expect.stringContaining('TOKEN_KEYS') }),
    );
  });

  it('keep people signed in when a key is added in front', () => {
    const config = { production: true, dataDir };
    const old = newTokenKey('old');
    const before = loadSecrets({ TOKEN_KEYS: old }, config);
    const after = loadSecrets({ TOKEN_KEYS: `${newTokenKey('new')},${old}` }, config);
    expect(after.authSecret).toBe(before.authSecret);
    expect(after.tokenKeys[0]?.kid).toBe('new');
  });
});
