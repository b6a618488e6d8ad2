// The whole service against the sandbox, through HTTP alone: a crew connects Outlook, reads its mail, and finds
// it on the work order it names.
import { afterAll, beforeAll, describe, expect, it } from 'vitest';

import { type Sandbox, startSandbox } from '../sandbox/server.ts';
import { endConsent } from './support/consent.ts';
import { listenToEvents } from './support/live.ts';
import { bootService, CORVINA, MELTEMI_ROSE, type SignedIn, type TestService } from './support/service.ts';
import { signInAtSandbox } from './support/sign-in.ts';

const ENGINEER_MAIL = 'chief.engineer@corvina.test';
let sandbox: Sandbox;
let service: TestService;
let engineer: SignedIn;
let captain: SignedIn;
let deckhand: SignedIn;
let stranger: SignedIn;

beforeAll(async () => {
  sandbox = await startSandbox({ port: 0, httpsPort: null, world: 'empty', latencyMs: 0 });
  for (const address of [ENGINEER_MAIL, 'captain@corvina.test', 'captain@meltemi-rose.test']) {
    sandbox.store.createMailbox({ address, displayName: address });
  }
  const config = { sync: { delta: true, intervalMinutes: 7, concurrency: 4 } };
  service = await bootService({ sandboxUrl: sandbox.url, config });
  const sign = service.signIn;
  engineer = await sign(CORVINA.chiefEngineer);
  captain = await sign(CORVINA.captain);
  deckhand = await sign(CORVINA.deckhand);
  stranger = await sign(MELTEMI_ROSE.captain);
});
afterAll(async () => {
  await service.stop();
  await sandbox.close();
});

let minute = 0;
function deliver(address: string, subject: string, text = 'Please see below.'): void {
  minute += 1;
  sandbox.store.deliver(address, 'inbox', {
    subject,
    from: { name: 'Parts desk', address: 'parts@bergholt.example' },
    to: [{ name: address, address }],
    receivedAt: new Date(Date.UTC(2026, 4, 4, 8, minute)),
    body: { contentType: 'text', content: text },
  });
}

// biome-ignore lint/suspicious/noExplicitAny: a test reads whatever shape came
async function get(api: SignedIn, path: string): Promise<any> {
  const answer = await api(path);
  if (!answer.ok) throw new Error(`${path}: ${answer.status} ${await answer.text()}`);
  return answer.json();
}

const statusOf = async (api: SignedIn, path: string) => (await api(path)).status;

async function away(api: SignedIn, account: string): Promise<URL> {
  const { url } = await get(api, '/auth/outlook/authorize?purpose=read');
  return signInAtSandbox(url, account);
}

async function connect(api: SignedIn, account: string): Promise<void> {
  const back = await away(api, account);
  const answer = await api(back.pathname + back.search);
  expect(answer.headers.get('location')).toBe('/settings?purpose=read&outlook=connected');
}

async function inbox(api: SignedIn): Promise<string[]> {
  const { items } = await get(api, '/api/threads');
  return items.map((row: { subject: string }) => row.subject);
}

describe('connecting through the browser', () => {
  it('brings the first mail into the inbox', async () => {
    deliver(ENGINEER_MAIL, 'Impeller kit');
    await connect(engineer, ENGINEER_MAIL);
    await service.drain();
    expect(await inbox(engineer)).toEqual(['Impeller kit']);
    const { items } = await get(engineer, '/api/watchers');
    expect(items).toMatchObject([
      {
        mine: true,
        status: 'active',
        first_sync_done: true,
        problem: null,
        progress: { done: 1, total: 1 },
        interval_minutes: 7,
      },
    ]);
  });

  it('may be reloaded: the page repeats how it ended, and Microsoft is not asked again', async () => {
    const back = await away(engineer, ENGINEER_MAIL);
    const codesUsed = () => sandbox.requests.list().filter(({ path }) => path.includes('/token')).length;
    const before = codesUsed();
    const answers = await Promise.all([1, 2, 3].map(() => engineer(back.pathname + back.search)));
    const ends = new Set(answers.map((answer) => answer.headers.get('location')));
    expect([...ends]).toEqual(['/settings?purpose=read&outlook=connected']);
    expect(codesUsed()).toBe(before + 1);
  });

  it("is refused with somebody else's trip, which stays good for its owner", async () => {
    const back = await away(engineer, ENGINEER_MAIL);
    const body = JSON.stringify({
      code: back.searchParams.get('code'),
      state: back.searchParams.get('state'),
    });
    const stolen = await captain('/auth/outlook/exchange', { method: 'POST', body });
    expect(stolen.status).toBe(403);
    expect(await stolen.json()).toMatchObject({ code: 'state_foreign' });
    const own = await engineer('/auth/outlook/exchange', { method: 'POST', body });
    expect(own.status).toBe(200);
    expect(await own.json()).toMatchObject({ read: { state: 'connected', mailbox: ENGINEER_MAIL } });
  });

  it('asks before another account takes the place of the first', async () => {
    sandbox.store.createMailbox({ address: 'second@corvina.test', displayName: 'Second' });
    const back = await away(engineer, 'second@corvina.test');
    const answer = await engineer(back.pathname + back.search);
    const state = back.searchParams.get('state');
    expect(answer.headers.get('location')).toBe(
      `/settings?purpose=read&outlook=confirm_account&state=${state}&account=second%40corvina.test`,
    );
    expect(await get(engineer, '/auth/outlook/status')).toMatchObject({ read: { mailbox: ENGINEER_MAIL } });
  });
});

describe('a mail that names a work order', () => {
  let workOrder: string;
  const linked = async (api: SignedIn) =>
    (await get(api, `/api/work-orders/${workOrder}`)).threads.map((row: { subject: string }) => row.subject);

  beforeAll(async () => {
    const { items } = await get(engineer, '/api/work-orders?q=WO-1001');
    workOrder = items[0].id;
    deliver(ENGINEER_MAIL, 'Quote for WO-1001');
    deliver(ENGINEER_MAIL, 'My leave in June');
    await engineer(`/api/watchers/${(await get(engineer, '/api/watchers')).items[0].id}/sync`, {
      method: 'POST',
    });
    await service.drain();
  });

  it('stands on it, for everyone aboard', async () => {
    expect(await linked(engineer)).toEqual(['Quote for WO-1001']);
    expect(await linked(deckhand)).toEqual(['Quote for WO-1001']);
  });

  it('is read there by the deckhand, and nothing else of that mailbox is', async () => {
    const { items } = await get(engineer, '/api/threads');
    const idOf = (subject: string) => items.find((row: { subject: string }) => row.subject === subject).id;
    expect(await statusOf(deckhand, `/api/threads/${idOf('Quote for WO-1001')}`)).toBe(200);
    expect(await statusOf(deckhand, `/api/threads/${idOf('My leave in June')}`)).toBe(404);
    expect(await statusOf(captain, `/api/threads/${idOf('My leave in June')}`)).toBe(404);
    expect(await inbox(deckhand)).toEqual([]);
  });

  it('is not there for another yacht', async () => {
    expect(await statusOf(stranger, `/api/work-orders/${workOrder}`)).toBe(404);
  });
});

describe('while a page is open', () => {
  it('its owner hears of new mail, the captain of the sync, everyone aboard of links, others of nothing', async () => {
    const streams = await Promise.all(
      [engineer, captain, deckhand, stranger].map((api) => listenToEvents(api)),
    );
    deliver(ENGINEER_MAIL, 'Delivery for WO-1002');
    const { items } = await get(engineer, '/api/watchers');
    await engineer(`/api/watchers/${items[0].id}/sync`, { method: 'POST' });
    await service.drain();
    const [toEngineer, toCaptain, toDeckhand, toStranger] = streams;
    await Promise.all(streams.slice(0, 3).map((stream) => stream?.until('links')));
    await toStranger?.close();
    expect(new Set(toEngineer?.names())).toEqual(new Set(['sync', 'threads', 'links']));
    expect(new Set(toCaptain?.names())).toEqual(new Set(['sync', 'links']));
    expect(new Set(toDeckhand?.names())).toEqual(new Set(['links']));
    expect(toStranger?.names()).toEqual([]);
    await Promise.all(streams.map((stream) => stream.close()));
  });
});

describe('trouble', () => {
  it('at one mailbox stays there, is shown, and does not hold up another yacht', async () => {
    await connect(stranger, 'captain@meltemi-rose.test');
    await service.drain();
    deliver('captain@meltemi-rose.test', 'Sailmaker');
    deliver(ENGINEER_MAIL, 'Late');
    sandbox.faults.add({
      match: { mailbox: ENGINEER_MAIL, path: 'delta' },
      count: 100,
      fault: { status: 429, code: 'TooManyRequests', headers: { 'Retry-After': '600' } },
    });
    for (const api of [engineer, stranger]) {
      const { items } = await get(api, '/api/watchers');
      await api(`/api/watchers/${items[0].id}/sync`, { method: 'POST' });
    }
    await service.drain();
    expect(await inbox(stranger)).toEqual(['Sailmaker']);
    expect(await inbox(engineer)).not.toContain('Late');
    const { items } = await get(engineer, '/api/watchers');
    expect(Date.parse(items[0].throttled_until)).toBeGreaterThan(Date.now() + 500_000);
  });

  it('with consent that was withdrawn waits for the person, and says so', async () => {
    endConsent(sandbox, 'captain@meltemi-rose.test');
    const { items } = await get(stranger, '/api/watchers');
    await stranger(`/api/watchers/${items[0].id}/sync`, { method: 'POST' });
    await service.drain();
    expect(await get(stranger, '/auth/outlook/status')).toMatchObject({
      read: { state: 'reauth_required', problem: { code: 'reauth_required' } },
    });
    const again = await stranger(`/api/watchers/${items[0].id}/sync`, { method: 'POST' });
    expect(again.status).toBe(409);
    await connect(stranger, 'captain@meltemi-rose.test');
    await service.drain();
    expect(await inbox(stranger)).toEqual(['Sailmaker']);
  });
});
