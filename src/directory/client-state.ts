// The clientState of a subscription: what tells Microsoft's notifications from anybody else's. Its first half names
// the row that knows the mailbox; the second is secret, kept by Microsoft alone, and here only as its hash.
import { createHash, randomBytes, randomUUID, timingSafeEqual } from 'node:crypto';

export type ClientState = { key: string; clientState: string; hash: string };

const SHAPE = /^([\da-f]{8}(?:-[\da-f]{4}){3}-[\da-f]{12})\.([\w-]{43})$/;

/** A new one: 80 characters of the 128 that Microsoft keeps, 256 random bits in the secret half. */
export function newClientState(): ClientState {
  const key = randomUUID();
  const secret = randomBytes(32).toString('base64url');
  return { key, clientState: `${key}.${secret}`, hash: hashOf(secret) };
}

/** The row that a notification's clientState names and the hash of its secret; null when it is none of ours. */
export function readClientState(clientState: string): { key: string; hash: string } | null {
  const [, key, secret] = SHAPE.exec(clientState) ?? [];
  return key === undefined || secret === undefined ? null : { key, hash: hashOf(secret) };
}

/** Whether two hashes are the same, in a time that does not tell where they differ. */
export function sameHash(given: string, kept: string): boolean {
  const [a, b] = [Buffer.from(given), Buffer.from(kept)];
  return a.length === b.length && timingSafeEqual(a, b);
}

const hashOf = (secret: string) => createHash('sha256').update(secret).digest('base64url');
