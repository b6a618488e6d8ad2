// The sandbox's own thin HTTP layer over node:http and node:https: faults need the socket in hand, and
// $batch runs the same handlers without one.
import type { IncomingMessage, ServerResponse } from 'node:http';
import type { TLSSocket } from 'node:tls';

export type SandboxRequest = {
  method: string;
  /** The request's own URL; its origin is what links in the answer are built from. */
  url: URL;
  headers: Record<string, string>;
  body: Buffer;
};

export type SandboxResponse = {
  status: number;
  headers?: Record<string, string>;
  /** Objects are sent as JSON. */
  body?: string | Uint8Array | object;
  /** Send only this many bytes of the body, then break the connection. */
  cut?: number;
  /** Never answer: hold the connection until the client gives up. */
  hang?: boolean;
  /** Called when a hanging connection has ended. */
  closed?: () => void;
};

export type Handler = (request: SandboxRequest) => Promise<SandboxResponse>;

const BODY_LIMIT = 160 * 1024 * 1024;

/** A listener for node's servers that runs `handle` and writes what it answers. */
export function listener(handle: Handler) {
  return (incoming: IncomingMessage, outgoing: ServerResponse) => {
    readRequest(incoming)
      .then(handle)
      .then((response) => send(response, outgoing))
      .catch((error: unknown) => {
        process.stderr.write(`sandbox: ${error instanceof Error ? error.stack : String(error)}\n`);
        if (!outgoing.headersSent) outgoing.writeHead(500);
        outgoing.end();
      });
  };
}

async function readRequest(incoming: IncomingMessage): Promise<SandboxRequest> {
  const secure = (incoming.socket as TLSSocket).encrypted === true;
  const origin = `${secure ? 'https' : 'http'}://${incoming.headers.host ?? 'localhost'}`;
  const headers: Record<string, string> = {};
  for (const [name, value] of Object.entries(incoming.headers)) {
    if (value !== undefined) headers[name] = Array.isArray(value) ? value.join(', ') : value;
  }
  const chunks: Buffer[] = [];
  let size = 0;
  for await (const chunk of incoming as AsyncIterable<Buffer>) {
    size += chunk.length;
    if (size > BODY_LIMIT) throw new Error('The request body is larger than anything Microsoft accepts.');
    chunks.push(chunk);
  }
  return {
    method: incoming.method ?? 'GET',
    url: new URL(incoming.url ?? '/', origin),
    headers,
    body: Buffer.concat(chunks),
  };
}

function asBytes(body: SandboxResponse['body']): Buffer | Uint8Array {
  if (body === undefined) return Buffer.alloc(0);
  if (typeof body === 'string') return Buffer.from(body);
  return body instanceof Uint8Array ? body : Buffer.from(JSON.stringify(body));
}

function send(response: SandboxResponse, outgoing: ServerResponse): void {
  if (response.hang) {
    outgoing.once('close', () => response.closed?.());
    return;
  }
  const bytes = asBytes(response.body);
  const headers: Record<string, string> = { ...response.headers };
  if (response.status !== 204 && response.status !== 304) headers['content-length'] = String(bytes.length);
  outgoing.writeHead(response.status, headers);
  if (response.cut === undefined) {
    outgoing.end(bytes);
    return;
  }
  // Never the whole of a short one: cut off is cut off.
  outgoing.write(bytes.subarray(0, Math.min(response.cut, bytes.length - 1)), () => outgoing.destroy());
}

/** The fields of a form-urlencoded body. */
export const formOf = (request: SandboxRequest): URLSearchParams =>
  new URLSearchParams(request.body.toString('utf8'));

export const isForm = (request: SandboxRequest): boolean =>
  (request.headers['content-type'] ?? '').toLowerCase().startsWith('application/x-www-form-urlencoded');

export const redirectTo = (location: string): SandboxResponse => ({
  status: 302,
  headers: { location, 'cache-control': 'no-store, no-cache' },
});

/** One cookie of the request, or null. */
export function cookieOf(request: SandboxRequest, name: string): string | null {
  for (const part of (request.headers.cookie ?? '').split(/;\s*/)) {
    if (part.startsWith(`${name}=`)) return decodeURIComponent(part.slice(name.length + 1));
  }
  return null;
}
