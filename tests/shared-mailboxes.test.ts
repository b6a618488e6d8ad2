// A role mailbox that several read: added with one person's consent, read aboard by those on its list, and closed to
// everybody else, by id and by search of ids too.
import type { Kysely } from 'kysely';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';

import type { TenantSchema } from '#tenants/schema.ts';
import { asWorker } from '#tenants/tenants.ts';

import { type Aboard, type Answer, ask, ENGINEER_MAIL, goAboard, workOrderId } from './support/aboard.ts';
import { endConsent } from './support/consent.ts';
import { expectEqualToMailbox } from './support/oracle.ts';
import { CORVINA, type SignedIn } from './support/service.ts';
import { signInAtSandbox } from './support/sign-in.ts';

const SHARED = 'engineering@corvina.test';
let aboard: Aboard;
let eto: SignedIn;
let watcherId: string;

async function connect(api: SignedIn, account: string, shared: boolean): Promise<void> {
  const { body } = await ask(api, `/auth/outlook/authorize?purpose=read&shared=${shared}`);
  const back = await signInAtSandbox(body.url, account);
  const answer = await api(back.pathname + back.search);
  expect(answer.headers.get('location')).toContain('outlook=connected');
}

const add = (api: SignedIn, mailbox = SHARED) =>
  ask(api, '/api/watchers', { method: 'POST', json: { mailbox } });
const readers = (api: SignedIn) => ask(api, `/api/watchers/${watcherId}/readers`);
const choose = (api: SignedIn, user_ids: string[]) =>
  ask(api, `/api/watchers/${watcherId}/readers`, { method: 'PUT', json: { user_ids } });
const inbox = async (api: SignedIn, query = ''): Promise<Answer['body'][]> =>
  (await ask(api, `/api/threads?limit=100${query}`)).body.items;
const subjects = async (api: SignedIn, query = '') => (await inbox(api, query)).map((row) => row.subject);
const names = ({ body }: Answer) =>
  body.crew.filter((one: { reads: boolean }) => one.reads).map((one: { id: string }) => one.id);

const HTML = { contentType: 'html' as const, content: '<p>Please see below.</p>' };

function letter(subject: string, minute: number) {
  return {
    subject,
    from: { name: 'Parts desk', address: 'parts@bergholt.example' },
    to: [{ name: 'Engineering', address: SHARED }],
    receivedAt: new Date(Date.UTC(2026, 4, 4, 9, minute)),
    body: { contentType: 'text' as const, content: 'Please see below.' },
  };
}

beforeAll(async () => {
  aboard = await goAboard();
  const { store } = aboard.sandbox;
  store.createMailbox({ address: 'eto@corvina.test', displayName: 'ETO' });
  store.createMailbox({ address: SHARED, displayName: 'Engineering', shared: true, access: [ENGINEER_MAIL] });
  store.createFolder(SHARED, { name: 'Yard', parent: 'inbox' });
  store.deliver(SHARED, 'inbox', letter('Injector for the port engine', 1));
  store.deliver(SHARED, 'Inbox/Yard', letter('Crane on Monday', 2));
  aboard.deliver({ subject: 'Only the chief engineer' });
  eto = await aboard.service.signIn(CORVINA.eto);
  await connect(eto, 'eto@corvina.test', true);
});
afterAll(() => aboard.close());

describe('adding a shared mailbox', () => {
  it('wants the permission first, and says where to give it', async () => {
    const refused = await add(aboard.engineer);
    expect(refused).toMatchObject({ status: 409, body: { code: 'scopes_missing' } });
    expect(refused.body.advice).toMatch(/settings/);
  });

  it('is refused to whom Microsoft does not let in, and for what Microsoft does not know', async () => {
    expect(await add(eto)).toMatchObject({ status: 403, body: { code: 'shared_forbidden' } });
    expect(await add(eto, 'nobody@corvina.test')).toMatchObject({
      status: 404,
      body: { code: 'shared_not_found' },
    });
    expect(await add(eto, ENGINEER_MAIL)).toMatchObject({ status: 409, body: { code: 'mailbox_in_use' } });
    expect(await add(aboard.deckhand)).toMatchObject({ status: 409, body: { code: 'not_connected' } });
  });

  it('syncs it whole, through its own address, and equals it', async () => {
    await connect(aboard.engineer, ENGINEER_MAIL, true);
    const added = await add(aboard.engineer, ` ${SHARED.toUpperCase()}`.trim());
    expect(added.status).toBe(201);
    watcherId = added.body.id;
    await aboard.service.drain();
    expect(await subjects(aboard.engineer)).toEqual(
      expect.arrayContaining(['Crane on Monday', 'Injector for the port engine']),
    );
    await expectEqual();
    const paths = aboard.sandbox.requests.list().map((request) => decodeURIComponent(request.path));
    expect(paths.some((path) => path.startsWith(`/v1.0/users/${SHARED}/mailFolders`))).toBe(true);
  });
});

const expectEqual = () =>
  aboard.service.fleet.tenants.read(asWorker('corvina'), (db) =>
    expectEqualToMailbox(aboard.sandbox.store, SHARED, { db: db as Kysely<TenantSchema>, watcherId }),
  );

describe('reading it', () => {
  beforeEach(async () => {
    await choose(aboard.engineer, [CORVINA.chiefEngineer]);
  });

  it('is for those on the list; nobody else sees it, by id either', async () => {
    const [row] = (await inbox(aboard.engineer)).filter((each) => each.subject === 'Crane on Monday');
    for (const api of [eto, aboard.deckhand, aboard.stranger]) {
      expect(await subjects(api)).not.toContain('Crane on Monday');
      for (const path of [`/api/threads/${row.id}`, `/api/emails/${row.latest_email_id}`]) {
        expect((await ask(api, path)).status).toBe(404);
      }
    }
    expect((await ask(aboard.deckhand, `/api/watchers/${watcherId}/readers`)).status).toBe(404);
    expect((await ask(aboard.captain, `/api/threads/${row.id}`)).status).toBe(404);
  });

  it('begins with the list: inbox, body, folders, as if it were one’s own', async () => {
    const chosen = await choose(aboard.engineer, [CORVINA.chiefEngineer, CORVINA.eto]);
    expect(chosen.status).toBe(200);
    expect(names(chosen).sort()).toEqual([CORVINA.chiefEngineer, CORVINA.eto].sort());
    expect(await subjects(eto, `&mailbox=${watcherId}`)).toEqual([
      'Crane on Monday',
      'Injector for the port engine',
    ]);
    const [row] = await inbox(eto, `&mailbox=${watcherId}`);
    const { body: mail } = await ask(eto, `/api/emails/${row.latest_email_id}`);
    expect(mail).toMatchObject({ mailbox: { mine: true, address: SHARED }, folder: { name: 'Yard' } });
    expect((await ask(eto, `/api/emails/${row.latest_email_id}/body`)).status).toBe(200);
    const { body: watcher } = await ask(eto, `/api/watchers/${watcherId}`);
    expect(watcher).toMatchObject({ kind: 'shared', mine: true, mailbox: SHARED });
    expect(watcher.folders.map((folder: { path: string }) => folder.path)).toContain('Inbox / Yard');
    expect(await subjects(eto)).not.toContain('Only the chief engineer');
  });

  it('ends with the list', async () => {
    await choose(aboard.engineer, [CORVINA.eto]);
    expect(await subjects(aboard.engineer)).not.toContain('Crane on Monday');
    expect(await subjects(eto)).toContain('Crane on Monday');
    await choose(aboard.captain, [CORVINA.chiefEngineer]);
    expect(await subjects(eto)).not.toContain('Crane on Monday');
  });

  it('is decided by whoever added it and the captain, for people of this yacht', async () => {
    await choose(aboard.captain, [CORVINA.chiefEngineer, CORVINA.eto]);
    expect((await readers(eto)).body).toMatchObject({ may_change: false });
    for (const [api, may_change] of [
      [aboard.engineer, true],
      [aboard.captain, true],
      [eto, false],
    ] as const) {
      expect((await ask(api, `/api/watchers/${watcherId}`)).body).toMatchObject({ may_change });
    }
    const interval = { method: 'PUT', json: { minutes: 30 } };
    expect(await ask(eto, `/api/watchers/${watcherId}/interval`, interval)).toMatchObject({ status: 403 });
    expect(await choose(eto, [CORVINA.eto])).toMatchObject({ status: 403, body: { code: 'not_allowed' } });
    expect(await choose(aboard.stranger, [CORVINA.eto])).toMatchObject({ status: expect.any(Number) });
    const foreign = '7c0f6a52-1d3e-4b58-9a41-0c0011220101';
    expect(await choose(aboard.captain, [foreign])).toMatchObject({ status: 400 });
    expect(await choose(aboard.captain, [])).toMatchObject({ status: 400 });
  });

  it('is everyone aboard’s once the conversation is on a work order', async () => {
    const [row] = (await inbox(aboard.engineer)).filter((each) => each.subject === 'Crane on Monday');
    const work_order_id = await workOrderId(aboard.engineer, 'WO-');
    const linked = await ask(aboard.engineer, `/api/emails/${row.latest_email_id}/link`, {
      method: 'POST',
      json: { work_order_id },
    });
    expect(linked.status).toBeLessThan(300);
    expect((await ask(aboard.deckhand, `/api/threads/${row.id}`)).status).toBe(200);
  });
});

describe('when access goes', () => {
  it('withdrawn at Microsoft: the mailbox says so, its mail stays', async () => {
    aboard.sandbox.store.withdrawAccess(SHARED, ENGINEER_MAIL);
    await ask(aboard.engineer, `/api/watchers/${watcherId}/sync`, { method: 'POST' });
    await aboard.service.drain();
    const { body } = await ask(aboard.engineer, `/api/watchers/${watcherId}`);
    expect(body).toMatchObject({ status: 'degraded', problem: { code: 'graph_forbidden' } });
    expect(await subjects(aboard.engineer)).toContain('Injector for the port engine');
  });

  it('its opener’s consent dies: they hear what to do, and everybody else whom to ask', async () => {
    const { store } = aboard.sandbox;
    store.grantAccess(SHARED, ENGINEER_MAIL);
    await choose(aboard.captain, [CORVINA.chiefEngineer, CORVINA.eto]);
    store.deliver(SHARED, 'inbox', { ...letter('Impeller', 6), body: HTML });
    await ask(aboard.engineer, `/api/watchers/${watcherId}/sync`, { method: 'POST' });
    await aboard.service.drain();
    const [row] = (await inbox(eto)).filter((each) => each.subject === 'Impeller');
    endConsent(aboard.sandbox, ENGINEER_MAIL);
    await ask(aboard.engineer, `/api/watchers/${watcherId}/sync`, { method: 'POST' });
    await aboard.service.drain();

    const { body: seen } = await ask(eto, `/api/watchers/${watcherId}`);
    expect(seen).toMatchObject({ status: 'reauth_required', mine: true, owner: { is_you: false } });
    const asked = { advice: expect.stringMatching(/^Ask Ewan Traill to connect Outlook again\./) };
    const wanted = { message: 'Microsoft wants Ewan Traill to sign in again.', ...asked };
    expect(seen.problem).toMatchObject(wanted);
    for (const [method, path] of [
      ['POST', 'sync'],
      ['PUT', 'pause'],
      ['DELETE', 'pause'],
    ]) {
      const refused = await ask(eto, `/api/watchers/${watcherId}/${path}`, { method: method ?? '' });
      expect(refused).toMatchObject({ status: 409, body: { code: 'reauth_required', ...asked } });
    }
    for (const api of [eto, aboard.captain]) {
      const { items } = (await ask(api, '/api/notices')).body;
      const notice = items.find((each: { watcher_id: string }) => each.watcher_id === watcherId);
      expect(notice).toMatchObject({ kind: 'consent_lost', owner: { is_you: false }, problem: wanted });
    }
    const { body: mail } = await ask(eto, `/api/emails/${row.latest_email_id}/body`);
    expect(mail.note).toBe('Shown as plain text. Ewan Traill has to connect Outlook again first.');

    const { body: own } = await ask(aboard.engineer, `/api/watchers/${watcherId}`);
    expect(own).toMatchObject({
      owner: { is_you: true },
      problem: {
        message: 'Microsoft wants you to sign in again.',
        advice: expect.stringMatching(/^Connect Outlook again/),
      },
    });
    const { body: ownMail } = await ask(aboard.engineer, `/api/emails/${row.latest_email_id}/body`);
    expect(ownMail.note).toMatch(/Microsoft wants you to sign in again/);
  });

  it('its opener disconnects: readers are told, and one of them takes it over', async () => {
    await choose(aboard.captain, [CORVINA.chiefEngineer, CORVINA.eto]);
    const before = await subjects(eto, `&mailbox=${watcherId}`);
    // Twice, as over a link that loses the first answer.
    for (const _ of [1, 2]) {
      const json = { purpose: 'read', mail: 'purge' };
      await ask(aboard.engineer, '/auth/outlook/disconnect', { method: 'POST', json });
      await aboard.service.drain();
    }
    expect(await subjects(eto, `&mailbox=${watcherId}`)).toEqual(before);
    const { body } = await ask(eto, `/api/watchers/${watcherId}`);
    expect(body).toMatchObject({
      status: 'disconnected',
      problem: { code: 'shared_unopened', message: 'The Outlook of Ewan Traill is disconnected.' },
    });
    aboard.sandbox.store.grantAccess(SHARED, 'eto@corvina.test');
    expect(await add(eto)).toMatchObject({ status: 201, body: { id: watcherId } });
    aboard.sandbox.store.deliver(SHARED, 'inbox', letter('New gaskets', 7));
    await aboard.service.drain();
    expect(await subjects(eto, `&mailbox=${watcherId}`)).toContain('New gaskets');
    await expectEqual();
  });

  it('removed: it stays so, and nobody is told to add it again, when whoever opened it disconnects', async () => {
    expect((await eto(`/api/watchers/${watcherId}`, { method: 'DELETE' })).status).toBe(204);
    const json = { purpose: 'read', mail: 'keep' };
    await ask(eto, '/auth/outlook/disconnect', { method: 'POST', json });
    const { body } = await ask(aboard.captain, `/api/watchers/${watcherId}`);
    expect(body).toMatchObject({ status: 'disconnected', problem: null });
  });

  it('removed: it is not synced any more, and purged when asked', async () => {
    expect((await eto(`/api/watchers/${watcherId}?mail=purge`, { method: 'DELETE' })).status).toBe(204);
    await aboard.service.drain();
    expect(await subjects(eto)).not.toContain('New gaskets');
  });
});
