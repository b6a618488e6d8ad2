// What Microsoft posts to us, made by hand: the handshake, whom the receiver believes, and what it stores.
import { randomUUID } from 'node:crypto';

import { sql } from 'kysely';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';

import { type ClientState, newClientState } from '#directory/client-state.ts';
import { takeNudges } from '#directory/nudges.ts';
import { noteSubscription, registerSubscription } from '#directory/subscriptions.ts';

import { bootService, type TestService } from './support/service.ts';

const CHANGES = '/webhooks/graph';
const LIFECYCLE = '/webhooks/graph/lifecycle';

let service: TestService;
beforeAll(async () => {
  service = await bootService();
});
afterAll(() => service.stop());
beforeEach(async () => {
  await service.fleet.master.deleteFrom('graph_subscriptions').execute();
});

const post = (path: string, body: string) =>
  fetch(service.url + path, { method: 'POST', headers: { 'content-type': 'application/json' }, body });
const notify = (items: unknown[], path = CHANGES) => post(path, JSON.stringify({ value: items }));

/** A subscription as MASTER knows it, with the clientState that only Microsoft has. */
async function subscribe(yachtId = 'corvina'): Promise<ClientState & { id: string }> {
  const { master } = service.fleet;
  const [made, id, watcherId] = [newClientState(), randomUUID(), randomUUID()];
  await registerSubscription(master, { yachtId, watcherId, key: made.key, hash: made.hash });
  await noteSubscription(master, { watcherId, key: made.key, subscriptionId: id, state: 'active' });
  return { ...made, id };
}

/** Does something while nobody gets at a table of MASTER's. */
const whileLocked = (table: string, fn: () => Promise<void>) =>
  service.fleet.master.transaction().execute(async (tx) => {
    await sql`lock table ${sql.table(table)} in access exclusive mode`.execute(tx);
    await fn();
  });

const change = ({ id, clientState }: { id: string; clientState: string }) => ({
  subscriptionId: id,
  clientState,
  changeType: 'created',
  resource: 'Users/1/Messages/2',
  resourceData: { '@odata.type': '#Microsoft.Graph.Message', id: '2' },
});

/** What waits for the workers, by key. */
async function waiting(): Promise<Record<string, { events: string[]; stored: number }>> {
  const rows = await service.fleet.master
    .selectFrom('graph_subscriptions')
    .select(['key', 'lifecycle_events', 'nudge_version'])
    .where('nudge_due_at', 'is not', null)
    .execute();
  return Object.fromEntries(
    rows.map((row) => [row.key, { events: row.lifecycle_events.sort(), stored: Number(row.nudge_version) }]),
  );
}

/** The counters of notifications, as Prometheus reads them. */
async function figures(): Promise<string[]> {
  const text = await (await fetch(`${service.url}/metrics`)).text();
  return text.split('\n').filter((line) => line.startsWith('celeste_push_notifications_total'));
}

describe('the handshake', () => {
  it.each([
    'plain',
    'with space and + and %',
    '<script>alert(1)</script> & "quotes"',
    'Validation: Testing client application reachability for subscription Request-Id: 5b8b-00',
    'ünïcødé ⚓',
    '%41%2B',
    '',
    'long '.repeat(800),
  ])('gives back %.60j as it is', async (token) => {
    for (const path of [CHANGES, LIFECYCLE]) {
      const answer = await fetch(`${service.url}${path}?validationToken=${encodeURIComponent(token)}`, {
        method: 'POST',
        headers: { 'content-type': 'text/plain; charset=utf-8' },
      });
      expect(answer.status).toBe(200);
      expect(answer.headers.get('content-type')).toMatch(/^text\/plain/);
      expect(answer.headers.get('x-content-type-options')).toBe('nosniff');
      expect(answer.headers.get('content-encoding')).toBeNull();
      expect(await answer.text()).toBe(token);
    }
  });

  it('understands + for a space, beside the address’s own query', async () => {
    const answer = await fetch(`${service.url}${CHANGES}?subscription=1&validationToken=a+b%2Bc`, {
      method: 'POST',
    });
    expect(await answer.text()).toBe('a b+c');
  });

  it('is no mirror for whole pages', async () => {
    const answer = await fetch(`${service.url}${CHANGES}?validationToken=${'x'.repeat(4_097)}`, {
      method: 'POST',
    });
    expect(answer.status).toBe(400);
    expect((await answer.text()).length).toBeLessThan(1_000);
  });
});

describe('a notification', () => {
  it('is stored for the mailbox that its clientState names, once however many come', async () => {
    const subscription = await subscribe();
    const answers = await Promise.all(
      Array.from({ length: 40 }, () => notify([change(subscription), change(subscription)])),
    );
    expect(new Set(answers.map(({ status }) => status))).toEqual(new Set([202]));
    expect(await answers[0]?.text()).toBe('');
    expect(await waiting()).toEqual({ [subscription.key]: { events: [], stored: 1 } });
  });

  it('is stored again once a worker has the first: that one may look too early', async () => {
    const subscription = await subscribe();
    await notify([change(subscription)]);
    const [taken] = await takeNudges(service.fleet.master, new Date(Date.now() + 1_000), 10);
    expect(taken).toMatchObject({ key: subscription.key, version: '1' });
    await notify([change(subscription)]);
    expect(await waiting()).toMatchObject({ [subscription.key]: { stored: 2 } });
  });

  it('is believed before we know Microsoft’s id: the call that creates it has not returned', async () => {
    const made = newClientState();
    const watcherId = randomUUID();
    await registerSubscription(service.fleet.master, { yachtId: 'corvina', watcherId, ...made });
    expect((await notify([change({ ...made, id: 'not known yet' })])).status).toBe(202);
    expect(Object.keys(await waiting())).toEqual([made.key]);
  });

  it('is believed however Microsoft writes the subscription’s id', async () => {
    const subscription = await subscribe();
    await notify([change({ ...subscription, id: subscription.id.toUpperCase() })]);
    expect(Object.keys(await waiting())).toEqual([subscription.key]);
  });

  it('is thanked for though the queue hangs: the sweep finds what is stored', async () => {
    const subscription = await subscribe();
    await whileLocked('pgboss.job', async () => {
      expect((await notify([change(subscription)])).status).toBe(202);
    });
    expect(Object.keys(await waiting())).toEqual([subscription.key]);
  });

  it('is thanked for within a second of being stored, whatever hangs behind it', async () => {
    const took: number[] = [];
    await whileLocked('pgboss.job', async () => {
      for (let n = 0; n < 3; n += 1) {
        const subscription = await subscribe();
        const answered = notify([change(subscription)]).then(({ status }) => [status, performance.now()]);
        await expect.poll(waiting, { interval: 10 }).toHaveProperty(subscription.key);
        const storedAt = performance.now();
        const [status, answeredAt = 0] = await answered;
        expect(status).toBe(202);
        took.push(answeredAt - storedAt);
      }
    });
    // A busy machine may hold up one of them.
    expect(Math.min(...took)).toBeLessThan(1_000);
  });

  it('with a wrong clientState, an unknown id, or nonsense beside it does not spoil the others', async () => {
    const [good, other] = [await subscribe(), await subscribe('meltemi-rose')];
    const stranger = newClientState();
    const wrong = `${good.key}.${stranger.clientState.split('.')[1]}`;
    const answer = await notify([
      change({ id: good.id, clientState: wrong }),
      change({ id: other.id, clientState: good.clientState }),
      change({ id: randomUUID(), clientState: stranger.clientState }),
      change({ id: good.id, clientState: '' }),
      change({ id: good.id, clientState: `${good.key}.` }),
      { ...change(good), clientState: null },
      { ...change(good), lifecycleEvent: 'somethingNew' },
      null,
      17,
      [],
      change(good),
      change(other),
    ]);
    expect(answer.status).toBe(202);
    expect(Object.keys(await waiting()).sort()).toEqual([good.key, other.key].sort());
  });

  it.each([{ id: 'wrong clientState' }, { id: 'nobody’s' }])(
    'that is not believed ($id) is thanked for like any other, and leaves nothing',
    async ({ id }) => {
      const good = await subscribe();
      const stranger = newClientState();
      const clientState =
        id === 'nobody’s' ? stranger.clientState : `${good.key}.${stranger.clientState.split('.')[1]}`;
      const [refused, accepted] = [
        await notify([change({ id: good.id, clientState })]),
        await notify([{ nothing: true }]),
      ];
      const shape = (answer: Response) => [answer.status, answer.headers.get('content-length')];
      expect(shape(refused)).toEqual(shape(accepted));
      expect(await waiting()).toEqual({});
    },
  );

  it('of a lifecycle event is kept with its kind, at either address', async () => {
    const subscription = await subscribe();
    const event = (lifecycleEvent: string) => ({
      subscriptionId: subscription.id,
      clientState: subscription.clientState,
      lifecycleEvent,
    });
    await notify([event('missed'), event('reauthorizationRequired')], LIFECYCLE);
    await notify([event('missed')], LIFECYCLE);
    await notify([change(subscription)], CHANGES);
    expect(await waiting()).toEqual({
      [subscription.key]: { events: ['missed', 'reauthorizationRequired'], stored: 1 },
    });
    await notify([event('subscriptionRemoved')], CHANGES);
    expect(await waiting()).toMatchObject({
      [subscription.key]: { events: ['missed', 'reauthorizationRequired', 'subscriptionRemoved'] },
    });
  });

  it('is counted by kind and outcome, and by nothing that names a mailbox', async () => {
    const before = await figures();
    const subscription = await subscribe();
    await notify([change(subscription), change({ ...subscription, clientState: 'no' })]);
    await notify([{ ...change(subscription), lifecycleEvent: 'missed' }], LIFECYCLE);
    const after = await figures();
    expect(after).not.toEqual(before);
    expect(after.map((line) => line.replace(/ \d+$/, '')).sort()).toEqual(
      [
        'celeste_push_notifications_total{kind="change",outcome="accepted"}',
        'celeste_push_notifications_total{kind="change",outcome="ignored"}',
        'celeste_push_notifications_total{kind="lifecycle",outcome="accepted"}',
        'celeste_push_notifications_total{kind="lifecycle",outcome="ignored"}',
      ].sort(),
    );
  });
});

describe('what is refused', () => {
  it.each(['', '{', '<html>'])('a body that is not JSON: %j', async (body) => {
    expect((await post(CHANGES, body)).status).toBe(400);
  });

  it.each(['{}', '[]', '{"value":7}', 'null', '{"value":[]}'])(
    'nothing in JSON that we do not know: %s',
    async (body) => {
      expect((await post(CHANGES, body)).status).toBe(202);
    },
  );

  it('nothing is thanked for that could not be stored: Microsoft tries again', async () => {
    const subscription = await subscribe();
    const { master } = service.fleet;
    await master.schema.alterTable('graph_subscriptions').renameTo('away').execute();
    const refused = await notify([change(subscription)]);
    await master.schema.alterTable('away').renameTo('graph_subscriptions').execute();
    expect(refused.status).toBe(503);
    expect(await refused.json()).toMatchObject({ code: 'notification_not_stored' });
    expect((await notify([change(subscription)])).status).toBe(202);
    expect(Object.keys(await waiting())).toEqual([subscription.key]);
  });

  it('nothing is waited for that Microsoft would not wait for: a database that hangs', async () => {
    const subscription = await subscribe();
    await whileLocked('graph_subscriptions', async () => {
      expect((await notify([change(subscription)])).status).toBe(503);
    });
    expect((await notify([change(subscription)])).status).toBe(202);
  });

  // The last: the connection it came on is cut.
  it('a body beyond a mebibyte', async () => {
    expect((await post(CHANGES, JSON.stringify({ value: ['x'.repeat(1_100_000)] }))).status).toBe(413);
  });
});
