// Every refusal by name, with Retry-After in each form, alone and inside a batch; and the book of how clients
// behave under them.
import { afterEach, beforeEach, describe, expect, it } from 'vitest';

import { FAULT_CATALOGUE } from '../../sandbox/control/fault-catalogue.ts';
import { RETRY_AFTER_MODES } from '../../sandbox/control/settings.ts';
import type { Sandbox } from '../../sandbox/server.ts';
import type { Graph } from './support.ts';
import { ADDRESS, graphOf, mail, openSandbox, READ_APP, round, signIn, WRITE_APP } from './support.ts';

const START = Date.UTC(2026, 2, 1, 12);
let now: number;
let sandbox: Sandbox;
let token: string;
let graph: Graph;

type Inner = {
  id: string;
  status: number;
  headers: Record<string, string>;
  body: { error: { code: string } };
};

async function batch(urls: string[]): Promise<Inner[]> {
  const requests = urls.map((url, id) => ({ id: String(id), method: 'GET', url }));
  const { body } = await graph('/$batch', { json: { requests } });
  return (body.responses as Inner[]).sort((a, b) => Number(a.id) - Number(b.id));
}

const conduct = () => sandbox.conduct.report().find((one) => one.mailbox === ADDRESS);

beforeEach(async () => {
  now = START;
  sandbox = await openSandbox({ clock: { now: () => new Date(now) } });
  token = (await signIn(sandbox)).access_token;
  graph = graphOf(sandbox, token);
});
afterEach(() => sandbox.close());

describe('the catalogue of faults', () => {
  it.each(Object.entries(FAULT_CATALOGUE))('%s', async (name, wanted) => {
    sandbox.faults.add({ match: {}, fault: { name } });
    const answer = await graph('/me/messages');
    expect(answer.status).toBe(wanted.status);
    if (wanted.body === undefined) {
      expect(answer.body.error).toMatchObject({ code: wanted.code, message: wanted.message });
      expect(answer.body.error.innerError['request-id']).toMatch(/^[0-9a-f-]{36}$/);
    } else {
      expect(answer.text).toBe(wanted.body);
      expect(answer.headers.get('content-type')).toBe('text/html');
    }
    expect(answer.headers.get('retry-after')).toBe(wanted.retry_after ? '5' : null);
    expect((await graph('/me/messages')).status).toBe(200);
  });

  it('has the inner code of a plain 429, and what is given besides goes before it', async () => {
    sandbox.faults.add({ match: {}, fault: { name: 'TooManyRequests', message: 'Not now.' } });
    const { body } = await graph('/me/messages');
    expect(body.error.message).toBe('Not now.');
    expect(body.error.innerError).toMatchObject({ code: '429', status: '429' });
    expect(() => sandbox.faults.add({ match: {}, fault: { name: 'Unheard' } })).toThrow('Unheard');
  });

  it.each(
    ['TooManyRequests', 'ErrorServerBusy'].flatMap((name) =>
      RETRY_AFTER_MODES.map((as) => [name, as] as const),
    ),
  )('gives %s its Retry-After as %s', async (name, as) => {
    sandbox.faults.add({ match: {}, fault: { name, retry_after: { seconds: 7, as } } });
    const { headers } = await graph('/me/messages');
    const seen = headers.get('retry-after');
    if (as === 'date') {
      expect(seen).toMatch(/^\w{3}, .* GMT$/);
      expect(Math.abs(Date.parse(seen ?? '') - Date.now() - 7_000)).toBeLessThan(5_000);
    } else expect(seen).toBe({ number: '7', fraction: '6.128', missing: null }[as]);
  });
});

describe('faults by data', () => {
  it('strike a share of the requests, the same ones in every run', async () => {
    const run = async () => {
      sandbox.faults.add({ match: {}, share: 0.3, count: 1000, fault: { name: 'UnknownError' } });
      const seen = [];
      for (let n = 0; n < 60; n += 1) seen.push((await graph('/me')).status);
      sandbox.faults.clear();
      return seen;
    };
    const first = await run();
    const struck = first.filter((status) => status === 504).length;
    expect(struck).toBeGreaterThan(6);
    expect(struck).toBeLessThan(32);
    await sandbox.close();
    sandbox = await openSandbox({ clock: { now: () => new Date(now) } });
    graph = graphOf(sandbox, (await signIn(sandbox)).access_token);
    expect(await run()).toEqual(first);
  });

  it('are meant for one application, for parts of a batch, or for single requests', async () => {
    const writer = graphOf(sandbox, (await signIn(sandbox, { app: WRITE_APP })).access_token);
    sandbox.faults.add({ match: { client_id: WRITE_APP.id }, fault: { name: 'HTML 503' } });
    expect([(await graph('/me')).status, (await writer('/me')).status]).toEqual([200, 503]);
    sandbox.faults.add({ match: { inner: true, path: 'inbox' }, fault: { name: 'UnknownError' } });
    expect((await graph('/me/mailFolders/inbox')).status).toBe(200);
    const answers = await batch(['/me/mailFolders/inbox', '/me/mailFolders/archive']);
    expect(answers.map(({ status }) => status)).toEqual([504, 200]);
    sandbox.faults.add({ match: { inner: false, path: 'inbox' }, fault: { name: 'UnknownError' } });
    expect((await batch(['/me/mailFolders/inbox']))[0]?.status).toBe(200);
    expect((await graph('/me/mailFolders/inbox')).status).toBe(504);
  });

  it('inside a batch strike one part, with its own Retry-After', async () => {
    sandbox.faults.add({
      match: { path: 'archive' },
      fault: { name: 'MailboxConcurrency', retry_after: { seconds: 9 } },
    });
    const answers = await batch([
      '/me/mailFolders/inbox',
      '/me/mailFolders/archive',
      '/me/mailFolders/drafts',
    ]);
    expect(answers.map(({ status }) => status)).toEqual([200, 429, 200]);
    expect(answers[1]).toMatchObject({
      headers: { 'Retry-After': '9' },
      body: { error: { code: 'ApplicationThrottled' } },
    });
    sandbox.faults.add({ match: { path: '\\$batch' }, fault: { name: 'ErrorServerBusy' } });
    expect((await graph('/$batch', { json: { requests: [] } })).status).toBe(503);
  });

  it.each(['/me/mailFolders/inbox/messages/delta', '/me/mailFolders/delta'])(
    'let a nextLink die in the middle of a round of %s',
    async (path) => {
      for (let n = 0; n < 30; n += 1) sandbox.store.deliver(ADDRESS, 'inbox', mail(`${n}`));
      sandbox.faults.add({ match: { path: 'delta.*skiptoken' }, after: 1, fault: { expire: true } });
      const prefer = 'odata.maxpagesize=3';
      const first = await graph(path, { prefer });
      const second = await graph(String(first.body['@odata.nextLink']), { prefer });
      expect(second.status).toBe(200);
      const dead = await graph(String(second.body['@odata.nextLink']), { prefer });
      expect([dead.status, dead.body.error.code]).toEqual([410, 'SyncStateNotFound']);
      expect((await graph(String(dead.headers.get('location')), { prefer })).status).toBe(200);
      expect((await round(graph, path, prefer)).rows.length).toBeGreaterThan(6);
    },
  );
});

describe('the conduct of a client', () => {
  it('shows the most requests in flight, refused ones too, and those of one batch four at a time', async () => {
    sandbox.settings.latencyMs = 400;
    await Promise.all([1, 2, 3].map(() => graph('/me/messages')));
    expect(conduct()).toMatchObject({
      client_id: READ_APP.id,
      highest_in_flight: 3,
      in_flight: 0,
      requests: 3,
    });
    await batch(Array.from({ length: 12 }, () => '/me/mailFolders/inbox'));
    expect(conduct()).toMatchObject({ highest_in_flight: 4, refused: 0 });
    await Promise.all([1, 2, 3, 4, 5, 6].map(() => graph('/me/messages')));
    expect(conduct()?.highest_in_flight).toBeGreaterThan(4);
    expect(conduct()?.refused).toBe(2);
    sandbox.conduct.clear();
    expect(conduct()).toBeUndefined();
  });

  it('counts what comes before Retry-After has passed, to the second', async () => {
    sandbox.faults.add({ match: {}, fault: { name: 'TooManyRequests', retry_after: { seconds: 10 } } });
    await graph('/me/messages');
    expect(conduct()).toMatchObject({
      early: 0,
      refused: 1,
      wait_until: new Date(START + 10_000).toISOString(),
    });
    now += 100;
    await graph('/me/messages');
    expect(conduct()).toMatchObject({ early: 0, crossing: 1 });
    now += 9_000;
    await graph('/me/messages');
    expect(conduct()).toMatchObject({ early: 1 });
    now = START + 10_000;
    await graph('/me/messages');
    expect(conduct()).toMatchObject({ early: 1, crossing: 1 });
  });

  it('excuses no more than can be on the wire beside what was refused', async () => {
    const told = {
      match: { path: 'drafts' },
      fault: { name: 'TooManyRequests', retry_after: { seconds: 60 } },
    };
    sandbox.faults.add(told);
    await graph('/me/mailFolders/drafts');
    for (let n = 0; n < 7; n += 1) await graph('/me/messages');
    expect(conduct()).toMatchObject({ early: 1, crossing: 6 });
    now += 60_000;
    sandbox.faults.add(told);
    const inbox = Array.from({ length: 3 }, () => '/me/mailFolders/inbox');
    await batch(['/me/mailFolders/drafts', ...inbox]);
    await graph('/me/messages');
    expect(conduct()).toMatchObject({ early: 2, crossing: 6 });
  });

  it('excuses nothing any more once everybody has heard', async () => {
    sandbox.faults.add({ match: {}, fault: { name: 'TooManyRequests', retry_after: { seconds: 10 } } });
    await graph('/me/messages');
    sandbox.conduct.settle();
    await graph('/me/messages');
    expect(conduct()).toMatchObject({ requests: 1, refused: 0, early: 1, crossing: 0 });
  });

  it('does not blame a client for the parts of the batch in which it was told', async () => {
    sandbox.faults.add({ match: { path: 'drafts' }, fault: { name: 'ErrorServerBusy' } });
    const urls = ['/me/mailFolders/drafts', ...Array.from({ length: 15 }, () => '/me/mailFolders/inbox')];
    await batch(urls);
    expect(conduct()).toMatchObject({ early: 0, crossing: 0, refused: 1 });
    now += 1000;
    await batch(urls.slice(0, 2));
    expect(conduct()).toMatchObject({ early: 2 });
  });

  it('does not blame it for a refusal in a batch whose answer never comes', async () => {
    sandbox.faults.add({ match: { path: 'drafts' }, fault: { name: 'TooManyRequests' } });
    sandbox.faults.add({ match: { path: 'archive' }, fault: { hang: true } });
    const urls = ['/me/mailFolders/drafts', '/me/mailFolders/archive'];
    const requests = urls.map((url, id) => ({ id: String(id), method: 'GET', url }));
    const asked = fetch(`${sandbox.url}/v1.0/$batch`, {
      method: 'POST',
      headers: { authorization: `Bearer ${token}`, 'content-type': 'application/json' },
      body: JSON.stringify({ requests }),
      signal: AbortSignal.timeout(300),
    });
    await expect(asked).rejects.toThrow('timeout');
    now += 1000;
    await graph('/me/messages');
    expect(conduct()).toMatchObject({ refused: 0, early: 0, crossing: 0 });
  });

  it('does not blame it for what it had sent before it was told', async () => {
    sandbox.settings.latencyMs = 600;
    const sent = batch(Array.from({ length: 12 }, () => '/me/mailFolders/inbox'));
    await expect.poll(() => conduct()?.in_flight).toBe(4);
    now += 1000;
    sandbox.settings.limits.concurrent = 5;
    sandbox.faults.add({ match: { path: 'drafts' }, fault: { name: 'TooManyRequests' } });
    await graph('/me/mailFolders/drafts');
    now += 1000;
    await sent;
    expect(conduct()).toMatchObject({ requests: 13, early: 0, crossing: 0 });
  });

  it('is read and cleared from outside', async () => {
    await graph('/me/messages');
    const control = (method: string) =>
      fetch(`${sandbox.url}/_control/conduct`, { method, headers: { 'x-sandbox-control': '1' } });
    const { conduct: seen } = (await (await control('GET')).json()) as { conduct: unknown[] };
    expect(seen).toMatchObject([{ mailbox: ADDRESS, requests: 1, highest_in_flight: 1, early: 0 }]);
    expect((await control('DELETE')).status).toBe(204);
    expect(sandbox.conduct.report()).toEqual([]);
  });
});
