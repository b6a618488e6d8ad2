import { execFileSync } from 'node:child_process';

import { describe, expect, it } from 'vitest';

/** The most that a process held, in MiB, which keeps 20 MiB of short texts alive and lets go of many times that. */
function heldAtMost(prelude: string): number {
  const program = `
    ${prelude}
    const kept = [];
    let most = 0;
    for (let n = 0; n < 3_000_000; n += 1) {
      kept[n % 100_000] = { n, text: String(n).repeat(10) };
      if (n % 10_000 === 0) most = Math.max(most, process.memoryUsage().heapTotal);
    }
    console.log(most / 1024 / 1024);`;
  const answer = execFileSync(process.execPath, ['--input-type=module', '-e', program], { encoding: 'utf8' });
  return Number(answer);
}

describe('a heap kept small', () => {
  it('holds much less than one that grows as it likes', () => {
    const heap = new URL('./heap.ts', import.meta.url).href;
    const small = heldAtMost(`import { keepHeapSmall } from '${heap}'; keepHeapSmall();`);
    const free = heldAtMost('');
    expect(small).toBeLessThan(free * 0.9);
  });
});
