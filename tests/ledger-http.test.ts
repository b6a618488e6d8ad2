// What people see of the ledger over HTTP: the owner all of it, the captain the figures and states, others nothing.
import { afterAll, beforeAll, describe, expect, it } from 'vitest';

import { asWorker } from '#tenants/tenants.ts';

import { type Sandbox, startSandbox } from '../sandbox/server.ts';
import { ask } from './support/aboard.ts';
import { endConsent } from './support/consent.ts';
import { listenToEvents } from './support/live.ts';
import { fillMailbox, letter } from './support/mail-story.ts';
import { bootService, CORVINA, MELTEMI_ROSE, type SignedIn, type TestService } from './support/service.ts';
import { signInAtSandbox } from './support/sign-in.ts';

const ADDRESS = 'chief.engineer@corvina.test';
const HOUR = 3_600_000;

let sandbox: Sandbox;
let service: TestService;
let engineer: SignedIn;
let captain: SignedIn;
let deckhand: SignedIn;
let stranger: SignedIn;
let id: string;
let ahead = 0;
const clock = { now: () => new Date(Date.now() + ahead) };

beforeAll(async () => {
  sandbox = await startSandbox({ port: 0, httpsPort: null, world: 'empty', latencyMs: 0, clock });
  sandbox.store.createMailbox({ address: ADDRESS, displayName: 'Chief engineer' });
  fillMailbox(sandbox.store, ADDRESS);
  service = await bootService({ sandboxUrl: sandbox.url, clock });
  [engineer, captain, deckhand, stranger] = (await Promise.all(
    [CORVINA.chiefEngineer, CORVINA.captain, CORVINA.deckhand, MELTEMI_ROSE.captain].map(service.signIn),
  )) as [SignedIn, SignedIn, SignedIn, SignedIn];
  const { body } = await ask(engineer, '/auth/outlook/authorize?purpose=read');
  const back = await signInAtSandbox(body.url, ADDRESS);
  await engineer(back.pathname + back.search);
  await service.drain();
  id = (await ask(engineer, '/api/watchers')).body.items[0].id;
});
afterAll(async () => {
  await service?.stop();
  await sandbox?.close();
});

const sync = async () => {
  await ask(engineer, `/api/watchers/${id}/sync`, { method: 'POST' });
  await service.drain();
};
const items = async (who: SignedIn, path: string) => (await ask(who, path)).body.items;

describe('the record of a mailbox', () => {
  it('holds its rounds, for its owner and the captain alone', async () => {
    sandbox.store.deliver(ADDRESS, 'inbox', letter('New'));
    await sync();
    const expected = [
      { trigger: 'first', outcome: 'synced' },
      { trigger: 'person', outcome: 'synced', changes: 1, code: null },
    ];
    expect(await items(engineer, `/api/watchers/${id}/rounds`)).toMatchObject(expected);
    expect(await items(captain, `/api/watchers/${id}/rounds`)).toMatchObject(expected);
    for (const other of [deckhand, stranger]) {
      for (const path of [`/api/watchers/${id}/rounds`, `/api/watchers/${id}/gaps`])
        expect(await ask(other, path)).toMatchObject({ status: 404, body: { code: 'watcher_not_found' } });
    }
    expect((await ask(engineer, `/api/watchers/${id}`)).body.last_round).toMatchObject({
      trigger: 'person',
      changes: 1,
      requests: expect.any(Number),
    });
  });

  it('names the folder of a gap to the owner, and to nobody else', async () => {
    sandbox.store.expireDelta(ADDRESS, 'inbox');
    await sync();
    const gap = { kind: 'cursor_lost', found: 0, repaired_at: expect.any(String) };
    expect(await items(engineer, `/api/watchers/${id}/gaps`)).toMatchObject([{ ...gap, folder: 'Inbox' }]);
    expect(await items(captain, `/api/watchers/${id}/gaps`)).toMatchObject([{ ...gap, folder: null }]);
    expect((await ask(captain, `/api/watchers/${id}`)).body.folders).toEqual([]);
  });
});

describe('how often a mailbox is looked at', () => {
  const put = (who: SignedIn, minutes: number) =>
    ask(who, `/api/watchers/${id}/interval`, { method: 'PUT', json: { minutes } });

  it('is for its owner and the captain to say, between five minutes and a day, and is audited', async () => {
    expect(await put(engineer, 5)).toMatchObject({ status: 200, body: { interval_minutes: 5 } });
    const { next_sync_at } = (await put(engineer, 5)).body;
    expect(new Date(next_sync_at).getTime()).toBeLessThanOrEqual(clock.now().getTime() + 5 * 60_000);
    expect(await put(captain, 60)).toMatchObject({
      status: 200,
      body: { interval_minutes: 60, mine: false },
    });
    for (const minutes of [4, 1441, 7.5]) expect((await put(engineer, minutes)).status).toBe(400);
    expect((await put(deckhand, 15)).status).toBe(404);
    expect((await put(stranger, 15)).status).toBe(404);
    const audit = await service.fleet.tenants.read({ yachtId: 'corvina', caller: { kind: 'worker' } }, (db) =>
      db.selectFrom('audit_log').selectAll().where('target_id', '=', id).orderBy('id').execute(),
    );
    expect(audit).toMatchObject([
      {
        action: 'mailbox.interval_changed',
        actor_id: CORVINA.chiefEngineer,
        before: { minutes: 15 },
        after: { minutes: 5 },
      },
      {
        action: 'mailbox.interval_changed',
        actor_id: CORVINA.captain,
        before: { minutes: 5 },
        after: { minutes: 60 },
      },
    ]);
    await put(engineer, 15);
  });
});

describe('a notice', () => {
  it('reaches the owner and the captain at once, stands for who opens the page later, and goes', async () => {
    const pages = await Promise.all([engineer, captain, deckhand].map(listenToEvents));
    endConsent(sandbox, ADDRESS);
    await sync();
    await Promise.all(pages.slice(0, 2).map((page) => page.until('notice')));
    expect(pages[2]?.names()).not.toContain('notice');
    await Promise.all(pages.map((page) => page.close()));
    expect((await ask(engineer, `/api/watchers/${id}`)).body.last_round.outcome).toBe('reauth_required');
    const notice = { kind: 'consent_lost', mailbox: ADDRESS, problem: { code: 'reauth_required' } };
    expect(await items(engineer, '/api/notices')).toMatchObject([{ ...notice, mine: true }]);
    expect(await items(captain, '/api/notices')).toMatchObject([
      { ...notice, mine: false, owner: { id: CORVINA.chiefEngineer } },
    ]);
    expect(await items(deckhand, '/api/notices')).toEqual([]);
    expect(await items(stranger, '/api/notices')).toEqual([]);

    const { body } = await ask(engineer, '/auth/outlook/authorize?purpose=read');
    const back = await signInAtSandbox(body.url, ADDRESS);
    await engineer(back.pathname + back.search);
    expect(await items(engineer, '/api/notices')).toEqual([]);
    await service.drain();
  });

  it('of a consent to write that died reaches the same people, and nobody else', async () => {
    const { body } = await ask(engineer, '/auth/outlook/authorize?purpose=write');
    const back = await signInAtSandbox(body.url, ADDRESS);
    await engineer(back.pathname + back.search);
    expect(await items(engineer, '/api/notices')).toEqual([]);
    await service.fleet.tenants.transact(asWorker('corvina'), (tx) =>
      tx
        .updateTable('auth_microsoft_tokens')
        .set({ is_revoked: true })
        .where('user_id', '=', CORVINA.chiefEngineer)
        .where('token_purpose', '=', 'write')
        .execute(),
    );
    await service.drain();
    const notice = { kind: 'write_lost', mailbox: ADDRESS };
    expect(await items(engineer, '/api/notices')).toMatchObject([{ ...notice, owner: { is_you: true } }]);
    expect(await items(captain, '/api/notices')).toMatchObject([
      { ...notice, problem: { advice: 'Ask Ewan Traill to allow writing again in the settings.' } },
    ]);
    for (const other of [deckhand, stranger]) expect(await items(other, '/api/notices')).toEqual([]);
    await ask(engineer, '/auth/outlook/disconnect', { method: 'POST', json: { purpose: 'write' } });
    expect(await items(captain, '/api/notices')).toEqual([]);
  });

  it('comes when a mailbox falls behind, though nobody works at it', async () => {
    ahead += 2 * HOUR;
    expect(await items(captain, '/api/notices')).toMatchObject([{ kind: 'stale', mailbox: ADDRESS }]);
    await service.drain();
    expect(await items(captain, '/api/notices')).toEqual([]);
    expect(await items(engineer, `/api/watchers/${id}/gaps`)).toMatchObject([
      { kind: 'outage', repaired_at: expect.any(String) },
      { kind: 'cursor_lost' },
    ]);
  });
});

describe('the figures', () => {
  it('tell of rounds, requests, gaps and mailboxes, and of nobody', async () => {
    const text = await (await fetch(`${service.url}/metrics`)).text();
    const value = (line: string) =>
      Number(
        text
          .split('\n')
          .find((each) => each.startsWith(line))
          ?.split(' ')
          .at(-1),
      );
    expect(value('celeste_sync_rounds_total{outcome="synced",trigger="first"}')).toBe(1);
    expect(value('celeste_sync_rounds_total{outcome="reauth_required",trigger="person"}')).toBe(1);
    expect(value('celeste_graph_requests_total{answer="ok"}')).toBeGreaterThan(10);
    expect(value('celeste_graph_requests_total{answer="sync_state_lost"}')).toBeGreaterThan(0);
    expect(value('celeste_sync_messages_changed_total')).toBeGreaterThan(20);
    expect(value('celeste_gaps_opened_total{kind="cursor_lost"}')).toBe(1);
    expect(value('celeste_gaps_repaired_total{kind="cursor_lost"}')).toBe(1);
    expect(value('celeste_gaps_opened_total{kind="outage"}')).toBe(1);
    expect(value('celeste_watchers{state="active"}')).toBe(1);
    expect(text).not.toContain(id);
    expect(text).not.toContain('corvina');
  });
});
