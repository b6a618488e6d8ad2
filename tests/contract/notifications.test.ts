// Change notifications on their way: what each change says, when it goes out, how often it is tried, and what
// the service tells a subscription about itself.
import { afterEach, beforeEach, describe, expect, it } from 'vitest';

import type { Sandbox } from '../../sandbox/server.ts';
import type { Endpoint } from './endpoint.ts';
import { openEndpoint } from './endpoint.ts';
import type { Graph, TokenAnswer } from './support.ts';
import {
  ADDRESS,
  graphOf,
  IMMUTABLE,
  mail,
  openSandbox,
  postToken,
  round,
  signIn,
  WRITE_APP,
} from './support.ts';

const MINUTE = 60_000;
let now: number;
let sandbox: Sandbox;
let endpoint: Endpoint;
let token: TokenAnswer;
let graph: Graph;

const SCOPE = 'openid offline_access Mail.ReadWrite Mail.Send User.Read';

type Wish = { resource?: string; changeType?: string; prefer?: string; path?: string; minutes?: number };

async function subscribe({ prefer, path = '/hook', minutes = 10_000, ...more }: Wish = {}): Promise<string> {
  const { status, body, text } = await graph('/subscriptions', {
    json: {
      changeType: 'created,updated,deleted',
      notificationUrl: endpoint.url + path,
      lifecycleNotificationUrl: `${endpoint.url}/life`,
      resource: 'me/messages',
      expirationDateTime: new Date(now + minutes * MINUTE).toISOString(),
      clientState: 'secret',
      ...more,
    },
    ...(prefer ? { prefer } : {}),
  });
  if (status !== 201) throw new Error(text);
  return String(body.id);
}

const settle = () => sandbox.notifications.settle();
const outcomes = () => sandbox.notifications.log.list().map(({ outcome }) => outcome);
const deliver = (subject: string, folder = 'inbox') => sandbox.store.deliver(ADDRESS, folder, mail(subject));

/** What was told since it was last asked. */
async function told() {
  await settle();
  const items = endpoint.items();
  endpoint.posts = [];
  return items.map((item) => [item.changeType ?? item.lifecycleEvent, item.resourceData?.id ?? null]);
}

beforeEach(async () => {
  now = Date.UTC(2026, 2, 1, 12);
  sandbox = await openSandbox({ clock: { now: () => new Date(now) } });
  Object.assign(sandbox.settings.notifications, { delayMs: { minimum: 0, maximum: 0 } });
  sandbox.settings.accessTokenSeconds = { minimum: 3600, maximum: 3600 };
  endpoint = await openEndpoint();
  token = await signIn(sandbox, { app: WRITE_APP, scope: SCOPE });
  graph = graphOf(sandbox, token.access_token);
});
afterEach(async () => {
  await sandbox.close();
  await endpoint.close();
});

describe('a notification', () => {
  it('has the shape that Microsoft documents', async () => {
    const id = await subscribe({ prefer: IMMUTABLE });
    const message = deliver('New');
    await settle();
    const user = sandbox.store.mailbox(ADDRESS)?.userId;
    expect(endpoint.posts).toMatchObject([{ path: '/hook' }]);
    expect(endpoint.items()).toEqual([
      {
        id: expect.stringMatching(/^[0-9a-f-]{36}$/),
        subscriptionId: id,
        subscriptionExpirationDateTime: '2026-03-08T10:40:00.0000000Z',
        clientState: 'secret',
        changeType: 'created',
        resource: `Users/${user}/Messages/${message.id}`,
        tenantId: '5a11d0c5-0000-4000-8000-00000000c0de',
        resourceData: {
          '@odata.type': '#Microsoft.Graph.Message',
          '@odata.id': `Users/${user}/Messages/${message.id}`,
          '@odata.etag': expect.stringMatching(/^W\/".+"$/),
          id: message.id,
        },
      },
    ]);
  });

  it('names the item in the id form of the subscription', async () => {
    await subscribe();
    const message = deliver('New');
    const first = message.placement.defaultId;
    expect(await told()).toEqual([['created', first]]);
    expect((await graph(`/me/messages/${first}`)).status).toBe(200);
    sandbox.store.moveMessage(ADDRESS, message.id, 'archive');
    expect(await told()).toEqual([
      ['deleted', first],
      ['created', message.placement.defaultId],
    ]);
  });

  it('tells what people, rules and clients do', async () => {
    await subscribe({ prefer: IMMUTABLE });
    const { id } = deliver('Pump');
    expect(await told()).toEqual([['created', id]]);
    const path = `/me/messages/${id}`;
    await graph(path, { method: 'PATCH', json: { isRead: true }, prefer: IMMUTABLE });
    await graph(path, { method: 'PATCH', json: { isRead: true }, prefer: IMMUTABLE });
    expect(await told()).toEqual([['updated', id]]);
    await graph(path, { method: 'DELETE' });
    expect(await told()).toEqual([
      ['deleted', id],
      ['created', id],
    ]);
    sandbox.store.deleteMessage(ADDRESS, id);
    expect(await told()).toEqual([['deleted', id]]);
    sandbox.store.restoreMessage(ADDRESS, id);
    expect(await told()).toEqual([['created', id]]);
    await graph(`${path}/permanentDelete`, { method: 'POST' });
    expect(await told()).toEqual([['deleted', id]]);
    sandbox.live.deliver(ADDRESS);
    expect(await told()).toHaveLength(1);
    const control = await fetch(`${sandbox.url}/_control/mailboxes/${ADDRESS}/messages`, {
      method: 'POST',
      headers: { 'x-sandbox-control': '1' },
      body: JSON.stringify({ message: { subject: 'By control' } }),
    });
    const made = (await control.json()) as { id: string };
    expect(await told()).toEqual([['created', made.id]]);
  });

  it('comes for one folder alone when the subscription says so', async () => {
    await subscribe({ resource: "me/mailFolders('inbox')/messages", prefer: IMMUTABLE });
    const { id } = deliver('Here');
    deliver('Elsewhere', 'archive');
    sandbox.store.moveMessage(ADDRESS, id, 'archive');
    sandbox.store.updateMessage(ADDRESS, id, { isRead: true });
    sandbox.store.moveMessage(ADDRESS, id, 'inbox');
    expect(await told()).toEqual([
      ['created', id],
      ['deleted', id],
      ['created', id],
    ]);
  });

  it('comes for the wanted change types alone', async () => {
    await subscribe({ changeType: 'deleted', prefer: IMMUTABLE });
    const { id } = deliver('New');
    sandbox.store.updateMessage(ADDRESS, id, { isRead: true });
    sandbox.store.deleteMessage(ADDRESS, id, { permanent: true });
    expect(await told()).toEqual([['deleted', id]]);
  });

  it('of a filtered subscription tells when a message comes into the filter and leaves it', async () => {
    await subscribe({ resource: 'me/messages?$filter=isRead eq false', prefer: IMMUTABLE });
    const { id } = deliver('Unread');
    sandbox.store.updateMessage(ADDRESS, id, { importance: 'high' });
    sandbox.store.updateMessage(ADDRESS, id, { isRead: true });
    sandbox.store.updateMessage(ADDRESS, id, { importance: 'low' });
    sandbox.store.updateMessage(ADDRESS, id, { isRead: false });
    expect((await told()).map(([type]) => type)).toEqual(['created', 'updated', 'deleted', 'created']);
  });

  it('goes to nobody once the subscription is deleted, and to the new address once it has moved', async () => {
    const id = await subscribe();
    sandbox.notifications.stop();
    deliver('Waits');
    await graph(`/subscriptions/${id}`, {
      method: 'PATCH',
      json: { notificationUrl: `${endpoint.url}/new` },
    });
    sandbox.notifications.resume();
    await settle();
    expect(endpoint.posts.map(({ path }) => path)).toEqual(['/new']);
    sandbox.notifications.stop();
    deliver('Never told');
    await graph(`/subscriptions/${id}`, { method: 'DELETE' });
    sandbox.notifications.resume();
    await settle();
    expect(endpoint.posts).toHaveLength(1);
  });

  it('may come before delta shows the change', async () => {
    await subscribe({ prefer: IMMUTABLE });
    sandbox.settings.quirks.lateVisibilityMs = 30_000;
    const start = await round(graph, '/me/mailFolders/inbox/messages/delta');
    const { id } = deliver('Quick');
    expect(await told()).toEqual([['created', id]]);
    const early = await round(graph, start.deltaLink);
    expect(early.rows).toEqual([]);
    now += 30_001;
    expect((await round(graph, early.deltaLink)).rows).toMatchObject([{ id }]);
  });
});

describe('delivery', () => {
  it('mixes subscriptions in one POST, so many at a time', async () => {
    sandbox.settings.notifications.batch = 3;
    const ids = [await subscribe(), await subscribe({ changeType: 'created' })];
    for (const subject of ['one', 'two']) deliver(subject);
    await settle();
    expect(endpoint.posts.map(({ items }) => items.length).sort()).toEqual([1, 3]);
    expect(new Set(endpoint.items().map(({ subscriptionId }) => subscriptionId))).toEqual(new Set(ids));
  });

  it('tries again with growing pauses until it is acknowledged', async () => {
    await subscribe();
    endpoint.answers = [{ status: 503 }, { status: 500 }, { status: 404 }, { status: 202 }];
    deliver('Persistent');
    const counts = [];
    for (const seconds of [0, 10, 20, 40, 80]) {
      now += seconds * 1000;
      await settle();
      counts.push(endpoint.posts.length);
    }
    expect(counts).toEqual([1, 2, 3, 4, 4]);
    expect(outcomes()).toEqual(['retry', 'retry', 'retry', 'delivered']);
    expect(new Set(endpoint.items().map(({ id }) => id)).size).toBe(1);
  });

  it('counts an answer that comes too late as none', async () => {
    Object.assign(sandbox.settings.notifications, { acknowledgeMs: 2_000, abandonMs: 20_000 });
    await subscribe();
    endpoint.answers = [{ status: 202, delayMs: 2_400 }, { status: 202 }];
    deliver('Slow');
    await settle();
    now += 10_000;
    await settle();
    expect(outcomes()).toEqual(['retry', 'delivered']);
  });

  it('gives up after four hours and then says so', async () => {
    const id = await subscribe();
    endpoint.answers = [{ status: 500 }];
    sandbox.settings.accessTokenSeconds = { minimum: 86_400, maximum: 86_400 };
    const long = await signIn(sandbox, { app: WRITE_APP, scope: SCOPE });
    await graphOf(sandbox, long.access_token)(`/subscriptions/${id}/reauthorize`, { method: 'POST' });
    deliver('Lost');
    for (let n = 0; n < 50 && !outcomes().includes('given_up'); n += 1) {
      await settle();
      now += 5 * MINUTE;
    }
    expect(outcomes().at(-1)).toBe('given_up');
    expect(now).toBeGreaterThan(Date.UTC(2026, 2, 1, 15, 25));
    expect(now).toBeLessThanOrEqual(Date.UTC(2026, 2, 1, 16, 5));
    endpoint.answers = [{ status: 202 }];
    expect(await told()).toContainEqual(['missed', null]);
  });

  it('is held for ten minutes from an endpoint that is slow', async () => {
    Object.assign(sandbox.settings.notifications, {
      acknowledgeMs: 2_000,
      abandonMs: 20_000,
      batch: 1,
      sample: 8,
    });
    await subscribe();
    endpoint.answers = [
      ...Array.from({ length: 7 }, () => ({ status: 202 })),
      { status: 202, delayMs: 2_400 },
    ];
    for (let n = 0; n < 8; n += 1) {
      deliver(`Answered ${n}`);
      await settle();
    }
    endpoint.answers = [{ status: 202 }];
    deliver('Held');
    await settle();
    expect(endpoint.posts).toHaveLength(8);
    now += 9 * MINUTE;
    await settle();
    expect(endpoint.posts).toHaveLength(8);
    now += MINUTE;
    await settle();
    // The late one again, and the one that was held.
    expect(endpoint.posts).toHaveLength(10);
  });

  it('is discarded for ten minutes where answers take ages, and that is told afterwards', async () => {
    Object.assign(sandbox.settings.notifications, {
      acknowledgeMs: 1_500,
      abandonMs: 2_000,
      batch: 1,
      sample: 5,
    });
    await subscribe({ prefer: IMMUTABLE });
    endpoint.answers = [
      ...Array.from({ length: 4 }, () => ({ status: 202 })),
      { status: 202, delayMs: 8_000 },
    ];
    for (let n = 0; n < 5; n += 1) {
      deliver(`Answered ${n}`);
      await settle();
    }
    endpoint.answers = [{ status: 202 }];
    endpoint.posts = [];
    const { id } = deliver('Discarded');
    expect(await told()).toEqual([]);
    expect(outcomes().at(-1)).toBe('discarded');
    now += 10 * MINUTE;
    deliver('After');
    const after = await told();
    expect(after).toContainEqual(['missed', null]);
    expect(after.map(([, item]) => item)).not.toContain(id);
  });

  it('waits while it is switched off', async () => {
    await subscribe();
    sandbox.notifications.stop();
    for (let n = 0; n < 30; n += 1) deliver(`Burst ${n}`);
    await settle();
    expect(endpoint.posts).toEqual([]);
    expect(sandbox.notifications.status()).toEqual({ on: false, pending: 30 });
    sandbox.notifications.resume();
    await settle();
    expect(endpoint.posts.map(({ items }) => items.length).sort()).toEqual([10, 20]);
  });
});

describe('oddities', () => {
  it('duplicates and losses have the wanted share, the same in every run', async () => {
    await subscribe({ changeType: 'created' });
    Object.assign(sandbox.settings.notifications, { duplicateShare: 0.3, dropShare: 0.2 });
    for (let n = 0; n < 200; n += 1) deliver(`${n}`);
    await settle();
    const seen = endpoint.items().map(({ id }) => id);
    const lost = outcomes().filter((one) => one === 'dropped').length;
    expect(new Set(seen).size).toBe(200 - lost);
    expect(lost / 200).toBeGreaterThan(0.1);
    expect(lost / 200).toBeLessThan(0.3);
    expect((seen.length - new Set(seen).size) / 200).toBeGreaterThan(0.15);
  });

  it('lose what is moved with many others', async () => {
    await subscribe({ changeType: 'created', resource: "me/mailFolders('archive')/messages" });
    sandbox.settings.notifications.bulkDropShare = 1;
    const ids = Array.from({ length: 30 }, (_, n) => deliver(`${n}`).id);
    sandbox.store.moveMessages(ADDRESS, ids.slice(1), 'archive');
    expect(await told()).toEqual([]);
    sandbox.store.moveMessage(ADDRESS, ids[0] ?? '', 'archive');
    expect(await told()).toHaveLength(1);
  });

  it('come in any order, in bursts, and in pairs', async () => {
    await subscribe({ prefer: IMMUTABLE });
    Object.assign(sandbox.settings.notifications, { reorder: true, burstMs: 60_000, pairs: true });
    now += 1000;
    const ids = ['a', 'b', 'c', 'd'].map((subject) => deliver(subject).id);
    expect(await told()).toEqual([]);
    now += 59_000;
    const items = await told();
    const both = ids.flatMap((id) => [
      ['created', id],
      ['updated', id],
    ]);
    expect(items).not.toEqual(both);
    expect(items.map(String).sort()).toEqual(both.map(String).sort());
  });
});

describe('lifecycle', () => {
  const events = async () => (await told()).map(([what]) => what);

  it('asks for authorization before the token ends, every 15 minutes, until it has it', async () => {
    const id = await subscribe();
    now += 44 * MINUTE;
    expect(await events()).toEqual([]);
    now += MINUTE;
    expect(await events()).toEqual(['reauthorizationRequired']);
    now += 14 * MINUTE;
    expect(await events()).toEqual([]);
    const fields = { grant_type: 'refresh_token', refresh_token: token.refresh_token };
    const { body } = await postToken(sandbox, {
      ...{ client_id: WRITE_APP.id, client_secret: WRITE_APP.secret, ...fields },
    });
    const fresh = graphOf(sandbox, body.access_token);
    expect((await fresh(`/subscriptions/${id}/reauthorize`, { method: 'POST' })).status).toBe(204);
    now += 30 * MINUTE;
    deliver('Still told');
    expect(await events()).toEqual(['created']);
  });

  it('has the shape that Microsoft documents', async () => {
    const id = await subscribe();
    sandbox.notifications.lifecycle(id, 'reauthorizationRequired');
    await settle();
    expect(endpoint.posts).toEqual([
      {
        path: '/life',
        items: [
          {
            subscriptionId: id,
            subscriptionExpirationDateTime: '2026-03-08T10:40:00.0000000Z',
            clientState: 'secret',
            tenantId: '5a11d0c5-0000-4000-8000-00000000c0de',
            lifecycleEvent: 'reauthorizationRequired',
          },
        ],
      },
    ]);
  });

  it('suspends delivery with the token; what happens meanwhile is lost; renewing brings it back', async () => {
    const id = await subscribe();
    now += 61 * MINUTE;
    deliver('Lost');
    expect(await events()).toEqual(['reauthorizationRequired']);
    expect(outcomes()).toContain('suspended');
    const again = await signIn(sandbox, { app: WRITE_APP, scope: SCOPE });
    const json = { expirationDateTime: new Date(now + 5000 * MINUTE).toISOString() };
    await graphOf(sandbox, again.access_token)(`/subscriptions/${id}`, { method: 'PATCH', json });
    deliver('Told');
    expect(await events()).toEqual(['created']);
  });

  it.each([
    ['expired tokens', () => sandbox.identity.expireAccess(userId())],
    ['withdrawn consent', () => sandbox.identity.withdrawConsent(WRITE_APP.id, userId())],
  ])('asks at once after %s', async (_, end) => {
    await subscribe();
    expect(await events()).toEqual([]);
    end();
    deliver('Lost');
    expect(await events()).toEqual(['reauthorizationRequired']);
    now += 16 * MINUTE;
    expect(await events()).toEqual(['reauthorizationRequired']);
  });

  const userId = () => sandbox.store.mailbox(ADDRESS)?.userId ?? '';

  it('reminds of the near end of the subscription itself', async () => {
    sandbox.settings.accessTokenSeconds = { minimum: 86_400, maximum: 86_400 };
    graph = graphOf(sandbox, (await signIn(sandbox, { app: WRITE_APP, scope: SCOPE })).access_token);
    await subscribe({ minutes: 120 });
    now += 59 * MINUTE;
    expect(await events()).toEqual([]);
    const seen = [];
    for (let n = 0; n < 70; n += 1) {
      now += MINUTE;
      seen.push(...(await events()));
    }
    expect(seen).toEqual(Array.from({ length: 4 }, () => 'reauthorizationRequired'));
  });

  it('removes the subscription of a disabled account and says so', async () => {
    const id = await subscribe();
    sandbox.identity.configure(userId(), { disabled: true });
    expect(await events()).toEqual(['subscriptionRemoved']);
    expect((await graph(`/subscriptions/${id}`)).status).toBe(404);
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
    // biome-ignore lint/suspicious/noExplicitAny: whatever shape came
    return { status: response.status, body: (text ? JSON.parse(text) : {}) as any };
  };

  it('lists subscriptions and takes one away without a word', async () => {
    const id = await subscribe();
    expect((await control('subscriptions')).body.subscriptions).toMatchObject([
      { id, mailbox: ADDRESS, resource: 'me/messages', suspended: false, id_form: 'default' },
    ]);
    expect((await control(`subscriptions/${id}`, undefined, 'DELETE')).status).toBe(204);
    expect((await graph(`/subscriptions/${id}`)).status).toBe(404);
    expect(await told()).toEqual([]);
    expect((await control(`subscriptions/${id}`, undefined, 'DELETE')).status).toBe(404);
  });

  it('sends lifecycle events, suspends, and switches delivery', async () => {
    const id = await subscribe();
    const event = (body: object) => control(`subscriptions/${id}/lifecycle`, body);
    expect((await event({ event: 'missed' })).status).toBe(202);
    expect(await told()).toEqual([['missed', null]]);
    expect((await event({ event: 'surprise' })).status).toBe(400);
    await control('notifications', { on: false });
    deliver('Waits');
    expect((await control('notifications')).body).toMatchObject({ on: false, pending: 1 });
    await control('notifications', { on: true });
    expect(await told()).toHaveLength(1);
    await event({ event: 'reauthorizationRequired', suspend: true });
    expect((await control('subscriptions')).body.subscriptions).toMatchObject([{ suspended: true }]);
    deliver('Lost');
    await settle();
    const { deliveries } = (await control('notifications')).body;
    expect(deliveries.map(({ outcome }: { outcome: string }) => outcome)).toEqual([
      ...['delivered', 'delivered', 'suspended', 'delivered'],
    ]);
    await event({ event: 'subscriptionRemoved' });
    expect((await told()).at(-1)).toEqual(['subscriptionRemoved', null]);
    expect((await event({ event: 'missed' })).status).toBe(404);
  });

  it('sets how notifications behave', async () => {
    await control('settings', { notifications: { drop_share: 1, delay_ms: { minimum: 5, maximum: 5 } } });
    expect(sandbox.settings.notifications).toMatchObject({ dropShare: 1, delayMs: { minimum: 5 } });
  });
});
