// /subscriptions: what is refused in which words, the handshake, and the life of a subscription.
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import { afterEach, beforeEach, describe, expect, it } from 'vitest';

import type { Sandbox } from '../../sandbox/server.ts';
import type { Endpoint } from './endpoint.ts';
import { openEndpoint } from './endpoint.ts';
import type { Graph } from './support.ts';
import { ADDRESS, graphOf, leftByKill, mail, openSandbox, signIn, WRITE_APP } from './support.ts';

const START = Date.UTC(2026, 2, 1, 12);
const MINUTE = 60_000;
let now: number;
let sandbox: Sandbox;
let endpoint: Endpoint;
let token: string;
let graph: Graph;

const clock = { now: () => new Date(now) };
const inMinutes = (minutes: number) => new Date(now + minutes * MINUTE).toISOString();

const wish = (more: Record<string, unknown> = {}) => ({
  changeType: 'created,updated,deleted',
  notificationUrl: `${endpoint.url}/hook`,
  lifecycleNotificationUrl: `${endpoint.url}/life?from=us`,
  resource: 'me/messages',
  expirationDateTime: inMinutes(1000),
  clientState: 'secret',
  ...more,
});

const create = (more: Record<string, unknown> = {}, prefer?: string) =>
  graph('/subscriptions', { json: wish(more), ...(prefer ? { prefer } : {}) });

beforeEach(async () => {
  now = START;
  sandbox = await openSandbox({ clock });
  Object.assign(sandbox.settings.notifications.delayMs, { minimum: 0, maximum: 0 });
  endpoint = await openEndpoint();
  token = (await signIn(sandbox)).access_token;
  graph = graphOf(sandbox, token);
});
afterEach(async () => {
  await sandbox.close();
  await endpoint.close();
});

describe('creating a subscription', () => {
  it('answers 201 with the whole subscription', async () => {
    const { status, body } = await create();
    expect(status).toBe(201);
    expect(body).toMatchObject({
      resource: 'me/messages',
      applicationId: '11111111-aaaa-4bbb-8ccc-000000000001',
      creatorId: sandbox.store.mailbox(ADDRESS)?.userId,
      changeType: 'created,updated,deleted',
      clientState: 'secret',
      notificationUrl: `${endpoint.url}/hook`,
      lifecycleNotificationUrl: `${endpoint.url}/life?from=us`,
      latestSupportedTlsVersion: 'v1_2',
      includeResourceData: null,
    });
    expect(Date.parse(String(body.expirationDateTime))).toBe(now + 1000 * MINUTE);
  });

  it('shakes hands with both addresses first, keeping their own query', async () => {
    await create();
    expect(endpoint.validations).toHaveLength(2);
    const [first, second] = endpoint.validations;
    expect(first?.path).toMatch(/^\/hook\?validationToken=/);
    expect(second?.path).toMatch(/^\/life\?from=us&validationToken=/);
    expect(first?.type).toBe('text/plain; charset=utf-8');
    for (const character of [' ', '+', '%', '<']) expect(first?.token).toContain(character);
    expect(first?.token).not.toBe(second?.token);
  });

  it.each([
    [{ status: 404 }, "HTTP status code is 'NotFound'. Notification endpoint must respond with 200 OK"],
    [{ status: 202 }, "HTTP status code is 'Accepted'"],
    [{ body: 'something else' }, 'must exactly match'],
    [{ type: 'text/html' }, "content type 'text/plain'"],
    [{ silent: true }, 'Subscription validation request timed out.'],
  ])('refuses an endpoint that answers %j', async (handshake, text) => {
    sandbox.settings.notifications.validationMs = 200;
    endpoint.handshake = handshake;
    const { status, body } = await create();
    expect([status, body.error.code]).toEqual([400, 'ValidationError']);
    expect(body.error.message).toContain(text);
    expect((await graph('/subscriptions')).body.value).toEqual([]);
  });

  it('refuses an endpoint that is not there', async () => {
    const { port } = new URL(endpoint.url);
    await endpoint.close();
    const { status, body } = await create({ notificationUrl: `http://localhost:${port}/hook` });
    expect([status, body.error.code]).toEqual([400, 'ValidationError']);
  });

  it.each([
    [{ notificationUrl: 'http://celeste.example/hook' }, 400, 'InvalidRequest', 'https'],
    [{ lifecycleNotificationUrl: 'ftp://localhost/x' }, 400, 'InvalidRequest', 'https'],
    [{ notificationUrl: 'hook' }, 400, 'InvalidRequest', 'not a valid address'],
    [{ notificationUrl: undefined }, 400, 'InvalidRequest', 'notificationUrl'],
    [{ changeType: 'moved' }, 400, 'InvalidRequest', 'moved'],
    [{ changeType: undefined }, 400, 'InvalidRequest', 'changeType'],
    [{ clientState: 'x'.repeat(129) }, 400, 'InvalidRequest', '128'],
    [{ expirationDateTime: 'tomorrow' }, 400, 'InvalidRequest', 'expirationDateTime'],
    [{ latestSupportedTlsVersion: 'v0_9' }, 400, 'InvalidRequest', 'Tls'],
    [{ includeResourceData: true }, 400, 'InvalidRequest', 'resource data'],
    [{ resource: 'https://graph.microsoft.com/v1.0/me/messages' }, 400, 'InvalidRequest', 'base'],
    [{ resource: 'me/contacts' }, 400, 'InvalidRequest', 'not supported'],
    [{ resource: 'me/messages?$top=3' }, 400, 'InvalidRequest', '$top'],
    [{ resource: "me/mailFolders('nowhere')/messages" }, 404, 'ExtensionError', 'Status Code: NotFound'],
    [{ resource: 'users/nobody@kestrel.test/messages' }, 404, 'ExtensionError', 'NotFound'],
  ])('refuses %j', async (more, status, code, text) => {
    const answer = await create(more);
    expect([answer.status, answer.body.error.code]).toEqual([status, code]);
    expect(answer.body.error.message).toContain(text);
    expect(endpoint.validations).toEqual([]);
  });

  it("does not reach another person's mailbox", async () => {
    sandbox.store.createMailbox({ address: 'other@kestrel.test', displayName: 'Other' });
    const { status, body } = await create({ resource: 'users/other@kestrel.test/messages' });
    expect([status, body.error.code]).toEqual([403, 'ExtensionError']);
  });

  it('limits the end to 10,080 minutes and raises it to 45', async () => {
    const tooLong = await create({ expirationDateTime: inMinutes(10_081) });
    expect(tooLong.body.error.message).toContain('10080 minutes');
    expect(tooLong.status).toBe(400);
    expect((await create({ expirationDateTime: inMinutes(-1) })).status).toBe(400);
    const short = await create({ expirationDateTime: inMinutes(5) });
    expect(Date.parse(String(short.body.expirationDateTime))).toBe(now + 45 * MINUTE);
    expect((await create({ changeType: 'created', expirationDateTime: inMinutes(10_080) })).status).toBe(201);
  });

  it('refuses the same again, in whatever spelling, and names the one there is', async () => {
    const first = await create({ resource: "me/mailFolders('inbox')/messages" });
    const id = sandbox.store.folder(ADDRESS, 'inbox').id;
    for (const resource of [
      'me/mailFolders/Inbox/messages',
      `/me/mailFolders('${id}')/messages`,
      `users/${ADDRESS}/mailFolders('inbox')/messages`,
    ]) {
      const again = await create({ resource, changeType: 'deleted,created,updated' });
      expect(again.status).toBe(409);
      expect(again.body.error.message).toBe(
        `Subscription Id <${first.body.id}> already exists for the requested combination`,
      );
    }
    expect(
      (await create({ resource: "me/mailFolders('inbox')/messages", changeType: 'created' })).status,
    ).toBe(201);
    expect((await create({ resource: 'me/messages' })).status).toBe(201);
    graph = graphOf(sandbox, (await signIn(sandbox, { app: WRITE_APP })).access_token);
    expect((await create({ resource: 'me/messages' })).status).toBe(201);
  });

  it('lets one of two at the same moment in', async () => {
    const answers = await Promise.all([create(), create()]);
    expect(answers.map(({ status }) => status).sort()).toEqual([201, 409]);
    expect((await graph('/subscriptions')).body.value).toHaveLength(1);
  });

  it('needs a permission to read the own mailbox', async () => {
    const scope = 'openid offline_access User.Read Mail.Send';
    graph = graphOf(sandbox, (await signIn(sandbox, { app: WRITE_APP, scope })).access_token);
    const { status, body } = await create();
    expect([status, body.error.code]).toEqual([403, 'ErrorAccessDenied']);
    graph = graphOf(sandbox, 'nonsense');
    expect((await create()).status).toBe(401);
  });

  it('stops at 1,000 for one mailbox', async () => {
    sandbox.settings.notifications.refuseDuplicates = false;
    const { body } = await create();
    const [first] = sandbox.notifications.subscriptions();
    expect(first?.id).toBe(body.id);
    // The other 998 of another application come by the back door: 998 handshakes show nothing.
    for (let n = 2; n < 1000; n += 1)
      if (first) sandbox.subscriptions.add({ ...first, id: `${n}`, clientId: 'x' });
    expect((await create()).status).toBe(201);
    const refused = await create();
    expect([refused.status, refused.body.error.code]).toEqual([403, 'ExtensionError']);
  });

  it('is limited with its app and tenant, not with its mailbox', async () => {
    for (let n = 0; n < 25; n += 1) expect((await graph('/subscriptions')).status).toBe(200);
    const refused = await graph('/subscriptions');
    expect([refused.status, refused.headers.get('retry-after')]).toEqual([429, '20']);
    expect((await graph('/me')).status).toBe(200);
    now += 20_000;
    expect((await graph('/subscriptions')).status).toBe(200);
  });
});

describe('a subscription', () => {
  it('is read and listed by its own app and person, without its secret', async () => {
    const { body } = await create();
    const read = await graph(`/subscriptions/${body.id}`);
    expect(read.body).toMatchObject({ id: body.id, clientState: null, resource: 'me/messages' });
    expect((await graph('/subscriptions')).body.value).toMatchObject([{ id: body.id, clientState: null }]);
    const writer = graphOf(sandbox, (await signIn(sandbox, { app: WRITE_APP })).access_token);
    expect((await writer('/subscriptions')).body.value).toEqual([]);
    expect((await writer(`/subscriptions/${body.id}`)).status).toBe(404);
  });

  it('is renewed, within the same limits', async () => {
    const { body } = await create();
    const path = `/subscriptions/${body.id}`;
    const renewed = await graph(path, { method: 'PATCH', json: { expirationDateTime: inMinutes(9000) } });
    expect(renewed.status).toBe(200);
    expect(Date.parse(String(renewed.body.expirationDateTime))).toBe(now + 9000 * MINUTE);
    expect(endpoint.validations).toHaveLength(2);
    const over = await graph(path, { method: 'PATCH', json: { expirationDateTime: inMinutes(10_081) } });
    expect(over.status).toBe(400);
    sandbox.settings.notifications.validateOnRenew = true;
    await graph(path, { method: 'PATCH', json: { expirationDateTime: inMinutes(9000) } });
    expect(endpoint.validations).toHaveLength(3);
  });

  it('moves to another address after a handshake there; the lifecycle address stays', async () => {
    const { body } = await create();
    const path = `/subscriptions/${body.id}`;
    const moved = await graph(path, { method: 'PATCH', json: { notificationUrl: `${endpoint.url}/new` } });
    expect(moved.body.notificationUrl).toBe(`${endpoint.url}/new`);
    expect(endpoint.validations.at(-1)?.path).toContain('/new?validationToken=');
    const life = { lifecycleNotificationUrl: `${endpoint.url}/other` };
    expect((await graph(path, { method: 'PATCH', json: life })).status).toBe(400);
    endpoint.handshake = { status: 500 };
    const refused = await graph(path, { method: 'PATCH', json: { notificationUrl: `${endpoint.url}/bad` } });
    expect(refused.status).toBe(400);
    expect((await graph(path)).body.notificationUrl).toBe(`${endpoint.url}/new`);
  });

  it('is not there any more after its end, or when it was deleted', async () => {
    sandbox.settings.accessTokenSeconds = { minimum: 86_400, maximum: 86_400 };
    graph = graphOf(sandbox, (await signIn(sandbox)).access_token);
    const { body } = await create({ expirationDateTime: inMinutes(60) });
    const other = await create({ changeType: 'created' });
    const path = `/subscriptions/${body.id}`;
    now += 61 * MINUTE;
    const calls = [
      graph(path),
      graph(path, { method: 'PATCH', json: { expirationDateTime: inMinutes(60) } }),
      graph(path, { method: 'DELETE' }),
      graph(`${path}/reauthorize`, { method: 'POST' }),
    ];
    for (const { status, body: gone } of await Promise.all(calls)) {
      expect([status, gone.error.code]).toEqual([404, 'ResourceNotFound']);
    }
    const second = `/subscriptions/${other.body.id}`;
    expect((await graph(second, { method: 'DELETE' })).status).toBe(204);
    expect((await graph(second)).status).toBe(404);
    expect((await create()).status).toBe(201);
  });

  it('is renewed and reauthorized ten minutes apart, or that is held against the client', async () => {
    const { body } = await create();
    const path = `/subscriptions/${body.id}`;
    const renew = () => graph(path, { method: 'PATCH', json: { expirationDateTime: inMinutes(900) } });
    const reauthorize = () => graph(`${path}/reauthorize`, { method: 'POST' });
    const combined = () => sandbox.conduct.report().map((one) => one.combined);
    for (const call of [renew, renew]) expect((await call()).status).toBe(200);
    now += 11 * MINUTE;
    expect((await reauthorize()).status).toBe(204);
    expect(combined().filter((count) => count > 0)).toEqual([]);
    now += 9 * MINUTE;
    expect((await renew()).status).toBe(200);
    expect(combined()).toEqual([1]);
  });

  it('has no other verbs', async () => {
    const { body } = await create();
    expect((await graph('/subscriptions', { method: 'DELETE' })).status).toBe(405);
    expect((await graph(`/subscriptions/${body.id}/reauthorize`)).status).toBe(405);
    expect((await graph(`/subscriptions/${body.id}/pause`, { method: 'POST' })).status).toBe(400);
  });
});

describe('a restart', () => {
  const directory = mkdtempSync(join(tmpdir(), 'sandbox-'));
  afterEach(() => rmSync(directory, { recursive: true, force: true }));

  it('keeps subscriptions, and says that something may have been missed', async () => {
    await sandbox.close();
    const dataDir = join(directory, 'data');
    sandbox = await openSandbox({ clock, dataDir });
    graph = graphOf(sandbox, (await signIn(sandbox)).access_token);
    const { body } = await create(
      { resource: 'me/messages?$filter=isRead eq false' },
      'IdType="ImmutableId"',
    );
    const gone = await create({ changeType: 'deleted' });
    await graph(`/subscriptions/${gone.body.id}`, { method: 'DELETE' });
    await graph(`/subscriptions/${body.id}`, {
      method: 'PATCH',
      json: { expirationDateTime: inMinutes(2000) },
    });
    // The first one is never closed before the second starts: nothing may depend on a clean end.
    const first = sandbox;
    first.notifications.stop();
    sandbox = await openSandbox({ clock, dataDir: leftByKill(dataDir) });
    Object.assign(sandbox.settings.notifications.delayMs, { minimum: 0, maximum: 0 });
    await first.close();
    const kept = sandbox.notifications.subscriptions();
    expect(kept.map(({ id }) => id)).toEqual([body.id]);
    expect(kept[0]?.expiresAt.getTime()).toBe(now + 2000 * MINUTE);
    const { id } = sandbox.store.deliver(ADDRESS, 'inbox', mail('After the restart'));
    await sandbox.notifications.settle();
    expect(endpoint.items()).toHaveLength(2);
    expect(endpoint.items().find((item) => item.changeType === 'created')).toMatchObject({
      ...{ clientState: 'secret', resourceData: { id } },
    });
    expect(endpoint.items().find((item) => item.lifecycleEvent === 'missed')?.subscriptionId).toBe(body.id);
  });
});
