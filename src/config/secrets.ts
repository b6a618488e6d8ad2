// Step three of configuration: secrets, apart from the rest, so that a configuration can be shown and passed on.
import { hkdfSync, randomBytes } from 'node:crypto';
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

import { dataDirUnusable, makeDataDir } from '#base/data-dir.ts';
import type { TokenKey } from '#base/sealing.ts';

import type { Config } from './config.ts';
import type { Env } from './env.ts';
import { missing, unreadable } from './values.ts';

export type Secrets = {
  /** The first seals, all of them open. */
  tokenKeys: TokenKey[];
  /** What sign-in cookies are signed with; follows from the oldest key, so that a new one signs nobody out. */
  authSecret: string;
};

const KEY_BYTES = 32;

/**
 * The keys of `TOKEN_KEYS`; when it is not set, those in DATA_DIR, made at the first start. Throws
 * `setting_missing` in production, where a key that lies beside the data would protect nothing, and
 * `setting_unreadable`, `data_dir_unusable`.
 */
export function loadSecrets(env: Env, config: Pick<Config, 'production' | 'dataDir'>): Secrets {
  if (env.TOKEN_KEYS === undefined && config.production) {
    throw missing('TOKEN_KEYS', 'TOKEN_KEYS is not set, and production does not make its own');
  }
  const tokenKeys = parseTokenKeys(env.TOKEN_KEYS ?? keysOf(config.dataDir));
  const oldest = tokenKeys.at(-1)?.key ?? new Uint8Array();
  const authSecret = Buffer.from(hkdfSync('sha256', oldest, '', 'celeste sign-in', KEY_BYTES)).toString(
    'base64url',
  );
  return { tokenKeys, authSecret };
}

/** `kid:base64url,…`, each key of 32 bytes. Throws `setting_unreadable`, which never shows a key. */
export function parseTokenKeys(text: string): TokenKey[] {
  const keys = text.split(',').map((entry, index) => {
    const [, kid, encoded] = entry.trim().match(/^([\w.-]+):([\w-]+)=*$/) ?? [];
    if (kid === undefined || encoded === undefined) {
      throw unreadable('TOKEN_KEYS', `must read kid:base64url,…; key ${index + 1} does not`);
    }
    const key = new Uint8Array(Buffer.from(encoded, 'base64url'));
    if (key.length !== KEY_BYTES) {
      throw unreadable(
        'TOKEN_KEYS',
        `has a key "${kid}" of ${key.length} bytes where ${KEY_BYTES} are needed`,
      );
    }
    return { kid, key };
  });
  const kids = keys.map(({ kid }) => kid);
  const twice = kids.find((kid, index) => kids.indexOf(kid) !== index);
  if (twice !== undefined) throw unreadable('TOKEN_KEYS', `names the key "${twice}" twice`);
  return keys;
}

/** A new key, as `TOKEN_KEYS` spells it. */
export function newTokenKey(kid: string): string {
  return `${kid}:${randomBytes(KEY_BYTES).toString('base64url')}`;
}

function keysOf(dataDir: string): string {
  const file = join(dataDir, 'token-keys');
  if (!existsSync(file)) makeKeys(dataDir, file);
  try {
    return readFileSync(file, 'utf8').trim();
  } catch (error) {
    throw dataDirUnusable(dataDir, error);
  }
}

function makeKeys(dataDir: string, file: string): void {
  makeDataDir(dataDir);
  try {
    writeFileSync(file, newTokenKey('k1'), { mode: 0o600, flag: 'wx' });
  } catch (error) {
    // EEXIST: another process made it in the same moment.
    if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw dataDirUnusable(dataDir, error);
  }
}
