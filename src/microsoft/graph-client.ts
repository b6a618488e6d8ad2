// Microsoft Graph over HTTP: one keep-alive pool for the process, immutable ids on every request, the bearer
// token sent to the configured host alone. Protocol only: no table, no yacht. Each operation is a file beside
// this one and takes a `Graph`, which is this client bound to one mailbox's token and to its request gate.
import { Agent, type Dispatcher } from 'undici';

import { GraphError } from './errors.ts';
import { errorOf, header, readJson, succeeded, transportError } from './graph-answer.ts';

export type GraphRequest = {
  method?: 'GET' | 'POST' | 'PATCH' | 'PUT' | 'DELETE';
  /** Path and query below the Graph URL ('/me/messages/…'), or a link that Graph made, whole. */
  path: string;
  /** Besides `IdType="ImmutableId"`, which every request carries. */
  prefer?: string[];
  body?: unknown;
  signal?: AbortSignal | undefined;
  timeoutMs?: number;
  /** How many requests Graph makes of it at once; more than one for a batch. */
  places?: number;
  /** What was refused inside a success: the gate is told of it before the places are given back. */
  refusalsIn?: (answer: unknown) => GraphError[];
};

export type GraphBytes = {
  stream: AsyncIterable<Uint8Array>;
  contentType: string | null;
  contentLength: number | null;
};

/** Graph as one mailbox: what the operations in this folder are given. */
export interface Graph {
  /** Where the mailbox stands below the Graph URL: '/me', or '/users/{address}' for a shared one. */
  readonly root: string;
  /** The parsed JSON of a success; undefined for an empty one. @throws GraphError */
  json(request: GraphRequest): Promise<unknown>;
  /** The raw bytes of a success; the stream must be read to its end or destroyed. @throws GraphError */
  bytes(request: GraphRequest): Promise<GraphBytes>;
  /**
   * A path, or a link that Graph made, as a path below the Graph URL: what a batch takes.
   *
   * @throws GraphError `sync_state_lost` for a link that leads elsewhere
   */
  relative(path: string): string;
  /** Has the next request show another access token, because this one was refused inside an answer. */
  renew(): Promise<void>;
}

/** Where a mailbox's access token comes from. */
export type TokenSource = {
  current(): Promise<string>;
  /** A token other than the one Graph refused. */
  renewed(refused: string): Promise<string>;
};

/**
 * Waits for leave to send one request, which takes so many places; the answer gives them back. A refusal is told
 * before that: whoever comes in next must find the wait.
 */
export type Gate = {
  enter(signal?: AbortSignal, places?: number): Promise<() => void>;
  refused(error: GraphError): Promise<void>;
};

export type GraphClient = {
  /** `sharedAddress`: the shared mailbox that is meant instead of the token's own. */
  as(tokens: TokenSource, gate: Gate, sharedAddress?: string): Graph;
  close(): Promise<void>;
};

export type GraphClientOptions = {
  graphUrl: string;
  /** Connections to Graph over all mailboxes of this process. */
  connections?: number;
  dispatcher?: Dispatcher;
};

const TIMEOUT_MS = 60_000;
// https://learn.microsoft.com/en-us/graph/outlook-immutable-id
const IMMUTABLE_IDS = 'IdType="ImmutableId"';

/** Makes the client for one Graph host. Close it when the process ends. */
export function createGraphClient({
  graphUrl,
  connections = 64,
  dispatcher,
}: GraphClientOptions): GraphClient {
  const base = new URL(graphUrl);
  const agent =
    dispatcher ?? new Agent({ connections, keepAliveTimeout: 30_000, connect: { timeout: 10_000 } });
  return {
    as: (tokens, gate, sharedAddress) => ({
      root: sharedAddress === undefined ? '/me' : `/users/${encodeURIComponent(sharedAddress)}`,
      json: (request) => jsonThrough(gate, request, () => send(agent, base, tokens, request)),
      bytes: (request) =>
        bytesThrough(gate, request, () => send(agent, base, tokens, { ...request, raw: true })),
      relative: (path) => relativeTo(base, path),
      renew: async () => void (await tokens.renewed(await tokens.current())),
    }),
    close: () => agent.close(),
  };
}

type Call = () => Promise<Dispatcher.ResponseData>;

async function jsonThrough(gate: Gate, request: GraphRequest, call: Call): Promise<unknown> {
  const leave = await gate.enter(request.signal, request.places);
  try {
    const answer = await readJson(await call());
    for (const refusal of request.refusalsIn?.(answer) ?? []) await gate.refused(refusal);
    return answer;
  } catch (error) {
    if (error instanceof GraphError) await gate.refused(error);
    throw error;
  } finally {
    leave();
  }
}

// The place in the gate is held until the last byte is here: Microsoft counts the request until then.
async function bytesThrough(gate: Gate, request: GraphRequest, call: Call): Promise<GraphBytes> {
  const leave = await gate.enter(request.signal);
  try {
    const response = await call();
    response.body.once('close', leave);
    const length = Number(header(response, 'content-length'));
    return {
      stream: response.body,
      contentType: header(response, 'content-type'),
      contentLength: Number.isInteger(length) && length > 0 ? length : null,
    };
  } catch (error) {
    try {
      if (error instanceof GraphError) await gate.refused(error);
    } finally {
      leave();
    }
    throw error;
  }
}

/** `raw`: the answer is handed on as bytes, so it must not come compressed. */
type Sending = GraphRequest & { raw?: boolean };

// A valid token is rejected now and then: one forced refresh and one retry, as Graph's error page advises.
// https://learn.microsoft.com/en-us/graph/resolve-auth-errors
async function send(agent: Dispatcher, base: URL, tokens: TokenSource, request: Sending) {
  const url = urlWithin(base, request.path);
  const token = await tokens.current();
  const response = await sendOnce(agent, url, token, request);
  if (response.statusCode !== 401) return succeeded(response);
  const refusal = await errorOf(response);
  if (refusal.claimsChallenge) throw refusal;
  return succeeded(await sendOnce(agent, url, await tokens.renewed(token), request));
}

async function sendOnce(agent: Dispatcher, url: URL, token: string, request: Sending) {
  const timeout = request.timeoutMs ?? TIMEOUT_MS;
  const timer = AbortSignal.timeout(timeout);
  try {
    return await agent.request({
      origin: url.origin,
      path: url.pathname + url.search,
      method: request.method ?? 'GET',
      headers: headersOf(token, request),
      body: request.body === undefined ? null : JSON.stringify(request.body),
      signal: request.signal ? AbortSignal.any([request.signal, timer]) : timer,
      headersTimeout: timeout,
      bodyTimeout: timeout,
    });
  } catch (error) {
    throw transportError(error, request.signal);
  }
}

function headersOf(token: string, request: Sending): Record<string, string> {
  const headers: Record<string, string> = {
    authorization: `Bearer ${token}`,
    accept: request.raw ? '*/*' : 'application/json',
    'accept-encoding': request.raw ? 'identity' : 'gzip',
    prefer: [IMMUTABLE_IDS, ...(request.prefer ?? [])].join(', '),
    'client-request-id': crypto.randomUUID(),
    'user-agent': 'CelesteMail/0.1',
  };
  if (request.body !== undefined) headers['content-type'] = 'application/json';
  return headers;
}

/**
 * The URL of a request. A link out of a response or a database row is followed only below the configured Graph
 * URL: the token goes nowhere else, whatever the link says. Links are cursors, so one that leads elsewhere is
 * a lost cursor.
 */
export function urlWithin(base: URL, path: string): URL {
  const prefix = base.pathname.replace(/\/$/, '');
  const url = URL.parse(path.startsWith('/') ? `${base.origin}${prefix}${path}` : path);
  if (url?.origin !== base.origin || !url.pathname.startsWith(`${prefix}/`) || url.username !== '') {
    throw new GraphError({ kind: 'sync_state_lost', status: null, graphCode: 'foreign_link' });
  }
  return url;
}

function relativeTo(base: URL, path: string): string {
  const url = urlWithin(base, path);
  return url.pathname.slice(base.pathname.replace(/\/$/, '').length) + url.search;
}
