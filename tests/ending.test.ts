// A mailbox that somebody else ends, because its owner has left the yacht without doing so: what goes, what stays, who is
// told, and who may not.
import { afterAll, beforeAll, describe, expect, it } from 'vitest';

import { asWorker } from '#tenants/tenants.ts';

import { type Sandbox, startSandbox } from '../sandbox/server.ts';
import { ask } from './support/aboard.ts';
import { listenToEvents } from './support/live.ts';
import { fillMailbox, letter } from './support/mail-story.ts';
import { bootService, CORVINA, MELTEMI_ROSE, type SignedIn, type TestService } from './support/service.ts';
import { signInAtSandbox } from './support/sign-in.ts';

const ADDRESS = 'chief.engineer@corvina.test';
const SHARED = 'engineering@corvina.test';

let sandbox: Sandbox;
let service: TestService;
let engineer: SignedIn;
let captain: SignedIn;
let eto: SignedIn;
let deckhand: SignedIn;
let stranger: SignedIn;
let id: string;
let shared: string;

async function connect(query: string): Promise<void> {
  const { body } = await ask(engineer, `/auth/outlook/authorize?${query}`);
  const back = await signInAtSandbox(body.url, ADDRESS);
  await engineer(back.pathname + back.search);
  await service.drain();
}

beforeAll(async () => {
  sandbox = await startSandbox({ port: 0, httpsPort: null, world: 'empty', latencyMs: 0 });
  sandbox.store.createMailbox({ address: ADDRESS, displayName: 'Chief engineer' });
  fillMailbox(sandbox.store, ADDRESS);
  const access = { shared: true, access: [ADDRESS] };
  sandbox.store.createMailbox({ address: SHARED, displayName: 'Engineering', ...access });
  sandbox.store.deliver(SHARED, 'inbox', letter('Injector for the port engine'));
  service = await bootService({ sandboxUrl: sandbox.url, push: true });
  const { chiefEngineer, captain: bridge, eto: electrician, deckhand: deck } = CORVINA;
  [engineer, captain, eto, deckhand, stranger] = (await Promise.all(
    [chiefEngineer, bridge, electrician, deck, MELTEMI_ROSE.captain].map(service.signIn),
  )) as [SignedIn, SignedIn, SignedIn, SignedIn, SignedIn];
  await connect('purpose=read&shared=true');
  await connect('purpose=write');
  shared = (await ask(engineer, '/api/watchers', { method: 'POST', json: { mailbox: SHARED } })).body.id;
  await service.drain();
  const { items } = (await ask(engineer, '/api/watchers')).body;
  id = items.find((each: { kind: string }) => each.kind === 'own').id;
});
afterAll(async () => {
  await service?.stop();
  await sandbox?.close();
});

const end = (who: SignedIn, mail = 'keep', watcher = id) =>
  ask(who, `/api/watchers/${watcher}?mail=${mail}`, { method: 'DELETE' });
const seenBy = async (who: SignedIn, watcher = id) => (await ask(who, `/api/watchers/${watcher}`)).body;
const notices = async (who: SignedIn) => (await ask(who, '/api/notices')).body.items;
const subjects = async () =>
  (await ask(engineer, `/api/threads?limit=100&mailbox=${id}`)).body.items.map(
    (row: { subject: string }) => row.subject,
  );
const rows = <T>(fn: Parameters<typeof service.fleet.tenants.read<T>>[1]) =>
  service.fleet.tenants.read(asWorker('corvina'), fn);
const tokens = () => rows((db) => db.selectFrom('auth_microsoft_tokens').select('token_purpose').execute());
const audit = () =>
  rows((db) =>
    db
      .selectFrom('audit_log')
      .select(['action', 'actor_kind', 'actor_id', 'target_id'])
      .where('action', 'like', '%disconnected')
      .orderBy('id')
      .execute(),
  );

describe('ending somebody else’s mailbox', () => {
  it('is the captain’s, and nobody else’s; deleting its mail is its owner’s alone', async () => {
    for (const who of [eto, deckhand]) {
      expect(await end(who)).toMatchObject({ status: 403, body: { code: 'not_allowed' } });
    }
    expect(await end(stranger)).toMatchObject({ status: 404, body: { code: 'watcher_not_found' } });
    const refused = await end(captain, 'purge');
    expect(refused).toMatchObject({ status: 403, body: { code: 'not_allowed' } });
    expect(refused.body.advice).toMatch(/keep/i);
    expect(await seenBy(engineer)).toMatchObject({ status: 'active', push: { state: 'active' } });
    expect(sandbox.notifications.subscriptions()).toHaveLength(1);
    expect(await tokens()).toHaveLength(2);
  });

  it('erases the tokens, ends subscription and sync, and keeps the mail', async () => {
    const before = await subjects();
    expect(before.length).toBeGreaterThan(2);
    const page = await listenToEvents(engineer);
    expect((await end(captain)).status).toBe(204);
    await page.until('connection');
    await page.close();
    expect(await tokens()).toEqual([]);
    expect(sandbox.notifications.subscriptions()).toEqual([]);
    expect(await seenBy(captain)).toMatchObject({
      status: 'disconnected',
      next_sync_at: null,
      problem: {
        message: 'The captain has disconnected this mailbox.',
        advice: expect.stringMatching(/Ewan Traill/),
      },
    });
    sandbox.requests.clear();
    await service.drain();
    expect(sandbox.requests.list()).toEqual([]);
    expect(await subjects()).toEqual(before);
  });

  it('is on record once, in the name of who did it', async () => {
    expect((await end(captain)).status).toBe(204);
    const by = { actor_kind: 'person', actor_id: CORVINA.captain };
    expect(await audit()).toMatchObject([
      { ...by, action: 'read.disconnected' },
      { ...by, action: 'write.disconnected' },
      { ...by, action: 'mailbox.disconnected', target_id: id },
    ]);
  });

  it('stops the shared mailboxes that it opened, and says so', async () => {
    expect(await seenBy(captain, shared)).toMatchObject({
      status: 'disconnected',
      problem: {
        code: 'shared_unopened',
        message: 'The Outlook of Ewan Traill is disconnected.',
      },
    });
  });

  it('is told to its owner, wherever they look, and to nobody who can do nothing about it', async () => {
    const problem = {
      code: 'ended_by_captain',
      message: 'The captain has disconnected your mailbox.',
      advice: expect.stringMatching(/Connect again, or have it deleted/),
    };
    expect(await notices(engineer)).toMatchObject([{ kind: 'ended', mailbox: ADDRESS, problem }]);
    expect(await notices(captain)).toEqual([]);
    expect(await notices(eto)).toEqual([]);
    const { body } = await ask(engineer, '/auth/outlook/status');
    expect(body.read).toMatchObject({ state: 'not_connected', problem });
    expect((await ask(captain, '/auth/outlook/status')).body.read).toMatchObject({ problem: null });
  });

  it('is over when its owner connects again', async () => {
    await connect('purpose=read');
    expect(await notices(engineer)).toEqual([]);
    expect(await seenBy(captain)).toMatchObject({ status: 'active', problem: null });
    expect((await ask(engineer, '/auth/outlook/status')).body.read).toMatchObject({ problem: null });
    expect(sandbox.notifications.subscriptions()).toHaveLength(1);
  });
});

describe('what its owner says to it afterwards', () => {
  it('may be to leave it so', async () => {
    expect((await end(captain)).status).toBe(204);
    expect(await notices(engineer)).toHaveLength(1);
    expect((await end(engineer)).status).toBe(204);
    const { body } = await ask(engineer, '/auth/outlook/status');
    expect(body).toMatchObject({ read: { state: 'not_connected', problem: null }, ended: [] });
    expect(await notices(engineer)).toEqual([]);
    expect(await seenBy(captain)).toMatchObject({ status: 'disconnected', problem: null });
  });

  it('may be to have the mail deleted', async () => {
    await connect('purpose=read');
    await end(captain);
    expect((await end(engineer, 'purge')).status).toBe(204);
    await service.drain();
    expect(await seenBy(captain)).toMatchObject({ code: 'watcher_not_found' });
    const left = await rows((db) =>
      db.selectFrom('email_messages').select('id').where('watcher_id', '=', id).execute(),
    );
    expect(left).toEqual([]);
  });
});

it('takes along a permission to write whose owner had disconnected only reading', async () => {
  await connect('purpose=read');
  await connect('purpose=write');
  const { items } = (await ask(captain, '/api/watchers')).body;
  const own = items.find((each: { kind: string }) => each.kind === 'own').id;
  const json = { purpose: 'read', mail: 'keep' };
  await ask(engineer, '/auth/outlook/disconnect', { method: 'POST', json });
  expect(await tokens()).toEqual([{ token_purpose: 'write' }]);
  // Its owner may mean only the mail.
  expect((await end(engineer, 'keep', own)).status).toBe(204);
  expect(await tokens()).toEqual([{ token_purpose: 'write' }]);
  expect((await end(captain, 'keep', own)).status).toBe(204);
  expect(await tokens()).toEqual([]);
  expect((await audit()).at(-1)).toMatchObject({ action: 'write.disconnected', actor_id: CORVINA.captain });
});

it('the owner may end their own by its id, and delete its mail', async () => {
  await connect('purpose=read');
  const { items } = (await ask(engineer, '/api/watchers')).body;
  const own = items.find((each: { kind: string }) => each.kind === 'own').id;
  expect((await end(engineer, 'purge', own)).status).toBe(204);
  await service.drain();
  expect(await seenBy(captain, own)).toMatchObject({ code: 'watcher_not_found' });
  expect(await tokens()).toEqual([]);
});
