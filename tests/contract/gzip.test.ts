// JSON travels gzipped where it is asked for, and breaks off as before.
import { get as ask, type IncomingMessage } from 'node:http';
import { gunzipSync } from 'node:zlib';

import { afterAll, beforeAll, expect, it } from 'vitest';

import type { Sandbox } from '../../sandbox/server.ts';
import { ADDRESS, mail, openSandbox, signIn } from './support.ts';

let sandbox: Sandbox;
let authorization: string;
let file: string;
const content = Buffer.alloc(5_000, 'celeste ');

beforeAll(async () => {
  sandbox = await openSandbox();
  authorization = `Bearer ${(await signIn(sandbox)).access_token}`;
  const attachments = [{ kind: 'file' as const, name: 'log.txt', contentType: 'text/plain', content }];
  const { id } = sandbox.store.deliver(ADDRESS, 'inbox', mail('With a file', { attachments }));
  for (let n = 0; n < 10; n += 1) sandbox.store.deliver(ADDRESS, 'inbox', mail(`Mail ${n}`));
  const answer = await fetch(`${sandbox.url}/v1.0/me/messages/${id}/attachments`, {
    headers: { authorization },
  });
  const { value } = (await answer.json()) as { value: { id: string }[] };
  file = `/me/messages/${id}/attachments/${value[0]?.id}/$value`;
});
afterAll(() => sandbox.close());

/** The bytes as they travelled. */
async function get(path: string, accept: string) {
  const headers = { authorization, 'accept-encoding': accept };
  const answer = await new Promise<IncomingMessage>((resolve, reject) => {
    ask(`${sandbox.url}/v1.0${path}`, { headers }, resolve).once('error', reject);
  });
  const chunks: Buffer[] = [];
  for await (const chunk of answer as AsyncIterable<Buffer>) chunks.push(chunk);
  return { encoding: answer.headers['content-encoding'], bytes: Buffer.concat(chunks) };
}

const json = (bytes: Buffer) => JSON.parse(bytes.toString()) as { value: unknown[] };

it.each(['gzip', 'deflate, gzip;q=0.8'])('for "%s" a page is gzipped', async (accept) => {
  const plain = await get('/me/messages', 'identity');
  const { encoding, bytes } = await get('/me/messages', accept);
  expect(encoding).toBe('gzip');
  expect(json(gunzipSync(bytes)).value).toEqual(json(plain.bytes).value);
  expect(bytes.length).toBeLessThan(plain.bytes.length / 3);
});

it.each([
  ['/me/messages', 'identity'],
  ['/me/messages', 'br, gzip;q=0'],
  ['/me?$select=id', 'gzip'],
])('%s asked for with "%s" is sent as it is', async (path, accept) => {
  const { encoding, bytes } = await get(path, accept);
  expect(encoding).toBeUndefined();
  expect(json(bytes)).toBeTypeOf('object');
});

it('the bytes of a file are never touched', async () => {
  expect(await get(file, 'gzip')).toEqual({ encoding: undefined, bytes: content });
});

it('is switched off for whoever measures without it', async () => {
  sandbox.settings.gzip = false;
  expect((await get('/me/messages', 'gzip')).encoding).toBeUndefined();
  sandbox.settings.gzip = true;
});

it.each([0, 200, 1_000_000])('an answer cut off after %i bytes is cut off gzipped too', async (cut) => {
  sandbox.faults.add({ match: { path: '/me/messages' }, fault: { cut } });
  await expect(get('/me/messages', 'gzip')).rejects.toThrow(/aborted|hang up/);
});
