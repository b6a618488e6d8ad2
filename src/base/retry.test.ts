import { describe, expect, it } from 'vitest';

import { backoffMs, retry } from './retry.ts';

const options = {
  attempts: 3,
  baseMs: 1,
  isTransient: (error: unknown) => (error as Error).message === 'passing',
};

function failing(times: number, message: string) {
  const calls: number[] = [];
  const fn = async (attempt: number) => {
    calls.push(attempt);
    if (calls.length <= times) throw new Error(message);
    return 'done';
  };
  return { fn, calls };
}

describe('retry', () => {
  it('tries again after a passing fault', async () => {
    const { fn, calls } = failing(2, 'passing');
    expect(await retry(fn, options)).toBe('done');
    expect(calls).toEqual([1, 2, 3]);
  });

  it('gives up after the last attempt with its error', async () => {
    const { fn, calls } = failing(9, 'passing');
    await expect(retry(fn, options)).rejects.toThrow('passing');
    expect(calls).toEqual([1, 2, 3]);
  });

  it('does not repeat what will not pass', async () => {
    const { fn, calls } = failing(9, 'final');
    await expect(retry(fn, options)).rejects.toThrow('final');
    expect(calls).toEqual([1]);
  });

  it('stops waiting when it is told to', async () => {
    const stop = new AbortController();
    const { fn } = failing(9, 'passing');
    const running = retry(fn, { ...options, baseMs: 60_000, signal: stop.signal });
    stop.abort();
    await expect(running).rejects.toMatchObject({ name: 'AbortError' });
  });
});

describe('backoffMs', () => {
  it('doubles, half of it by chance', () => {
    expect([1, 2, 3].map((attempt) => backoffMs(100, attempt, () => 0))).toEqual([50, 100, 200]);
    expect([1, 2, 3].map((attempt) => backoffMs(100, attempt, () => 1))).toEqual([100, 200, 400]);
  });
});
