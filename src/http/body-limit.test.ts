import { once } from 'node:events';
import { connect } from 'node:net';

import { afterAll, beforeAll, describe, expect, it } from 'vitest';

import { limitBody } from './body-limit.ts';
import { newRoutes } from './context.ts';
import { problemResponse } from './problem.ts';
import { type HttpServer, listenHttp } from './server.ts';

const KIB = 1024;
const LIMIT = 64 * KIB;
let server: HttpServer;

beforeAll(async () => {
  const app = newRoutes();
  app.onError(problemResponse);
  app.use(limitBody(LIMIT));
  app.post('/x', async (c) => c.text(String((await c.req.text()).length)));
  server = await listenHttp(app.fetch, { host: '127.0.0.1', port: 0 });
});
afterAll(() => server.close(0));

/** A client of the plain kind: it sends all it has, whatever is said meanwhile, and then reads until the end. */
async function send(bytes: number, framing: 'length' | 'chunked'): Promise<string> {
  const socket = connect(server.port, '127.0.0.1');
  let answer = '';
  const ended = once(socket, 'close');
  const header = framing === 'length' ? `Content-Length: ${bytes}` : 'Transfer-Encoding: chunked';
  socket.write(`POST /x HTTP/1.1\r\nHost: x\r\n${header}\r\n\r\n`);
  const piece = 'x'.repeat(16 * KIB);
  for (let sent = 0; sent < bytes; sent += piece.length) {
    const block = framing === 'length' ? piece : `${piece.length.toString(16)}\r\n${piece}\r\n`;
    if (!socket.write(block)) await once(socket, 'drain');
  }
  if (framing === 'chunked') socket.write('0\r\n\r\n');
  socket.on('data', (data) => {
    answer += String(data);
    if (!/connection: close/i.test(answer)) socket.end();
  });
  await ended;
  return answer;
}

describe.each(['length', 'chunked'] as const)('a body with %s', (framing) => {
  it('passes whole up to the limit', async () => {
    const answer = await send(LIMIT, framing);
    expect(answer).toMatch(/^HTTP\/1.1 200 /);
    expect(answer).toMatch(new RegExp(`${LIMIT}$`));
  });

  // More than the buffers of both sockets hold: it only goes out because somebody reads it.
  it.each([LIMIT + 16 * KIB, 24 * KIB * KIB])(
    'of %i bytes is refused in words that arrive',
    async (bytes) => {
      const answer = await send(bytes, framing);
      const [head = '', body = ''] = answer.split('\r\n\r\n');
      expect(head).toMatch(/^HTTP\/1.1 413 /);
      expect(head).toMatch(/content-type: application\/problem\+json/i);
      expect(head).toMatch(/connection: close/i);
      expect(JSON.parse(body)).toMatchObject({ status: 413, code: 'too_large' });
    },
  );
});

it('is told at once, not when all has been sent', async () => {
  const socket = connect(server.port, '127.0.0.1');
  socket.write(`POST /x HTTP/1.1\r\nHost: x\r\nContent-Length: ${LIMIT + 1}\r\n\r\n`);
  const [answer] = await once(socket, 'data');
  expect(String(answer)).toMatch(/^HTTP\/1.1 413 /);
  socket.destroy();
});
