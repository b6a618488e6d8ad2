// Limits as Outlook sets them, faults on order, the control interface, and what survives a kill.
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import { afterEach, beforeEach, describe, expect, it } from 'vitest';

import type { Sandbox } from '../../sandbox/server.ts';
import type { Graph, TokenAnswer } from './support.ts';
import {
  ADDRESS,
  graphOf,
  IMMUTABLE,
  leftByKill,
  mail,
  openSandbox,
  postToken,
  round,
  signIn,
} from './support.ts';

let sandbox: Sandbox;
let token: TokenAnswer;
let graph: Graph;

beforeEach(async () => {
  sandbox = await openSandbox();
  token = await signIn(sandbox);
  graph = graphOf(sandbox, token.access_token);
});
afterEach(() => sandbox.close());

const INBOX = '/me/mailFolders/inbox/messages/delta';
/** A request about a mailbox, of the simplest kind. */
const BOX = '/me/mailFolders/inbox';

describe('limits', () => {
  it('lets four requests of one app into a mailbox at a time', async () => {
    sandbox.settings.latencyMs = 500;
    const answers = await Promise.all(Array.from({ length: 6 }, () => graph(BOX)));
    const refused = answers.filter(({ status }) => status === 429);
    expect(refused).toHaveLength(2);
    expect(refused[0]?.body.error).toMatchObject({
      code: 'ApplicationThrottled',
      message: 'Application is over its MailboxConcurrency limit.',
    });
    expect(refused[0]?.headers.get('retry-after')).toBe('10');
    sandbox.store.createMailbox({ address: 'quiet@kestrel.test', displayName: 'Quiet' });
    const quiet = graphOf(sandbox, (await signIn(sandbox, { address: 'quiet@kestrel.test' })).access_token);
    const [, , , , other] = await Promise.all([...Array.from({ length: 4 }, () => graph(BOX)), quiet(BOX)]);
    expect(other?.status).toBe(200);
  });

  it('counts requests in a window, throttled ones too, and those inside a batch', async () => {
    sandbox.settings.limits.windowRequests = 5;
    const requests = [1, 2, 3, 4].map((id) => ({ id: String(id), method: 'GET', url: BOX }));
    await graph('/$batch', { json: { requests } });
    expect((await graph(BOX)).status).toBe(200);
    const refused = await graph(BOX);
    expect([refused.status, refused.body.error.code]).toEqual([429, 'TooManyRequests']);
    expect(Number(refused.headers.get('retry-after'))).toBeGreaterThan(500);
  });

  it('leaves out a user alone, whom the directory answers: in flight, in the window and in the book', async () => {
    sandbox.settings.latencyMs = 300;
    const profiles = ['/me', `/users/${ADDRESS}`, '/me', '/me', '/me'];
    const answers = await Promise.all([BOX, BOX, BOX, BOX, ...profiles].map((path) => graph(path)));
    expect(answers.map(({ status }) => status)).toEqual(Array(9).fill(200));
    expect(sandbox.conduct.report()).toMatchObject([{ requests: 4, highest_in_flight: 4 }]);
    sandbox.settings.limits.windowRequests = 5;
    expect([(await graph('/me')).status, (await graph(BOX)).status]).toEqual([200, 200]);
    expect([(await graph(BOX)).status, (await graph('/me')).status]).toEqual([429, 200]);
  });

  it.each([
    ['fraction', /^\d+\.\d+$/],
    ['date', /GMT$/],
    ['missing', /^$/],
  ] as const)('gives Retry-After as %s when told to', async (mode, pattern) => {
    Object.assign(sandbox.settings.limits, { windowRequests: 0, retryAfter: mode });
    expect((await graph(BOX)).headers.get('retry-after') ?? '').toMatch(pattern);
  });

  it('throttles parts of two batches at once', async () => {
    sandbox.settings.latencyMs = 300;
    const requests = Array.from({ length: 8 }, (_, id) => ({ id: String(id), method: 'GET', url: BOX }));
    const answers = await Promise.all([1, 2].map(() => graph('/$batch', { json: { requests } })));
    const inner = answers.flatMap(
      ({ body }) => body.responses as { status: number; headers: Record<string, string> }[],
    );
    const refused = inner.filter(({ status }) => status === 429);
    expect(refused.length).toBeGreaterThan(0);
    expect(refused[0]?.headers['Retry-After']).toBe('10');
  });
});

describe('faults', () => {
  it('hit what they are meant for, after and as often as told', async () => {
    sandbox.faults.add({
      match: { mailbox: ADDRESS, path: 'messages/delta' },
      after: 1,
      count: 2,
      fault: { status: 503, code: 'ErrorServerBusy', headers: { 'Retry-After': '2.128' } },
    });
    const statuses = [];
    for (let n = 0; n < 4; n += 1) statuses.push((await graph(INBOX)).status);
    expect(statuses).toEqual([200, 503, 503, 200]);
    expect((await graph('/me')).status).toBe(200);
  });

  it('break off, hang, answer with HTML, or challenge for claims', async () => {
    sandbox.faults.add({ match: { path: '/me$' }, fault: { cut: 20 } });
    await expect(graph('/me')).rejects.toThrow();
    sandbox.faults.add({ match: { path: '/inbox$' }, fault: { hang: true } });
    const leaving = new AbortController();
    const headers = { authorization: `Bearer ${token.access_token}` };
    sandbox.settings.limits.concurrent = 1;
    const hung = fetch(`${sandbox.url}/v1.0${BOX}`, { headers, signal: leaving.signal });
    hung.catch(() => undefined);
    await expect.poll(() => sandbox.requests.list().at(-1)?.status).toBe(0);
    expect((await graph('/me/mailFolders')).status).toBe(429);
    leaving.abort();
    await expect(hung).rejects.toThrow(/abort/i);
    await expect.poll(async () => (await graph('/me/mailFolders')).status).toBe(200);
    sandbox.faults.add({ match: { path: '/me$' }, fault: { status: 504, body: '<html>Gateway</html>' } });
    expect(await graph('/me')).toMatchObject({ status: 504, text: '<html>Gateway</html>' });
    sandbox.faults.add({ match: { path: '/me$' }, fault: { claims: '{"access_token":{}}' } });
    const challenged = await graph('/me');
    expect(challenged.status).toBe(401);
    expect(challenged.headers.get('www-authenticate')).toContain('error="insufficient_claims"');
    expect((await graph('/me')).status).toBe(200);
  });

  it('reach the sign-in addresses', async () => {
    const fault = { status: 400, code: 'invalid_grant', aadsts: 53003, suberror: 'message_only' };
    sandbox.faults.add({ match: { mailbox: ADDRESS, path: '/token' }, fault });
    const fields = { grant_type: 'refresh_token', refresh_token: token.refresh_token };
    expect((await postToken(sandbox, fields)).body).toMatchObject({
      error: 'invalid_grant',
      error_codes: [53003],
    });
    expect((await postToken(sandbox, fields)).status).toBe(200);
  });
});

describe('the control interface', () => {
  const control = async (path: string, body?: unknown, method = body === undefined ? 'GET' : 'POST') => {
    const response = await fetch(`${sandbox.url}/_control/${path}`, {
      method,
      headers: { 'x-sandbox-control': '1' },
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    });
    const text = await response.text();
    return { status: response.status, body: (text ? JSON.parse(text) : {}) as Record<string, never> };
  };

  it('is closed without its header', async () => {
    expect((await fetch(`${sandbox.url}/_control/settings`)).status).toBe(403);
  });

  it('delivers, moves, marks, deletes and restores, and shows the true state', async () => {
    const box = `mailboxes/${ADDRESS}`;
    const { body } = await control(`${box}/messages`, {
      folder: 'inbox',
      message: {
        ...{ subject: 'By control', from: { name: 'A', address: 'a@x.example' }, body: 'Text' },
        ...{ receivedAt: '2026-02-03T04:05:06Z', attachments: [{ name: 'a.txt', content: 'aGk=' }] },
      },
    });
    const message = `${box}/messages/${body.id}`;
    expect((await control(message, { isRead: true, flag: 'flagged' }, 'PATCH')).status).toBe(200);
    await control(`${box}/folders`, { name: 'Vendors', parent: 'inbox' });
    await control(`${message}/move`, { folder: 'Inbox/Vendors' });
    const state = (await control(`${box}/state`)).body as unknown as {
      folders: { id: string; displayName: string }[];
      messages: Record<string, unknown>[];
    };
    const vendors = state.folders.find(({ displayName }) => displayName === 'Vendors');
    expect(state.messages).toMatchObject([
      {
        ...{
          id: body.id,
          parentFolderId: vendors?.id,
          subject: 'By control',
          isRead: true,
          flagStatus: 'flagged',
        },
        ...{ receivedDateTime: '2026-02-03T04:05:06Z', hasAttachments: true },
      },
    ]);
    await control(message, {}, 'DELETE');
    expect(sandbox.store.folder(ADDRESS, 'deleteditems').messages).toHaveLength(1);
    await control(`${message}/restore`, {});
    expect(sandbox.store.folder(ADDRESS, 'Inbox/Vendors').messages).toHaveLength(1);
    expect((await control(`${message}?permanent=1`, {}, 'DELETE')).status).toBe(204);
    expect((await control(message, { isRead: false }, 'PATCH')).status).toBe(404);
  });

  it('keeps a log of what was asked, and changes settings it knows', async () => {
    await graph('/me/mailFolders', { prefer: IMMUTABLE });
    const { requests } = (await control('requests')).body as unknown as {
      requests: Record<string, unknown>[];
    };
    expect(requests.at(-1)).toMatchObject({
      ...{ method: 'GET', path: '/v1.0/me/mailFolders', status: 200, mailbox: ADDRESS },
      ...{ prefer: IMMUTABLE, throttled: false, inner: false },
    });
    await control('settings', {
      latency_ms: 3,
      quirks: { late_visibility_ms: 5 },
      limits: { windowRequests: 7 },
    });
    expect(sandbox.settings).toMatchObject({
      latencyMs: 3,
      quirks: { lateVisibilityMs: 5 },
      limits: { windowRequests: 7 },
    });
    expect((await control('settings', { colour: 1 })).status).toBe(400);
  });

  it('expires and revokes tokens', async () => {
    await control(`mailboxes/${ADDRESS}/expire`, {});
    const expired = await graph('/me');
    expect(expired.body.error.message).toBe('Lifetime validation failed, the token is expired.');
    const fields = { grant_type: 'refresh_token', refresh_token: token.refresh_token };
    expect((await postToken(sandbox, fields)).status).toBe(200);
    await control(`mailboxes/${ADDRESS}/revoke`, {});
    expect((await postToken(sandbox, fields)).body.error_codes).toEqual([50173]);
  });

  it('lets a mailbox live', async () => {
    await control('live', { on: true, mailbox: ADDRESS, every_seconds: 0.05 });
    await expect.poll(() => sandbox.store.counts(ADDRESS).messages).toBeGreaterThan(1);
    expect((await control('live', { on: false })).body).toMatchObject({ on: false });
  });
});

describe('a restart', () => {
  const directory = mkdtempSync(join(tmpdir(), 'sandbox-'));
  afterEach(() => rmSync(directory, { recursive: true, force: true }));

  it('keeps mail, ids, delta links, consents and tokens, also without a clean end', async () => {
    // The first one is never closed before the second starts: nothing may depend on a clean end.
    const dataDir = join(directory, 'data');
    const first = await openSandbox({
      dataDir,
      world: 'demo',
      epoch: new Date('2026-05-01T00:00:00Z'),
    });
    const answer = await signIn(first);
    const before = graphOf(first, answer.access_token);
    first.store.bulk(ADDRESS, { count: 30, seed: 1, newest: new Date('2026-04-01T00:00:00Z') });
    const { id } = first.store.deliver(
      ADDRESS,
      'inbox',
      mail('Kept', { mime: Buffer.from('Subject: Kept\r\n\r\nbytes') }),
    );
    const start = await round(before, INBOX);
    const engineer = 'chief.engineer@corvina.test';
    const engineerIds = first.store.folder(engineer, 'inbox').messages.map((message) => message.id);
    first.store.moveMessage(ADDRESS, id, 'archive');

    const second = await openSandbox({ dataDir: leftByKill(dataDir), world: 'demo' });
    try {
      expect(second.store.folder(engineer, 'inbox').messages.map((message) => message.id)).toEqual(
        engineerIds,
      );
      expect(
        (await postToken(second, { grant_type: 'refresh_token', refresh_token: answer.refresh_token }))
          .status,
      ).toBe(200);
      const graphNow = graphOf(second, answer.access_token);
      const link = start.deltaLink.replace(first.url, second.url);
      expect((await round(graphNow, link)).rows).toMatchObject([{ id, '@removed': { reason: 'deleted' } }]);
      expect((await graphNow(`/me/messages/${id}/$value`)).text).toBe('Subject: Kept\r\n\r\nbytes');
      expect(second.store.counts(ADDRESS)).toEqual(first.store.counts(ADDRESS));
    } finally {
      await second.close();
      await first.close();
    }
  });
});
