// How much a request may bring. The refusal has to be seen: a connection that is closed while the other side still
// sends loses what was answered, so the answer goes out at once and what still comes is read away for a while.
// https://www.rfc-editor.org/rfc/rfc9112#name-tear-down
import type { Context, MiddlewareHandler } from 'hono';

import { CelesteError } from '#base/errors.ts';

import type { AppEnv } from './context.ts';
import { problemResponse } from './problem.ts';

// More than that, or slower, nobody sends by mistake.
const LINGER_MS = 10_000;
const LINGER_BYTES = 64 * 1024 * 1024;

type Reader = ReadableStreamDefaultReader<Uint8Array>;

/** Refuses bodies of more than `maxBytes` with `too_large`, whether they say their length or come in chunks. */
export function limitBody(maxBytes: number): MiddlewareHandler<AppEnv> {
  return async (c, next) => {
    const { body } = c.req.raw;
    if (!body) return next();
    const length = declaredLength(c);
    // Of a declared length no more than that is ever read.
    if (length !== null && length <= maxBytes) return next();
    const reader: Reader = body.getReader();
    const whole = length === null ? await readWhole(reader, maxBytes) : null;
    if (whole === null) return refuse(c, reader, maxBytes);
    c.req.raw = new Request(c.req.raw, { body: whole });
    return next();
  };
}

/** In bytes; null when it comes in chunks. */
function declaredLength(c: Context<AppEnv>): number | null {
  const length = c.req.header('content-length');
  return length === undefined || c.req.header('transfer-encoding') !== undefined ? null : Number(length);
}

/** Null when there is more. */
async function readWhole(reader: Reader, maxBytes: number): Promise<Buffer<ArrayBuffer> | null> {
  const chunks: Uint8Array[] = [];
  let size = 0;
  for (;;) {
    const { done, value } = await reader.read();
    if (done) return Buffer.concat(chunks);
    size += value.length;
    if (size > maxBytes) return null;
    chunks.push(value);
  }
}

/** The whole answer is there at once; its end, and with it the connection's, waits for the sender. */
async function refuse(c: Context<AppEnv>, reader: Reader, maxBytes: number): Promise<Response> {
  const error = new CelesteError('too_large', `A request may hold ${maxBytes / 1024} KiB at most.`);
  const problem = problemResponse(error, c);
  const answer = new Uint8Array(await problem.arrayBuffer());
  const body = new ReadableStream<Uint8Array>({
    async start(controller) {
      controller.enqueue(answer);
      await readAway(reader);
      controller.close();
    },
  });
  const headers = new Headers(problem.headers);
  headers.set('Content-Length', String(answer.length));
  headers.set('Connection', 'close');
  return new Response(body, { status: problem.status, headers });
}

async function readAway(reader: Reader): Promise<void> {
  const late = setTimeout(() => void reader.cancel(), LINGER_MS);
  let left = LINGER_BYTES;
  while (left > 0) {
    // A sender who hangs up has nothing left to be told.
    const { done, value } = await reader.read().catch(() => HUNG_UP);
    if (done) break;
    left -= value.length;
  }
  clearTimeout(late);
}

const HUNG_UP = { done: true, value: undefined } as const;
