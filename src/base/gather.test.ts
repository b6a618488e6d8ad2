import { expect, it } from 'vitest';

import { gather } from './gather.ts';

function recording() {
  const calls: string[][] = [];
  const ends: PromiseWithResolvers<void>[] = [];
  const add = gather<string>((items) => {
    calls.push(items);
    const end = Promise.withResolvers<void>();
    ends.push(end);
    return end.promise;
  });
  return { calls, ends, add };
}
const turns = () => new Promise((resolve) => setImmediate(resolve));

it('does at once what is asked for while nothing runs, and together what is asked for meanwhile', async () => {
  const { calls, ends, add } = recording();
  const first = add(['a']);
  await turns();
  const rest = [add(['b']), add(['c', 'd'])];
  await turns();
  expect(calls).toEqual([['a']]);
  ends[0]?.resolve();
  await first;
  await turns();
  expect(calls).toEqual([['a'], ['b', 'c', 'd']]);
  ends[1]?.resolve();
  await Promise.all(rest);
});

it('tells of a failure those whose items were in it, and goes on', async () => {
  const { calls, ends, add } = recording();
  const first = add(['a']);
  await turns();
  const second = add(['b']);
  ends[0]?.reject(new Error('full'));
  await expect(first).rejects.toThrow('full');
  await turns();
  ends[1]?.resolve();
  await second;
  expect(calls).toEqual([['a'], ['b']]);
});
