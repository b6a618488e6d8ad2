// Sealing: what may be read from a database only by who holds the keys. A sealed value is a JWE (RFC 7516,
// direct encryption with A256GCM) that names its key in `kid`, so that keys can be added and retired.
import { createHash } from 'node:crypto';

import { CompactEncrypt, type CompactJWEHeaderParameters, compactDecrypt, decodeProtectedHeader } from 'jose';

import { CelesteError } from './errors.ts';

/** A key of 32 bytes and the name it is known by in what it sealed. */
export type TokenKey = { kid: string; key: Uint8Array };

export interface Sealer {
  /**
   * `plain` as a compact JWE. `context` says what it is and whose, e.g. `token:<user>:read:access`; it is
   * authenticated, so a sealed value copied into another row does not open there.
   */
  seal(plain: string, context: string): Promise<string>;
  /** The plain text. Throws `seal_unknown_key` or `seal_broken`. */
  open(sealed: string, context: string): Promise<string>;
}

/** The first key seals; all of them open. Throws `seal_no_keys` when there is none. */
export function createSealer(keys: TokenKey[]): Sealer {
  const [current] = keys;
  if (current === undefined) throw new CelesteError('seal_no_keys', 'There is no key to seal tokens with.');
  const byKid = new Map(keys.map(({ kid, key }) => [kid, key]));

  return {
    seal: (plain, context) =>
      new CompactEncrypt(new TextEncoder().encode(plain))
        .setProtectedHeader({ alg: 'dir', enc: 'A256GCM', kid: current.kid, ctx: fingerprint(context) })
        .encrypt(current.key),

    open: async (sealed, context) => {
      const header = readHeader(sealed);
      const key = byKid.get(header.kid ?? '');
      if (key === undefined) {
        throw new CelesteError('seal_unknown_key', `A stored secret was sealed with key "${header.kid}".`, {
          advice: 'Put that key back into TOKEN_KEYS, after the one that seals now.',
        });
      }
      if (header.ctx !== fingerprint(context)) throw broken();
      try {
        const options = { keyManagementAlgorithms: ['dir'], contentEncryptionAlgorithms: ['A256GCM'] };
        return new TextDecoder().decode((await compactDecrypt(sealed, key, options)).plaintext);
      } catch (cause) {
        throw broken(cause);
      }
    },
  };
}

/** The name of the key that `sealed` was sealed with. Throws `seal_broken`. */
export function keyIdOf(sealed: string): string {
  return readHeader(sealed).kid ?? '';
}

type SealHeader = CompactJWEHeaderParameters & { ctx?: string };

function readHeader(sealed: string): SealHeader {
  try {
    return decodeProtectedHeader(sealed) as SealHeader;
  } catch (cause) {
    throw broken(cause);
  }
}

// A context may hold an address, and a JWE's header can be read by anyone.
function fingerprint(context: string): string {
  return createHash('sha256').update(context).digest('base64url').slice(0, 22);
}

function broken(cause?: unknown): CelesteError {
  return new CelesteError('seal_broken', 'A stored secret cannot be opened: it was altered or moved.', {
    cause,
    advice: 'Connect the mailbox again.',
  });
}
