// Opaque strings that only the sandbox can make and read: refresh tokens, delta links.
import { createHmac, timingSafeEqual } from 'node:crypto';

const MAC_LENGTH = 22;

const mac = (key: Buffer, text: string) =>
  createHmac('sha256', key).update(text).digest('base64url').slice(0, MAC_LENGTH);

/** @returns URL-safe text that holds `value` and a proof that we made it */
export function seal(key: Buffer, value: unknown): string {
  const text = Buffer.from(JSON.stringify(value)).toString('base64url');
  return mac(key, text) + text;
}

/** @returns what was sealed, or null when we did not make this */
export function unseal<T>(key: Buffer, sealed: string): T | null {
  const text = sealed.slice(MAC_LENGTH);
  const given = Buffer.from(sealed.slice(0, MAC_LENGTH));
  const expected = Buffer.from(mac(key, text));
  if (text === '' || given.length !== expected.length || !timingSafeEqual(given, expected)) return null;
  return JSON.parse(Buffer.from(text, 'base64url').toString()) as T;
}
