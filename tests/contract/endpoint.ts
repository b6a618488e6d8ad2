// An endpoint for notifications, as a client of Microsoft's would run one. Its answers can be bent by data.
import type { IncomingMessage, Server, ServerResponse } from 'node:http';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';

export type Notification = Record<string, unknown> & {
  subscriptionId: string;
  changeType?: string;
  lifecycleEvent?: string;
  clientState?: string;
  resourceData?: { id: string };
};

export type Endpoint = {
  url: string;
  /** The handshakes: path with query, content type, the token decoded. */
  validations: { path: string; type: string; token: string }[];
  /** One entry a POST, oldest first. */
  posts: { path: string; items: Notification[] }[];
  /** How the next POSTs are answered; the last one stays. */
  answers: { status: number; delayMs?: number }[];
  /** What a handshake is answered; null gives the token back. */
  handshake: { status?: number; type?: string; body?: string; silent?: boolean } | null;
  items(): Notification[];
  close(): Promise<void>;
};

export async function openEndpoint(): Promise<Endpoint> {
  const server = createServer((incoming, outgoing) => void serve(endpoint, incoming, outgoing));
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const endpoint: Endpoint = {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    validations: [],
    posts: [],
    answers: [{ status: 202 }],
    handshake: null,
    items: () => endpoint.posts.flatMap(({ items }) => items),
    close: () => closed(server),
  };
  return endpoint;
}

const closed = (server: Server) =>
  new Promise<void>((resolve) => {
    server.close(() => resolve());
    server.closeAllConnections();
  });

async function serve(endpoint: Endpoint, incoming: IncomingMessage, outgoing: ServerResponse): Promise<void> {
  const url = new URL(incoming.url ?? '/', endpoint.url);
  const chunks: Buffer[] = [];
  for await (const chunk of incoming as AsyncIterable<Buffer>) chunks.push(chunk);
  const token = url.searchParams.get('validationToken');
  if (token !== null) {
    const path = url.pathname + url.search;
    endpoint.validations.push({ path, type: incoming.headers['content-type'] ?? '', token });
    const { status = 200, type = 'text/plain', body = token, silent } = endpoint.handshake ?? {};
    if (!silent) outgoing.writeHead(status, { 'content-type': type }).end(body);
    return;
  }
  const { value } = JSON.parse(Buffer.concat(chunks).toString()) as { value: Notification[] };
  endpoint.posts.push({ path: url.pathname + url.search, items: value });
  const { status, delayMs = 0 } = (endpoint.answers.length > 1
    ? endpoint.answers.shift()
    : endpoint.answers[0]) ?? { status: 202 };
  setTimeout(() => outgoing.writeHead(status).end(), delayMs);
}
