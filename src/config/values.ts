// Reading one setting: absent is null, unreadable is an error that names it.
import { CelesteError } from '#base/errors.ts';

import type { Env, Setting } from './env.ts';

/** A whole number within limits, or `otherwise` when it is not set. Throws `setting_unreadable`. */
export function readNumber(env: Env, name: Setting, range: { min: number; max: number; otherwise: number }) {
  const text = env[name];
  if (text === undefined) return range.otherwise;
  const value = Number(text);
  if (/^\d+$/.test(text.trim()) && value >= range.min && value <= range.max) return value;
  throw unreadable(name, `must be a whole number from ${range.min} to ${range.max}, not "${text}"`);
}

/** A URL without a trailing slash, or null. Throws `setting_unreadable`; its value is never shown. */
export function readUrl(env: Env, name: keyof Env, protocols: string[]): string | null {
  const text = env[name];
  if (text === undefined) return null;
  const url = URL.parse(text);
  if (url !== null && protocols.includes(url.protocol)) return text.replace(/\/+$/, '');
  throw unreadable(name, `must be a URL that begins with ${protocols.map((p) => `${p}//`).join(' or ')}`);
}

/** One of the allowed words, or `otherwise`. Throws `setting_unreadable`. */
export function readWord<Word extends string>(
  env: Env,
  name: Setting,
  words: readonly Word[],
  otherwise: Word,
): Word {
  const text = env[name];
  if (text === undefined) return otherwise;
  const found = words.find((word) => word === text);
  if (found !== undefined) return found;
  throw unreadable(name, `must be one of ${words.join(', ')}, not "${text}"`);
}

/**
 * Two settings that only make sense together: both, or null when neither is set.
 * Throws `setting_missing` naming the one that is not there.
 */
export function readPair(env: Env, first: Setting, second: Setting): [string, string] | null {
  const [a, b] = [env[first], env[second]];
  if (a === undefined && b === undefined) return null;
  if (a === undefined) throw missing(first, `${second} is set, but ${first} is not`);
  if (b === undefined) throw missing(second, `${first} is set, but ${second} is not`);
  return [a, b];
}

export function missing(name: keyof Env, message: string): CelesteError {
  return new CelesteError('setting_missing', `${message}.`, {
    advice: `Set ${name}; .env.example explains it.`,
  });
}

export function unreadable(name: keyof Env, problem: string): CelesteError {
  return new CelesteError('setting_unreadable', `${name} ${problem}.`, {
    advice: `Correct ${name}; .env.example explains it.`,
  });
}

/** Whether this is the URL of a PostgreSQL database. Not parsed: it may leave out the host and name a socket. */
export function isDatabaseUrl(text: string): boolean {
  return /^postgres(ql)?:\/\//.test(text);
}

/** Whether this URL leads to the machine that reads it, which no one else can reach by it. */
export function isOnThisMachine(url: string): boolean {
  return ['localhost', '127.0.0.1', '[::1]'].includes(new URL(url).hostname);
}

/** Whether what is sent there cannot be read on the way. */
export function isPrivate(url: string): boolean {
  return url.startsWith('https:') || isOnThisMachine(url);
}
