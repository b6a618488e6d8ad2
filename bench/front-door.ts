// One address for several sandboxes. Microsoft serves mailboxes apart from each other; a sandbox is one thread, where
// who reads much makes everybody else wait. Requests to Graph go by the yacht in the access token's address.
import { createServer, request as send } from 'node:http';
import type { AddressInfo } from 'node:net';
import { pipeline } from 'node:stream';

import { decodeJwt } from 'jose';

export type FrontDoor = { url: string; stop(): void };

/**
 * Opens on 127.0.0.1. Requests pass unchanged, `Host` too, so that links in the answers lead back here.
 *
 * @param sandboxOf URL of the sandbox that has the mailboxes of a yacht, `NAME@{yachtId}.test`
 */
export async function openFrontDoor(sandboxOf: (yachtId: string) => string): Promise<FrontDoor> {
  const server = createServer((incoming, outgoing) => {
    const { method, url, headers } = incoming;
    const { hostname, port } = new URL(sandboxOf(yachtOf(headers.authorization)));
    const passed = send({ hostname, port, method, path: url, headers }, (answer) => {
      outgoing.writeHead(answer.statusCode ?? 502, answer.headers);
      pipeline(answer, outgoing, () => undefined);
    });
    passed.on('error', () => outgoing.destroy());
    outgoing.on('close', () => passed.destroy());
    incoming.pipe(passed);
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  return {
    url: `http://127.0.0.1:${port}`,
    stop: () => {
      server.close();
      server.closeAllConnections();
    },
  };
}

function yachtOf(authorization: string | undefined): string {
  const { upn } = decodeJwt<{ upn: string }>(authorization?.replace('Bearer ', '') ?? '');
  return upn.replace(/^.*@(.*)\.test$/, '$1');
}
