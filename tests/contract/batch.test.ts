// $batch: the order that dependencies ask for, and what is no batch at all.
import { afterAll, beforeAll, expect, it } from 'vitest';

import type { Sandbox } from '../../sandbox/server.ts';
import type { Graph } from './support.ts';
import { graphOf, openSandbox, signIn } from './support.ts';

let sandbox: Sandbox;
let graph: Graph;

beforeAll(async () => {
  sandbox = await openSandbox();
  graph = graphOf(sandbox, (await signIn(sandbox)).access_token);
});
afterAll(() => sandbox.close());

type Part = { id: string; url?: string; dependsOn?: unknown };

async function batch(parts: (Part | null)[]) {
  const requests = parts.map((part) => part && { method: 'GET', url: '/me', ...part });
  const { status, body } = await graph('/$batch', { json: { requests } });
  const responses = (body.responses ?? []) as { id: string; status: number }[];
  return {
    status,
    code: body.error?.code,
    parts: Object.fromEntries(responses.map((one) => [one.id, one.status])),
  };
}

it('runs a request after those it depends on, whatever their place in the list', async () => {
  sandbox.requests.clear();
  const { parts } = await batch([
    { id: '1', url: '/me?$select=id', dependsOn: ['2'] },
    { id: '2', url: '/me?$select=mail', dependsOn: ['3'] },
    { id: '3', url: '/me?$select=displayName' },
  ]);
  expect(parts).toEqual({ 1: 200, 2: 200, 3: 200 });
  const order = sandbox.requests.list().filter(({ inner }) => inner);
  expect(order.map(({ path }) => path.split('=')[1])).toEqual(['displayName', 'mail', 'id']);
});

it('answers 424 to all that depends on a failure, directly or not, before it or after', async () => {
  const { parts } = await batch([
    { id: '1', dependsOn: ['2'] },
    { id: '2', dependsOn: ['3'] },
    { id: '3', url: '/me/messages/nonsense' },
    { id: '4', dependsOn: ['3'] },
    { id: '5' },
  ]);
  expect(parts).toEqual({ 1: 424, 2: 424, 3: 400, 4: 424, 5: 200 });
});

it.each([
  [
    'a circle',
    [
      { id: '1', dependsOn: ['2'] },
      { id: '2', dependsOn: ['1'] },
    ],
  ],
  ['a request that waits for itself', [{ id: '1', dependsOn: ['1'] }]],
  ['dependsOn that is no list', [{ id: '1' }, { id: '2', dependsOn: '1' }]],
  ['dependsOn of something else than ids', [{ id: '1' }, { id: '2', dependsOn: [1] }]],
  ['something that is no request', [null]],
])('refuses %s', async (_, parts) => {
  expect(await batch(parts)).toMatchObject({ status: 400, code: 'BadRequest' });
});

it('takes nothing but JSON', async () => {
  const answer = await graph('/$batch', {
    json: { requests: [] },
    headers: { 'content-type': 'text/plain' },
  });
  expect([answer.status, answer.body.error.code]).toEqual([415, 'UnsupportedMediaType']);
});
