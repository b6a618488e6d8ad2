import { setTimeout as wait } from 'node:timers/promises';

export type RetryOptions = {
  /** How often in all, the first time included. */
  attempts: number;
  /** Milliseconds before the second attempt; doubles with each one after it, with jitter. */
  baseMs: number;
  /** Whether another attempt may help. */
  isTransient: (error: unknown) => boolean;
  signal?: AbortSignal;
  /** Between 0 and 1; replaced in tests. */
  random?: () => number;
};

/** The wait before attempt `attempt` + 1, in milliseconds: half of it fixed, half of it by chance. */
export function backoffMs(baseMs: number, attempt: number, random: () => number = Math.random): number {
  const full = baseMs * 2 ** (attempt - 1);
  return full / 2 + (full / 2) * random();
}

/**
 * What `fn` resolves to, trying again after passing faults. For waits of seconds at most: a long one belongs
 * to the schedule. Throws the last error, or the signal's reason when it is aborted while waiting.
 */
export async function retry<T>(fn: (attempt: number) => Promise<T>, options: RetryOptions): Promise<T> {
  for (let attempt = 1; ; attempt += 1) {
    options.signal?.throwIfAborted();
    try {
      return await fn(attempt);
    } catch (error) {
      if (attempt >= options.attempts || !options.isTransient(error)) throw error;
    }
    const pause = backoffMs(options.baseMs, attempt, options.random);
    await wait(pause, undefined, options.signal === undefined ? {} : { signal: options.signal });
  }
}
