// The secrets of our own Microsoft: the key that signs tokens and the one that seals refresh tokens and delta
// links. Kept in the data directory, so that a restart does not sign everybody out.
import { randomBytes } from 'node:crypto';
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

import type { CryptoKey, JWK } from 'jose';
import { exportJWK, generateKeyPair, importJWK } from 'jose';

export type SandboxKeys = {
  kid: string;
  signing: CryptoKey | Uint8Array;
  publicJwk: JWK;
  /** For what only the sandbox itself reads again. */
  seal: Buffer;
};

type Stored = { kid: string; private: JWK; seal: string };

/** @param directory where `keys.json` lives; null makes keys for this run only */
export async function loadKeys(directory: string | null): Promise<SandboxKeys> {
  const path = directory === null ? null : join(directory, 'keys.json');
  const stored =
    path && existsSync(path) ? (JSON.parse(readFileSync(path, 'utf8')) as Stored) : await newKeys();
  if (path && directory !== null && !existsSync(path)) {
    mkdirSync(directory, { recursive: true });
    writeFileSync(path, JSON.stringify(stored), { mode: 0o600 });
  }
  const { kty, n, e } = stored.private;
  return {
    kid: stored.kid,
    signing: await importJWK(stored.private, 'RS256'),
    publicJwk: { kty, n, e, use: 'sig', kid: stored.kid, alg: 'RS256' } as JWK,
    seal: Buffer.from(stored.seal, 'base64url'),
  };
}

async function newKeys(): Promise<Stored> {
  const { privateKey } = await generateKeyPair('RS256', { extractable: true });
  return {
    kid: randomBytes(20).toString('base64url'),
    private: await exportJWK(privateKey),
    seal: randomBytes(32).toString('base64url'),
  };
}
