// A person connects Outlook, and what can come between.
import { randomBytes } from 'node:crypto';

import { afterEach, beforeEach, describe, expect, it } from 'vitest';

import { createSealer } from '#base/sealing.ts';
import type { Principal } from '#directory/principal.ts';
import { beginAuthorize, finishAuthorize, replaceAccount } from '#mailboxes/connect.ts';
import { disconnect } from '#mailboxes/disconnect.ts';
import { connectionStatus } from '#mailboxes/status.ts';
import { createTokenVault } from '#mailboxes/token-vault.ts';
import type { Purpose } from '#microsoft/scopes.ts';
import { asWorker } from '#tenants/tenants.ts';

import { CALLBACK } from './support/connect.ts';
import { createMailWorld, type MailWorld } from './support/mail.ts';
import { letter } from './support/mail-story.ts';
import { signInAtSandbox } from './support/sign-in.ts';

const BOTH = { read: true, write: true };

import { wire } from './support/wiring.ts';

let world: MailWorld;
let engineer: Principal;

beforeEach(async () => {
  world = await createMailWorld();
  engineer = world.person('chief.engineer@corvina.test');
});
afterEach(() => world.close());

const statusOf = (principal: Principal) =>
  world.tenants.read(
    { yachtId: world.yachtId, caller: { kind: 'person', userId: principal.userId, role: principal.role } },
    (db) => connectionStatus(db, principal.userId, BOTH),
  );

const tokenRow = () => world.db.selectFrom('auth_microsoft_tokens').selectAll().executeTakeFirstOrThrow();
const tokenCalls = () =>
  world.sandbox.requests.list().filter((request) => request.path.includes('/oauth2/v2.0/token'));

/** The trip to Microsoft, up to the redirect back. */
async function away(
  principal: Principal,
  account = principal.email,
  { decision = 'accept', purpose = 'read' }: { decision?: 'accept' | 'decline'; purpose?: Purpose } = {},
) {
  const { url } = await beginAuthorize(world.connectDeps, principal, { purpose, redirectUri: CALLBACK });
  const back = await signInAtSandbox(url, account, decision);
  const param = (name: string) => back.searchParams.get(name) ?? undefined;
  return { url: new URL(url), state: param('state') ?? '', code: param('code'), error: param('error') };
}

describe('connecting', () => {
  it('stores sealed tokens and orders the first sync', async () => {
    expect(await world.connect(engineer)).toEqual({ purpose: 'read', refusal: null });
    const row = await tokenRow();
    expect(row.microsoft_access_token).toMatch(/^eyJ[\w-]+\.\./);
    expect(row.microsoft_refresh_token).toMatch(/^eyJ[\w-]+\.\./);
    expect(row.microsoft_user_id).toMatch(/^[0-9a-f-]{36}\.[0-9a-f-]{36}$/);
    expect(await world.watcher(engineer)).toMatchObject({ sync_status: 'pending', mailbox: engineer.email });
    expect(await statusOf(engineer)).toMatchObject({
      read: { state: 'connected', mailbox: engineer.email, missing_scopes: [], problem: null },
      write: { state: 'not_connected' },
    });
  });

  it('asks for PKCE, state, nonce and only the scopes of its purpose', async () => {
    const { url } = await away(engineer);
    expect(Object.fromEntries(url.searchParams)).toMatchObject({
      response_type: 'code',
      code_challenge_method: 'S256',
      code_challenge: expect.stringMatching(/^[\w-]{43}$/),
      state: expect.stringMatching(/^[\w-]{43}$/),
      nonce: expect.any(String),
      scope: 'Mail.Read User.Read offline_access openid profile email',
    });
  });

  it('keeps read and write apart', async () => {
    await world.connect(engineer);
    await world.connect(engineer, { purpose: 'write' });
    expect(await statusOf(engineer)).toMatchObject({
      read: { state: 'connected' },
      write: { state: 'connected' },
    });
    expect(await world.db.selectFrom('email_watchers').selectAll().execute()).toHaveLength(1);
  });

  it('takes a reload of the callback page as told already', async () => {
    const { state, code } = await away(engineer);
    const answers = await Promise.all(
      [1, 2, 3].map(() => finishAuthorize(world.connectDeps, engineer, { state, code })),
    );
    expect(answers).toEqual(Array(3).fill({ purpose: 'read', refusal: null }));
    expect(tokenCalls()).toHaveLength(1);
  });

  it('refuses a state that is forged, or carried over by another session or person', async () => {
    const { state, code } = await away(engineer);
    const thief = world.person('eto@corvina.test');
    await expect(finishAuthorize(world.connectDeps, thief, { state, code })).rejects.toMatchObject({
      code: 'state_foreign',
    });
    const elsewhere = { ...engineer, sessionId: 'another' };
    await expect(finishAuthorize(world.connectDeps, elsewhere, { state, code })).rejects.toMatchObject({
      code: 'state_foreign',
    });
    await expect(
      finishAuthorize(world.connectDeps, engineer, { state: 'made-up', code }),
    ).rejects.toMatchObject({ code: 'state_unknown' });
    expect(tokenCalls()).toHaveLength(0);
  });

  it('refuses a state after ten minutes', async () => {
    const { state, code } = await away(engineer);
    world.clock.forward(10 * 60_000 + 1);
    await expect(finishAuthorize(world.connectDeps, engineer, { state, code })).rejects.toMatchObject({
      code: 'state_expired',
    });
  });

  it('says so when the person declines', async () => {
    const back = await away(engineer, engineer.email, { decision: 'decline' });
    const outcome = await finishAuthorize(world.connectDeps, engineer, back);
    expect(outcome.refusal).toMatchObject({ code: 'consent_declined' });
    expect(await statusOf(engineer)).toMatchObject({ read: { state: 'not_connected' } });
  });

  it('does not take a code for another', async () => {
    const { state } = await away(engineer);
    const outcome = await finishAuthorize(world.connectDeps, engineer, { state, code: 'not-a-code' });
    expect(outcome.refusal).toMatchObject({ code: 'identity_person_must_act' });
  });
});

describe('a second Microsoft account', () => {
  beforeEach(async () => {
    world.person('private@home.test');
    await world.connect(engineer);
  });

  it('is asked about by name and not mixed in', async () => {
    const before = await tokenRow();
    const outcome = await world.connect(engineer, { account: 'private@home.test' });
    expect(outcome).toMatchObject({
      account: 'private@home.test',
      refusal: { code: 'account_mismatch', message: expect.not.stringContaining('@') },
    });
    expect(await tokenRow()).toEqual(before);
  });

  it('is still asked about by name after the page was reloaded', async () => {
    const { state, code } = await away(engineer, 'private@home.test');
    const first = await finishAuthorize(world.connectDeps, engineer, { state, code });
    expect(await finishAuthorize(world.connectDeps, engineer, { state, code })).toEqual(first);
  });

  it('is asked about when it is to write for a mailbox that is read, until the person says so', async () => {
    const { state, code } = await away(engineer, 'private@home.test', { purpose: 'write' });
    expect(await finishAuthorize(world.connectDeps, engineer, { state, code })).toMatchObject({
      purpose: 'write',
      account: 'private@home.test',
      refusal: { code: 'account_mismatch' },
    });
    expect(await statusOf(engineer)).toMatchObject({ write: { state: 'not_connected' } });
    await replaceAccount(world.connectDeps, engineer, state);
    const agreed = {
      read: { state: 'connected', mailbox: engineer.email },
      write: { state: 'connected', mailbox: 'private@home.test' },
    };
    expect(await statusOf(engineer)).toMatchObject(agreed);
    const again = await world.connect(engineer, { purpose: 'write', account: 'private@home.test' });
    expect(again.refusal).toBeNull();
    expect(await world.watcher(engineer)).toMatchObject({ mailbox: engineer.email, sync_status: 'pending' });
  });

  it('is not what Microsoft is told to expect: that is the one connected here', async () => {
    const hintFor = async (purpose: Purpose, principal = engineer) =>
      (await away(principal, 'private@home.test', { purpose })).url.searchParams.get('login_hint');
    expect(await hintFor('read')).toBe(engineer.email);
    expect(await hintFor('write')).toBe(engineer.email);
    expect(await hintFor('read', world.person('eto@corvina.test'))).toBeNull();
    const { state, code } = await away(engineer, 'private@home.test', { purpose: 'write' });
    await finishAuthorize(world.connectDeps, engineer, { state, code });
    await replaceAccount(world.connectDeps, engineer, state);
    expect([await hintFor('read'), await hintFor('write')]).toEqual([engineer.email, 'private@home.test']);
  });

  it('replaces the first once the person says so, once', async () => {
    const { state, code } = await away(engineer, 'private@home.test');
    await finishAuthorize(world.connectDeps, engineer, { state, code });
    expect(await replaceAccount(world.connectDeps, engineer, state)).toMatchObject({ refusal: null });
    expect(await statusOf(engineer)).toMatchObject({
      read: { state: 'connected', mailbox: 'private@home.test' },
    });
    const watchers = await world.db.selectFrom('email_watchers').select(['mailbox', 'sync_status']).execute();
    expect(watchers).toEqual(
      expect.arrayContaining([
        { mailbox: engineer.email, sync_status: 'disconnected' },
        { mailbox: 'private@home.test', sync_status: 'pending' },
      ]),
    );
    await expect(replaceAccount(world.connectDeps, engineer, state)).rejects.toMatchObject({
      code: 'state_unknown',
    });
  });

  it('is refused when somebody else aboard has it', async () => {
    const eto = world.person('eto@corvina.test');
    const outcome = await world.connect(eto, { account: engineer.email });
    expect(outcome.refusal).toMatchObject({ code: 'mailbox_in_use' });
    expect(await statusOf(eto)).toMatchObject({ read: { state: 'not_connected' } });
  });
});

describe('tokens', () => {
  beforeEach(() => world.connect(engineer));

  const source = (deps: Pick<MailWorld, 'tokens'> = world) =>
    deps.tokens.source({ yachtId: world.yachtId, userId: engineer.userId, purpose: 'read' });

  it('are refreshed once by two processes that need them at the same moment', async () => {
    world.clock.forward(2 * 3_600_000);
    const other = wire({
      sandbox: world.sandbox,
      master: world.master.db,
      tenants: world.tenants,
      sealer: world.sealer,
      clock: world.clock,
      readSecret: undefined,
    });
    const before = tokenCalls().length;
    const got = await Promise.all(
      [source(), source(other), source(), source(other)].map((each) => each.current()),
    );
    expect(new Set(got).size).toBe(1);
    expect(tokenCalls().length - before).toBe(1);
    await other.graph.close();
  });

  it('are renewed five minutes before they end, and left alone before that', async () => {
    const { token_expires_at } = await tokenRow();
    const before = tokenCalls().length;
    world.clock.forward(token_expires_at.getTime() - world.clock.now().getTime() - 6 * 60_000);
    await source().current();
    expect(tokenCalls().length - before).toBe(0);
    world.clock.forward(2 * 60_000);
    await source().current();
    expect(tokenCalls().length - before).toBe(1);
  });

  it('stay good through a passing fault while they last', async () => {
    const { token_expires_at } = await tokenRow();
    world.clock.forward(token_expires_at.getTime() - world.clock.now().getTime() - 3 * 60_000);
    world.sandbox.faults.add({ match: { path: '/token' }, fault: { status: 503, body: '' } });
    expect(await source().current()).toEqual(expect.any(String));
    expect(await tokenRow()).toMatchObject({ is_revoked: false, refresh_failures: 1 });
    await source().current();
    expect(await tokenRow()).toMatchObject({ refresh_failures: 0 });
  });

  it('cannot be opened in another row', async () => {
    const vault = createTokenVault(world);
    const row = await tokenRow();
    expect(await vault.openAccess(row)).toEqual(expect.any(String));
    await expect(
      vault.openAccess({ ...row, user_id: world.person('eto@corvina.test').userId }),
    ).rejects.toMatchObject({ code: 'seal_broken' });
    const stranger = createTokenVault({
      sealer: createSealer([{ kid: 'test', key: randomBytes(32) }]),
      clock: world.clock,
    });
    await expect(stranger.openAccess(row)).rejects.toMatchObject({ code: 'seal_broken' });
  });

  it('are gone after disconnecting, and the mail stays', async () => {
    world.store.deliver(engineer.email, 'inbox', letter('Stays'));
    await world.sync(engineer);
    await world.tenants.transact(asWorker(world.yachtId), (tx) =>
      disconnect(
        tx,
        { yachtId: world.yachtId, userId: engineer.userId, purpose: 'read' },
        { mail: 'keep', now: world.clock.now() },
      ),
    );
    expect(await world.db.selectFrom('auth_microsoft_tokens').selectAll().execute()).toEqual([]);
    expect(await world.watcher(engineer)).toMatchObject({ sync_status: 'disconnected', next_sync_at: null });
    expect(await world.sync(engineer)).toMatchObject({ outcome: 'skipped' });
    await expect(source().current()).rejects.toMatchObject({ code: 'not_connected' });
    await world.expectEqual(engineer);

    world.store.deliver(engineer.email, 'inbox', letter('Since then'));
    await world.connect(engineer);
    await world.sync(engineer);
    await world.expectEqual(engineer);
    expect(await world.db.selectFrom('email_watchers').selectAll().execute()).toHaveLength(1);
  });
});
