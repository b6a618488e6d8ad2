// The socket: Hono behind node:http, and an end that does not wait for idle browsers.
import type { Server } from 'node:http';
import type { AddressInfo } from 'node:net';

import { createAdaptorServer } from '@hono/node-server';

import { CelesteError } from '#base/errors.ts';

export interface HttpServer {
  port: number;
  /** Takes no more requests, lets those in hand finish for up to `graceMs`, then cuts what is left. */
  close(graceMs?: number): Promise<void>;
}

type Fetch = (request: Request, env: unknown) => Response | Promise<Response>;

/** Starts listening. @throws CelesteError `port_in_use`, `port_refused` */
export async function listenHttp(
  fetch: Fetch,
  { host, port }: { host: string; port: number },
): Promise<HttpServer> {
  const server = createAdaptorServer({ fetch }) as Server;
  await new Promise<void>((resolve, reject) => {
    server.once('error', (error: NodeJS.ErrnoException) => reject(explain(error, host, port)));
    server.listen(port, host, resolve);
  });
  return {
    port: (server.address() as AddressInfo).port,
    close: (graceMs = 5_000) => close(server, graceMs),
  };
}

/** Fails at once when somebody else listens there, before anything that takes long. @throws as `listenHttp` */
export async function refuseTakenPort(at: { host: string; port: number }): Promise<void> {
  const probe = await listenHttp(() => new Response(), at);
  await probe.close(0);
}

function explain(error: NodeJS.ErrnoException, host: string, port: number): unknown {
  if (error.code === 'EADDRINUSE') {
    return new CelesteError('port_in_use', `Port ${port} is in use by another program.`, {
      advice: 'Set PORT to a free one, or stop that program.',
      cause: error,
    });
  }
  if (error.code === 'EACCES' || error.code === 'EADDRNOTAVAIL' || error.code === 'ENOTFOUND') {
    return new CelesteError('port_refused', `This machine does not let us listen on ${host}:${port}.`, {
      advice: 'Check HOST and PORT; ports below 1024 belong to root.',
      cause: error,
    });
  }
  return error;
}

async function close(server: Server, graceMs: number): Promise<void> {
  const closed = new Promise<void>((resolve) => server.close(() => resolve()));
  server.closeIdleConnections();
  const cut = setTimeout(() => server.closeAllConnections(), graceMs);
  await closed;
  clearTimeout(cut);
}
