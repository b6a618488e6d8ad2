// A sandbox for contract tests, and a browser's part of the sign-in played with fetch.
import { createHash, randomBytes } from 'node:crypto';
import { cpSync } from 'node:fs';

import type { SandboxOptions } from '../../sandbox/options.ts';
import type { Sandbox } from '../../sandbox/server.ts';
import { startSandbox } from '../../sandbox/server.ts';
import type { NewMessage } from '../../sandbox/store/new-message.ts';

export const READ_APP = { id: '11111111-aaaa-4bbb-8ccc-000000000001', secret: 'sandbox-read-secret' };
export const WRITE_APP = { id: '11111111-aaaa-4bbb-8ccc-000000000002', secret: 'sandbox-write-secret' };
export const REDIRECT = 'http://localhost:3000/auth/outlook/callback';
export const ADDRESS = 'anna.berg@kestrel.test';

/** An empty sandbox with one mailbox. */
export async function openSandbox(options: Partial<SandboxOptions> = {}): Promise<Sandbox> {
  const sandbox = await startSandbox(options);
  if (!sandbox.store.mailbox(ADDRESS))
    sandbox.store.createMailbox({ address: ADDRESS, displayName: 'Anna Berg' });
  return sandbox;
}

/** Another folder, with what a kill at this moment would leave of the sandbox's. */
export function leftByKill(dataDir: string): string {
  const left = `${dataDir}-left`;
  cpSync(dataDir, left, { recursive: true });
  return left;
}

export function mail(subject: string, more: Partial<NewMessage> = {}): NewMessage {
  return {
    subject,
    from: { name: 'Halcyon Parts', address: 'parts@halcyon.test' },
    to: [{ name: 'Anna Berg', address: ADDRESS }],
    receivedAt: new Date('2026-03-01T08:00:00Z'),
    body: { contentType: 'html', content: `<html><body><p>${subject}</p></body></html>` },
    ...more,
  };
}

export type SignIn = {
  app?: typeof READ_APP;
  address?: string;
  scope?: string;
  decision?: 'accept' | 'cancel';
  tenant?: string;
  extra?: Record<string, string>;
};

const SCOPE = 'openid profile email offline_access Mail.Read User.Read';

export function pkce() {
  const verifier = randomBytes(32).toString('base64url');
  return { verifier, challenge: createHash('sha256').update(verifier).digest('base64url') };
}

/** Walks through the pages of an authorize URL as a person would. @returns where the browser ends up */
export async function walkSignIn(
  authorizeUrl: string,
  { address = ADDRESS, decision = 'accept' }: SignIn = {},
): Promise<URL> {
  const url = new URL(authorizeUrl);
  const request = url.search.slice(1);
  const page = await fetch(url, { redirect: 'manual' });
  if (page.status === 302) return new URL(page.headers.get('location') ?? '');
  if (!(await page.text()).includes(`value="${address}"`)) throw new Error(`${address} is not offered.`);
  const post = (step: string, fields: Record<string, string>) =>
    fetch(new URL(step, url), { method: 'POST', body: new URLSearchParams(fields), redirect: 'manual' });
  const chosen = await post('signin', { request, account: address });
  if (chosen.status === 302) return new URL(chosen.headers.get('location') ?? '');
  const consented = await post('consent', { request, account: address, decision });
  return new URL(consented.headers.get('location') ?? '');
}

export function authorizeUrl(sandbox: Sandbox, fields: Record<string, string>, tenant = 'common'): string {
  const query = new URLSearchParams({
    ...{ client_id: READ_APP.id, response_type: 'code', redirect_uri: REDIRECT, scope: SCOPE, state: 's-1' },
    ...fields,
  });
  return `${sandbox.url}/${tenant}/oauth2/v2.0/authorize?${query}`;
}

export type TokenAnswer = Record<string, unknown> & {
  access_token: string;
  refresh_token: string;
  id_token: string;
  error: string;
  error_codes: number[];
};

export async function postToken(sandbox: Sandbox, fields: Record<string, string>, tenant = 'common') {
  const response = await fetch(`${sandbox.url}/${tenant}/oauth2/v2.0/token`, {
    method: 'POST',
    body: new URLSearchParams({ client_id: READ_APP.id, client_secret: READ_APP.secret, ...fields }),
  });
  return { status: response.status, headers: response.headers, body: (await response.json()) as TokenAnswer };
}

/** The whole code flow with PKCE. */
export async function signIn(sandbox: Sandbox, options: SignIn = {}): Promise<TokenAnswer> {
  const { verifier, challenge } = pkce();
  const app = options.app ?? READ_APP;
  const url = authorizeUrl(
    sandbox,
    {
      ...{ client_id: app.id, scope: options.scope ?? SCOPE },
      ...{ code_challenge: challenge, code_challenge_method: 'S256', ...options.extra },
    },
    options.tenant,
  );
  const back = await walkSignIn(url, options);
  const { body } = await postToken(sandbox, {
    ...{ client_id: app.id, client_secret: app.secret, grant_type: 'authorization_code' },
    ...{ code: back.searchParams.get('code') ?? '', redirect_uri: REDIRECT, code_verifier: verifier },
  });
  if (!body.access_token) throw new Error(`No token: ${JSON.stringify(body)}`);
  return body;
}

export type Row = Record<string, unknown> & { id: string };
export type GraphBody = Record<string, unknown> & {
  value: Row[];
  error: { code: string; message: string; innerError: Record<string, string> };
  '@odata.nextLink'?: string;
  '@odata.deltaLink'?: string;
};
export type GraphAnswer = { status: number; headers: Headers; body: GraphBody; text: string };

export type GraphCall = {
  method?: string;
  prefer?: string;
  headers?: Record<string, string>;
  json?: unknown;
};

/** A plain Graph client: no retries, no comfort. */
export function graphOf(sandbox: Sandbox, token: string) {
  return async (path: string, { method, prefer, headers, json }: GraphCall = {}): Promise<GraphAnswer> => {
    const response = await fetch(path.startsWith('http') ? path : `${sandbox.url}/v1.0${path}`, {
      method: method ?? (json === undefined ? 'GET' : 'POST'),
      headers: {
        authorization: `Bearer ${token}`,
        ...(prefer ? { prefer } : {}),
        ...(json === undefined ? {} : { 'content-type': 'application/json' }),
        ...headers,
      },
      ...(json === undefined ? {} : { body: JSON.stringify(json) }),
    });
    const text = await response.text();
    const isJson = (response.headers.get('content-type') ?? '').includes('json');
    return {
      status: response.status,
      headers: response.headers,
      text,
      body: (isJson ? JSON.parse(text) : {}) as GraphBody,
    };
  };
}

export type Graph = ReturnType<typeof graphOf>;

/** Follows a delta round to its end. @returns all rows and the deltaLink */
export async function round(graph: Graph, start: string, prefer = IMMUTABLE) {
  const rows: Row[] = [];
  let link = start;
  let pages = 0;
  for (;;) {
    const answer = await graph(link, { prefer });
    if (answer.status !== 200) throw new Error(`${answer.status} ${answer.text}`);
    pages += 1;
    rows.push(...answer.body.value);
    const done = answer.body['@odata.deltaLink'];
    if (done) return { rows, pages, deltaLink: done };
    link = answer.body['@odata.nextLink'] ?? '';
  }
}

export const IMMUTABLE = 'IdType="ImmutableId", odata.maxpagesize=100';
export const isTombstone = (row: Row): boolean => '@removed' in row;
