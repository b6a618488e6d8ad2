// What else a storm may do to a mailbox: dead cursors in every spelling, replays, folders made again, poison,
// mailboxes that are not there yet, a cloud without delta, and whatever a person does.
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import { afterEach, beforeEach, describe, expect, it } from 'vitest';

import { DEAD_TOKEN_CODES } from '../../sandbox/control/settings.ts';
import type { Sandbox } from '../../sandbox/server.ts';
import type { Graph } from './support.ts';
import { ADDRESS, graphOf, IMMUTABLE, isTombstone, mail, openSandbox, round, signIn } from './support.ts';

const INBOX = '/me/mailFolders/inbox/messages/delta';
const FOLDERS = '/me/mailFolders/delta';
let sandbox: Sandbox;
let graph: Graph;

beforeEach(async () => {
  sandbox = await openSandbox();
  graph = graphOf(sandbox, (await signIn(sandbox)).access_token);
});
afterEach(() => sandbox.close());

const deliver = (subject: string, folder = 'inbox') => sandbox.store.deliver(ADDRESS, folder, mail(subject));

async function control(path: string, body?: unknown, method = body === undefined ? 'GET' : 'POST') {
  const response = await fetch(`${sandbox.url}/_control/${path}`, {
    method,
    headers: { 'x-sandbox-control': '1' },
    ...(body === undefined ? {} : { body: JSON.stringify(body) }),
  });
  const text = await response.text();
  return { status: response.status, body: (text ? JSON.parse(text) : {}) as Record<string, unknown> };
}

describe('a dead cursor', () => {
  it.each(
    DEAD_TOKEN_CODES.flatMap((code) =>
      (['410', '410 without Location', '404', '400'] as const).map((how) => [how, code] as const),
    ),
  )('is refused with %s and %s', async (how, code) => {
    const { deltaLink } = await round(graph, INBOX);
    await control('settings', { dead_token: how, dead_token_code: code });
    sandbox.store.expireDelta(ADDRESS, 'inbox');
    const { status, body, headers } = await graph(deltaLink, { prefer: IMMUTABLE });
    expect([status, body.error.code]).toEqual([Number.parseInt(how, 10), code]);
    expect(headers.has('location')).toBe(how === '410');
  });

  it('may be refused as unreadable', async () => {
    const { deltaLink } = await round(graph, INBOX);
    await control('settings', { dead_token: 'unreadable' });
    sandbox.store.expireDelta(ADDRESS);
    const { status, body } = await graph(deltaLink, { prefer: IMMUTABLE });
    expect([status, body.error.message]).toEqual([400, 'Badly formed token.']);
    expect((await control('settings', { dead_token: '418' })).status).toBe(400);
  });
});

describe('rounds', () => {
  it('tell things again where replays are on, and still end', async () => {
    sandbox.settings.quirks.replays = true;
    let { deltaLink } = await round(graph, INBOX);
    const told: string[] = [];
    for (let n = 0; n < 8; n += 1) {
      deliver(`${n}`);
      const next = await round(graph, deltaLink);
      deltaLink = next.deltaLink;
      told.push(...next.rows.map((row) => String(row.subject)));
    }
    expect(told.length).toBeGreaterThan(8);
    expect(new Set(told).size).toBe(8);
  });

  it('tell of the going of what is told again, whether it had been told in changes or at first', async () => {
    sandbox.settings.quirks.replays = true;
    deliver('Before');
    let { deltaLink } = await round(graph, INBOX);
    for (const subject of ['At first', 'In changes', 'Last']) {
      const [message] = sandbox.store.folder(ADDRESS, 'inbox').messages.slice(-1);
      sandbox.store.deleteMessage(ADDRESS, message?.id ?? '', { permanent: true });
      const next = await round(graph, deltaLink);
      expect(next.rows.filter(isTombstone).map((row) => row.id)).toContain(message?.id);
      deliver(subject);
      ({ deltaLink } = await round(graph, next.deltaLink));
    }
  });

  it('answer the same link the same way again', async () => {
    for (let n = 0; n < 12; n += 1) deliver(`${n}`);
    const prefer = 'IdType="ImmutableId", odata.maxpagesize=5';
    const first = await graph(INBOX, { prefer });
    const link = String(first.body['@odata.nextLink']);
    const [once, twice] = [await graph(link, { prefer }), await graph(link, { prefer })];
    expect(twice.body).toEqual(once.body);
  });

  it('tell every folder, whatever is made, moved and deleted while their first pages are read', async () => {
    const make = (name: string, parent?: string) =>
      sandbox.store.createFolder(ADDRESS, { name, ...(parent && { parent }) });
    const [first, second] = ['A', 'B', 'C', 'D'].map((name) => make(name).id);
    const meanwhile: Record<number, () => unknown> = {
      1: () => sandbox.store.moveFolder(ADDRESS, String(first), 'archive'),
      2: () => make('E', 'inbox'),
      3: () => sandbox.store.deleteFolder(ADDRESS, String(second), { permanent: true }),
    };
    const told = new Set<string>();
    let [next, deltaLink]: (string | undefined)[] = [FOLDERS];
    for (let page = 0; next; page += 1) {
      const { body } = await graph(next, { prefer: 'odata.maxpagesize=2' });
      for (const row of body.value) told.add(row.id);
      meanwhile[page]?.();
      next = body['@odata.nextLink'];
      deltaLink = body['@odata.deltaLink'];
    }
    for (const row of (await round(graph, String(deltaLink))).rows) told.add(row.id);
    const all = (await graph('/me/mailFolders?$top=100')).body.value;
    expect(all.filter((folder) => !told.has(folder.id)).map((folder) => folder.displayName)).toEqual([]);
  });

  it('may leave out a deleted folder when there is a new one of its name', async () => {
    const make = () => sandbox.store.createFolder(ADDRESS, { name: 'Vendors', parent: 'inbox' });
    for (const permanent of [true, false]) {
      for (const lost of [false, true]) {
        sandbox.settings.quirks.recreatedFolderLost = lost;
        const old =
          sandbox.store.folder(ADDRESS, 'inbox').children.find((one) => one.displayName === 'Vendors') ??
          make();
        const { deltaLink } = await round(graph, FOLDERS);
        sandbox.store.deleteFolder(ADDRESS, old.id, { permanent });
        const fresh = make();
        const ids = (await round(graph, deltaLink)).rows.map((row) => row.id);
        expect(ids).toContain(fresh.id);
        expect(ids.includes(old.id)).toBe(!lost);
      }
    }
  });

  it('do not exist in the cloud of China', async () => {
    const { deltaLink } = await round(graph, INBOX);
    await control('settings', { cloud: 'china' });
    for (const path of [INBOX, FOLDERS, deltaLink]) {
      const { status, body } = await graph(path);
      expect([status, body.error.code]).toEqual([400, 'BadRequest']);
    }
    const since =
      '/me/messages?$filter=receivedDateTime ge 2026-01-01T00:00:00Z&$orderby=receivedDateTime desc';
    expect((await graph(since)).status).toBe(200);
    await control('settings', { cloud: 'global' });
    expect((await graph(INBOX)).status).toBe(200);
  });
});

describe('a poisoned message', () => {
  const page = '/me/mailFolders/inbox/messages?$top=50';

  const statuses = async (id: string) => ({
    delta: (await graph(INBOX, { prefer: IMMUTABLE })).status,
    thin: (await graph(`${INBOX}?$select=subject`, { prefer: IMMUTABLE })).status,
    list: (await graph(page)).status,
    byId: (await graph(`/me/messages/${id}`)).status,
    thinById: (await graph(`/me/messages/${id}?$select=subject`)).status,
  });

  it.each([
    ['page', { delta: 500, thin: 500, list: 500, byId: 200, thinById: 200 }],
    ['id', { delta: 200, thin: 200, list: 200, byId: 500, thinById: 500 }],
    ['always', { delta: 500, thin: 500, list: 500, byId: 500, thinById: 500 }],
    ['body', { delta: 500, thin: 200, list: 500, byId: 500, thinById: 200 }],
  ] as const)('of kind %s answers 500 each time', async (kind, wanted) => {
    const { id } = deliver('Poison');
    for (let n = 0; n < 4; n += 1) deliver(`Sound ${n}`);
    expect((await control(`mailboxes/${ADDRESS}/messages/${id}/poison`, { kind })).status).toBe(200);
    expect(await statuses(id)).toEqual(wanted);
    expect(await statuses(id)).toEqual(wanted);
    await control(`mailboxes/${ADDRESS}/messages/${id}/poison`, { kind: null });
    expect(new Set(Object.values(await statuses(id)))).toEqual(new Set([200]));
  });

  it('spoils its own page alone, and its tombstone is sound', async () => {
    const { id } = deliver('Poison');
    sandbox.store.updateMessage(ADDRESS, id, { isRead: true });
    for (let n = 0; n < 8; n += 1) {
      sandbox.store.deliver(
        ADDRESS,
        'inbox',
        mail(`${n}`, { receivedAt: new Date(Date.UTC(2026, 3, 1 + n)) }),
      );
    }
    sandbox.store.poisonMessage(ADDRESS, id, 'always');
    const prefer = 'IdType="ImmutableId", odata.maxpagesize=3';
    let link = INBOX;
    const seen = [];
    for (let n = 0; n < 3; n += 1) {
      const { status, body } = await graph(link, { prefer });
      seen.push(status);
      link = body['@odata.nextLink'] ?? link;
    }
    expect(seen).toEqual([200, 200, 500]);
    sandbox.store.poisonMessage(ADDRESS, id, null);
    const { deltaLink } = await round(graph, INBOX);
    sandbox.store.poisonMessage(ADDRESS, id, 'always');
    sandbox.store.deleteMessage(ADDRESS, id, { permanent: true });
    expect((await round(graph, deltaLink)).rows.map(isTombstone)).toEqual([true]);
  });
});

describe('a mailbox', () => {
  const box = `mailboxes/${ADDRESS}`;

  it('may not be licensed yet', async () => {
    await control(`${box}/state`, { state: 'unlicensed' });
    expect((await graph('/me')).status).toBe(200);
    const { status, body } = await graph('/me/mailFolders');
    expect([status, body.error.code]).toEqual([404, 'MailboxNotEnabledForRESTAPI']);
    await control(`${box}/state`, { state: 'ready' });
    expect((await graph('/me/mailFolders')).status).toBe(200);
    expect((await control(`${box}/state`, { state: 'lost' })).status).toBe(400);
  });

  it('may be on its way to another server', async () => {
    sandbox.settings.limits.retryAfter = 'fraction';
    await control(`${box}/state`, { state: 'moving' });
    const { status, body, headers } = await graph(INBOX);
    expect([status, body.error.code]).toEqual([503, 'ErrorMailboxMoveInProgress']);
    expect(headers.get('retry-after')).toBe('9.128');
    const json = {
      changeType: 'created',
      notificationUrl: 'http://localhost:1/',
      resource: 'me/messages',
      expirationDateTime: new Date(Date.now() + 3_600_000).toISOString(),
    };
    const refused = await graph('/subscriptions', { json });
    expect(refused.body.error.message).toContain('Status Code: ServiceUnavailable');
  });

  it('loses its consent: the next refresh says so', async () => {
    const token = await signIn(sandbox);
    await control(`${box}/withdraw-consent`, {});
    const response = await fetch(`${sandbox.url}/common/oauth2/v2.0/token`, {
      method: 'POST',
      body: new URLSearchParams({
        ...{ client_id: '11111111-aaaa-4bbb-8ccc-000000000001', client_secret: 'sandbox-read-secret' },
        ...{ grant_type: 'refresh_token', refresh_token: token.refresh_token },
      }),
    });
    expect(await response.json()).toMatchObject({ error: 'invalid_grant', suberror: 'consent_required' });
  });
});

describe('what a person does, from outside', () => {
  const box = `mailboxes/${ADDRESS}`;
  const directory = mkdtempSync(join(tmpdir(), 'sandbox-'));
  afterEach(() => rmSync(directory, { recursive: true, force: true }));

  it('flags, categorises, edits and sends a draft', async () => {
    sandbox.settings.sendDelayMs = 1;
    const { body } = await control(`${box}/messages`, {
      folder: 'drafts',
      message: { subject: 'Draft', isDraft: true, to: ['parts@halcyon.test'] },
    });
    const message = `${box}/messages/${body.id}`;
    await control(message, { subject: 'Edited', flag: 'flagged', categories: ['Waiting'] }, 'PATCH');
    expect((await graph(`/me/messages/${body.id}`)).body).toMatchObject({
      ...{ subject: 'Edited', categories: ['Waiting'], flag: { flagStatus: 'flagged' }, isDraft: true },
    });
    expect((await control(`${message}/send`, {})).status).toBe(202);
    await expect.poll(() => sandbox.store.folder(ADDRESS, 'sentitems').messages.length).toBe(1);
    expect((await graph(`/me/messages/${body.id}`)).body).toMatchObject({
      isDraft: false,
      subject: 'Edited',
    });
    expect((await control(`${message}/send`, {})).status).toBe(409);
  });

  it('moves thirty at once', async () => {
    const ids = Array.from({ length: 30 }, (_, n) => deliver(`${n}`).id);
    const inbox = await round(graph, INBOX);
    expect((await control(`${box}/move`, { ids, folder: 'archive' })).status).toBe(200);
    const { rows } = await round(graph, inbox.deltaLink);
    expect(rows.filter(isTombstone)).toHaveLength(30);
    expect((await round(graph, '/me/mailFolders/archive/messages/delta')).rows).toHaveLength(30);
    expect((await control(`${box}/move`, { folder: 'archive' })).status).toBe(400);
  });

  it('makes, renames, moves, deletes and makes again a folder', async () => {
    const make = async () =>
      String((await control(`${box}/folders`, { name: 'Refit', parent: 'inbox' })).body.id);
    const id = await make();
    deliver('In it', 'Inbox/Refit');
    const { deltaLink } = await round(graph, FOLDERS);
    await control(`${box}/folders/${id}`, { name: 'Yard', parent: 'archive' }, 'PATCH');
    const told = await round(graph, deltaLink);
    expect(told.rows.find((row) => row.id === id)).toMatchObject({
      ...{ displayName: 'Yard', parentFolderId: sandbox.store.folder(ADDRESS, 'archive').id },
    });
    expect((await control(`${box}/folders/${id}?permanent=1`, {}, 'DELETE')).status).toBe(204);
    const gone = await round(graph, told.deltaLink);
    expect(gone.rows.find((row) => row.id === id)).toMatchObject({ '@removed': { reason: 'deleted' } });
    expect(await make()).not.toBe(id);
    const refused = await graph(`/me/mailFolders/${id}/messages/delta`);
    expect([refused.status, refused.body.error.code]).toEqual([404, 'ErrorItemNotFound']);
  });

  it('is remembered across a restart: poison, state, and bulk moves', async () => {
    await sandbox.close();
    sandbox = await openSandbox({ dataDir: directory });
    const ids = [deliver('one').id, deliver('two').id];
    await control(`${box}/move`, { ids, folder: 'archive' });
    await control(`${box}/messages/${ids[0]}/poison`, { kind: 'id' });
    await control(`${box}/state`, { state: 'moving' });
    await sandbox.close();
    sandbox = await openSandbox({ dataDir: directory });
    graph = graphOf(sandbox, (await signIn(sandbox)).access_token);
    expect((await graph('/me/messages')).status).toBe(503);
    await control(`${box}/state`, { state: 'ready' });
    expect(sandbox.store.folder(ADDRESS, 'archive').messages).toHaveLength(2);
    expect((await graph(`/me/messages/${ids[0]}`)).status).toBe(500);
    expect((await graph(`/me/messages/${ids[1]}`)).status).toBe(200);
  });
});
