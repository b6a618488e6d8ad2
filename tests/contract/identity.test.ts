// The identity platform: pages, codes, tokens, and each refusal with its number.
import { createRemoteJWKSet, decodeJwt, jwtVerify } from 'jose';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';

import type { Sandbox } from '../../sandbox/server.ts';
import type { TokenAnswer } from './support.ts';
import {
  ADDRESS,
  authorizeUrl,
  graphOf,
  openSandbox,
  pkce,
  postToken,
  READ_APP,
  REDIRECT,
  signIn,
  WRITE_APP,
  walkSignIn,
} from './support.ts';

let sandbox: Sandbox;
let now = new Date('2026-05-01T10:00:00Z').getTime();
const HOME = '5a11d0c5-0000-4000-8000-00000000c0de';

beforeAll(async () => {
  sandbox = await openSandbox({ clock: { now: () => new Date(now) } });
  const personal = sandbox.store.createMailbox({ address: 'sam@hotmail.test', displayName: 'Sam Reed' });
  sandbox.identity.configure(personal.userId, { tenantId: '9188040d-6c67-4c5b-b112-36a304b66dad' });
});
afterAll(() => sandbox.close());

const userId = () => sandbox.store.mailbox(ADDRESS)?.userId ?? '';

async function freshCode(fields: Record<string, string> = {}) {
  const { verifier, challenge } = pkce();
  const url = authorizeUrl(sandbox, { code_challenge: challenge, code_challenge_method: 'S256', ...fields });
  const back = await walkSignIn(url);
  return { code: back.searchParams.get('code') ?? '', verifier };
}

const redeem = (fields: Record<string, string>) =>
  postToken(sandbox, { grant_type: 'authorization_code', redirect_uri: REDIRECT, ...fields });
const refresh = (token: string, fields: Record<string, string> = {}) =>
  postToken(sandbox, { grant_type: 'refresh_token', refresh_token: token, ...fields });

describe('authorize', () => {
  it('shows accounts and permissions, says that it is a sandbox, and comes back with code and state', async () => {
    const page = await (await fetch(authorizeUrl(sandbox, {}))).text();
    expect(page).toContain('This is not Microsoft');
    expect(page).toContain(ADDRESS);
    const back = await walkSignIn(authorizeUrl(sandbox, { state: 'a<b>c', prompt: 'consent' }));
    expect(back.href.startsWith(REDIRECT)).toBe(true);
    expect(back.searchParams.get('code')).toBeTruthy();
    expect(back.searchParams.get('state')).toBe('ac');
  });

  it('tells the application that the person declined', async () => {
    const back = await walkSignIn(authorizeUrl(sandbox, { prompt: 'consent' }), { decision: 'cancel' });
    expect(back.searchParams.get('error')).toBe('access_denied');
    expect(back.searchParams.get('error_description')).toContain('AADSTS65004');
    expect(back.searchParams.get('state')).toBe('s-1');
  });

  it.each([
    ['an unregistered redirect URI', { redirect_uri: 'http://localhost:3000/elsewhere' }, 'AADSTS50011'],
    [
      'a redirect URI in another case',
      { redirect_uri: 'http://localhost:3000/auth/outlook/Callback' },
      'AADSTS50011',
    ],
    ['an unknown client', { client_id: 'ffffffff-0000-4000-8000-000000000000' }, 'AADSTS700016'],
  ])('shows a page for %s and never redirects', async (_, fields, code) => {
    const answer = await fetch(authorizeUrl(sandbox, fields), { redirect: 'manual' });
    expect(answer.status).toBe(400);
    expect(answer.headers.get('content-type')).toContain('text/html');
    expect(await answer.text()).toContain(code);
  });

  it.each([
    ['response_type', { response_type: 'token' }, 'unsupported_response_type'],
    ['an unknown scope', { scope: 'openid Mail.Rede' }, 'invalid_scope'],
    ['a short code_challenge', { code_challenge: 'short' }, 'invalid_request'],
    ['prompt=none without a session', { prompt: 'none' }, 'login_required'],
  ])('redirects with an error for %s', async (_, fields, error) => {
    const answer = await fetch(authorizeUrl(sandbox, fields), { redirect: 'manual' });
    expect(new URL(answer.headers.get('location') ?? '').searchParams.get('error')).toBe(error);
  });

  it('takes any port of localhost, but not another path', async () => {
    const back = await walkSignIn(
      authorizeUrl(sandbox, { redirect_uri: 'http://localhost:49152/auth/outlook/callback' }),
    );
    expect(back.port).toBe('49152');
  });

  it('answers in a form when asked to', async () => {
    const url = new URL(authorizeUrl(sandbox, { response_mode: 'form_post', prompt: 'consent' }));
    const body = new URLSearchParams({ request: url.search.slice(1), account: ADDRESS, decision: 'accept' });
    const page = await (await fetch(new URL('consent', url), { method: 'POST', body })).text();
    expect(page).toContain(`action="${REDIRECT}"`);
    expect(page).toMatch(/name="code" value="1\./);
  });

  it('asks for an administrator where the tenant wants one, and lets in after admin consent', async () => {
    const { userId: oid } = sandbox.store.createMailbox({
      address: 'ben@kestrel.test',
      displayName: 'Ben Oda',
    });
    sandbox.identity.configure(oid, { adminConsentRequired: true });
    const refused = await walkSignIn(authorizeUrl(sandbox, {}), { address: 'ben@kestrel.test' });
    expect(refused.searchParams.get('error')).toBe('access_denied');
    expect(refused.searchParams.get('error_description')).toContain('AADSTS90094');
    const query = new URLSearchParams({
      client_id: READ_APP.id,
      redirect_uri: REDIRECT,
      scope: 'https://graph.microsoft.com/Mail.Read https://graph.microsoft.com/User.Read',
      state: 'adm',
    });
    const answer = await fetch(`${sandbox.url}/organizations/v2.0/adminconsent`, {
      method: 'POST',
      body: new URLSearchParams({ request: query.toString(), decision: 'accept' }),
      redirect: 'manual',
    });
    const back = new URL(answer.headers.get('location') ?? '').searchParams;
    expect([back.get('admin_consent'), back.get('tenant'), back.get('state')]).toEqual(['True', HOME, 'adm']);
    const admitted = await walkSignIn(authorizeUrl(sandbox, {}), { address: 'ben@kestrel.test' });
    expect(admitted.searchParams.get('code')).toBeTruthy();
  });

  it('keeps personal accounts out of organizations and work accounts out of consumers', async () => {
    const accounts = async (tenant: string) => (await fetch(authorizeUrl(sandbox, {}, tenant))).text();
    expect(await accounts('organizations')).not.toContain('sam@hotmail.test');
    expect(await accounts('consumers')).not.toContain(ADDRESS);
    expect(await accounts(HOME)).toContain(ADDRESS);
    expect(await accounts('00000000-0000-4000-8000-000000000bad')).toContain('AADSTS90002');
  });
});

describe('tokens', () => {
  it('come with what was granted, for an hour or so, and an id_token that verifies', async () => {
    const answer = await signIn(sandbox, { extra: { nonce: 'n-1' } });
    expect(answer.expires_in).toBeGreaterThanOrEqual(3600);
    expect(answer.expires_in).toBeLessThanOrEqual(5400);
    expect(String(answer.scope).split(' ')).toEqual(
      expect.arrayContaining(['Mail.Read', 'User.Read', 'openid']),
    );
    expect(answer.scope).not.toContain('offline_access');
    const metadata = (await (
      await fetch(`${sandbox.url}/common/v2.0/.well-known/openid-configuration`)
    ).json()) as Record<string, string>;
    expect(metadata.issuer).toBe(`${sandbox.url}/{tenantid}/v2.0`);
    const keys = createRemoteJWKSet(new URL(metadata.jwks_uri ?? ''));
    const { payload } = await jwtVerify(answer.id_token, keys, {
      ...{ issuer: `${sandbox.url}/${HOME}/v2.0`, audience: READ_APP.id, currentDate: new Date(now) },
    });
    expect(payload).toMatchObject({
      tid: HOME,
      oid: userId(),
      preferred_username: ADDRESS,
      nonce: 'n-1',
      ver: '2.0',
    });
  });

  it('give another sub to another application, and the same oid', async () => {
    const read = decodeJwt((await signIn(sandbox)).id_token);
    const write = decodeJwt(
      (await signIn(sandbox, { app: WRITE_APP, scope: 'openid profile Mail.ReadWrite' })).id_token,
    );
    expect(write.oid).toBe(read.oid);
    expect(write.sub).not.toBe(read.sub);
  });

  it('leave out what was not asked for', async () => {
    const answer = await signIn(sandbox, { app: WRITE_APP, scope: 'Mail.Send' });
    expect(answer.refresh_token).toBeUndefined();
    expect(answer.id_token).toBeUndefined();
  });

  it('are opaque for personal accounts, and work', async () => {
    const answer = await signIn(sandbox, { address: 'sam@hotmail.test', tenant: 'consumers' });
    expect(answer.access_token.split('.')).toHaveLength(1);
    expect((await graphOf(sandbox, answer.access_token)('/me')).body.mail).toBe('sam@hotmail.test');
  });
});

describe('redeeming a code', () => {
  it('checks the verifier without burning the code, then burns it', async () => {
    const { code, verifier } = await freshCode();
    const wrong = await redeem({ code, code_verifier: pkce().verifier });
    expect([wrong.status, wrong.body.error, wrong.body.error_codes]).toEqual([
      400,
      'invalid_grant',
      [501481],
    ]);
    expect((await redeem({ code, code_verifier: verifier })).status).toBe(200);
    expect((await redeem({ code, code_verifier: verifier })).body.error_codes).toEqual([54005]);
  });

  it('has ten minutes', async () => {
    const { code, verifier } = await freshCode();
    now += 601_000;
    expect((await redeem({ code, code_verifier: verifier })).body.error_codes).toEqual([70008]);
  });

  it.each([
    [
      'a code of another client',
      { client_id: WRITE_APP.id, client_secret: WRITE_APP.secret },
      'invalid_grant',
      70000,
    ],
    ['an unknown code', { code: '1.AXEAnothing' }, 'invalid_grant', 70000],
    [
      'another redirect URI',
      { redirect_uri: 'http://localhost:1/auth/outlook/callback' },
      'invalid_client',
      500112,
    ],
    ['a missing verifier', { code_verifier: '' }, 'invalid_grant', 501481],
    ['a short verifier', { code_verifier: 'short' }, 'invalid_request', 501491],
    ['a wrong secret', { client_secret: 'wrong' }, 'invalid_client', 7000215],
    ['a missing secret', { client_secret: '' }, 'invalid_client', 7000218],
    [
      'an unknown client',
      { client_id: 'ffffffff-0000-4000-8000-000000000000' },
      'unauthorized_client',
      700016,
    ],
    ['the v1 resource parameter', { resource: 'https://graph.microsoft.com' }, 'invalid_request', 901002],
    ['an unknown grant', { grant_type: 'device_code' }, 'unsupported_grant_type', 70003],
    [
      'scopes of several resources',
      { scope: 'Mail.Read https://vault.azure.net/user' },
      'invalid_scope',
      28003,
    ],
    ['an unknown scope', { scope: 'Mail.Rede' }, 'invalid_scope', 70011],
    ['a scope without consent', { scope: 'MailboxSettings.ReadWrite' }, 'invalid_grant', 65001],
  ])('refuses %s', async (_, fields: Record<string, string>, error, number) => {
    const { code, verifier } = await freshCode();
    const { body } = await redeem({ code, code_verifier: verifier, ...fields });
    expect([body.error, body.error_codes]).toEqual([error, [number]]);
  });

  it('answers errors with every field', async () => {
    const { status, body, headers } = await redeem({ code: 'x' });
    expect(status).toBe(400);
    expect(headers.get('cache-control')).toContain('no-store');
    expect(Object.keys(body).sort()).toEqual(
      [
        'correlation_id',
        'error',
        'error_codes',
        'error_description',
        'error_uri',
        'timestamp',
        'trace_id',
      ].sort(),
    );
    expect(body.error_description).toMatch(
      /^AADSTS70000: .+ Trace ID: .+ Correlation ID: .+ Timestamp: 2026-05-01 \d\d:\d\d:\d\dZ$/,
    );
  });

  it('accepts only POST with a form', async () => {
    const url = `${sandbox.url}/common/oauth2/v2.0/token`;
    const got = (await (await fetch(url)).json()) as { error_codes: number[] };
    expect(got.error_codes).toEqual([900561]);
    const body = JSON.stringify({ grant_type: 'refresh_token' });
    const posted = (await (
      await fetch(url, { method: 'POST', body, headers: { 'content-type': 'application/json' } })
    ).json()) as { error_codes: number[] };
    expect(posted.error_codes).toEqual([900144]);
  });

  it('takes the secret as HTTP Basic too, with 401 for a wrong one', async () => {
    const { code, verifier } = await freshCode();
    const post = (secret: string) =>
      fetch(`${sandbox.url}/common/oauth2/v2.0/token`, {
        method: 'POST',
        headers: { authorization: `Basic ${Buffer.from(`${READ_APP.id}:${secret}`).toString('base64')}` },
        body: new URLSearchParams({
          grant_type: 'authorization_code',
          redirect_uri: REDIRECT,
          code,
          code_verifier: verifier,
        }),
      });
    expect((await post('wrong')).status).toBe(401);
    expect((await post(READ_APP.secret)).status).toBe(200);
  });
});

it('credentials in the header that cannot be read are refused', async () => {
  const answer = await fetch(`${sandbox.url}/common/oauth2/v2.0/token`, {
    method: 'POST',
    headers: { authorization: `Basic ${btoa('%zz:x')}` },
    body: new URLSearchParams({ grant_type: 'refresh_token', refresh_token: 'x' }),
  });
  expect(answer.status).toBe(400);
  expect(await answer.json()).toMatchObject({ error: 'invalid_request', error_codes: [9002313] });
});

describe('refreshing', () => {
  it('gives a new token each time while the old one stays good', async () => {
    const first = await signIn(sandbox);
    const second = await refresh(first.refresh_token);
    expect(second.body.refresh_token).not.toBe(first.refresh_token);
    expect((await refresh(first.refresh_token)).status).toBe(200);
    expect((await refresh(second.body.refresh_token)).status).toBe(200);
  });

  it('dies after 90 days without use, and by revocation', async () => {
    const { refresh_token } = await signIn(sandbox);
    now += 91 * 86_400_000;
    expect((await refresh(refresh_token)).body).toMatchObject({
      error: 'invalid_grant',
      error_codes: [700082],
    });
    const again = await signIn(sandbox);
    sandbox.identity.revoke(userId());
    expect((await refresh(again.refresh_token)).body).toMatchObject({
      ...{ error: 'invalid_grant', error_codes: [50173], suberror: 'bad_token' },
    });
    const graph = graphOf(sandbox, again.access_token);
    expect((await graph('/me')).status).toBe(200);
    now += 91 * 60_000;
    expect((await graph('/me')).status).toBe(401);
  });

  it('is ended by its owner, who signs out everywhere', async () => {
    const scope = 'openid offline_access User.Read User.RevokeSessions.All';
    const { access_token, refresh_token } = await signIn(sandbox, { scope });
    const graph = graphOf(sandbox, access_token);
    const { status, body } = await graph('/me/revokeSignInSessions', { method: 'POST' });
    expect([status, body.value]).toEqual([200, true]);
    expect((await graph('/me')).status).toBe(200);
    expect((await refresh(refresh_token)).body.error_codes).toEqual([50173]);
  });

  it('is bound to its client and to consent', async () => {
    const { refresh_token } = await signIn(sandbox);
    const other = await refresh(refresh_token, { client_id: WRITE_APP.id, client_secret: WRITE_APP.secret });
    expect(other.body).toMatchObject({ error_codes: [70000], suberror: 'client_mismatch' });
    expect((await refresh('1.made-up')).body.error_codes).toEqual([70000]);
    for (const who of [userId(), HOME]) sandbox.identity.withdrawConsent(READ_APP.id, who);
    expect((await refresh(refresh_token)).body).toMatchObject({
      error_codes: [65001],
      suberror: 'consent_required',
    });
  });

  it('carries the claims of a condition that the person must meet', async () => {
    const { refresh_token } = await signIn(sandbox);
    sandbox.identity.configure(userId(), { refreshProblem: 50076 });
    const { body } = await refresh(refresh_token);
    expect(body).toMatchObject({
      error: 'interaction_required',
      error_codes: [50076],
      suberror: 'basic_action',
    });
    expect(JSON.parse(String(body.claims))).toHaveProperty('access_token');
    sandbox.identity.configure(userId(), { refreshProblem: null, disabled: true });
    expect((await refresh(refresh_token)).body.error_codes).toEqual([50057]);
    sandbox.identity.configure(userId(), { disabled: false });
  });
});

describe('a condition that the person must meet', () => {
  beforeEach(() => sandbox.identity.configure(userId(), { refreshProblem: 50076 }));
  afterEach(() => sandbox.identity.configure(userId(), { refreshProblem: null }));

  it('is met by a sign-in that brings the claims, among others of the client', async () => {
    const { refresh_token } = await signIn(sandbox);
    const asked = JSON.parse(String((await refresh(refresh_token)).body.claims)) as { access_token: object };
    const claims = { access_token: { ...asked.access_token, xms_cc: { values: ['cp1'] } } };
    const again = await signIn(sandbox, { extra: { claims: JSON.stringify(claims) } });
    expect((await refresh(again.refresh_token)).status).toBe(200);
  });

  it('stands after a sign-in without them, or with others: the code is redeemed, the refresh refused', async () => {
    const others = JSON.stringify({ access_token: { nbf: { essential: true, value: '1' } } });
    for (const extra of [{}, { claims: others }] as Record<string, string>[]) {
      const { refresh_token } = await signIn(sandbox, { extra });
      expect((await refresh(refresh_token)).body.error_codes).toEqual([50076]);
    }
  });

  it('is never met without a page, and claims that are no JSON are refused', async () => {
    const ask = async (fields: Record<string, string>) => {
      const cookie = `sandbox_session=${userId()}`;
      const answer = await fetch(authorizeUrl(sandbox, fields), { redirect: 'manual', headers: { cookie } });
      return URL.parse(answer.headers.get('location') ?? '')?.searchParams.get('error') ?? answer.status;
    };
    expect(await ask({ claims: '{}', prompt: 'none' })).toBe('interaction_required');
    expect(await ask({ claims: '{}', login_hint: ADDRESS })).toBe(200);
    expect(await ask({ claims: 'MFA' })).toBe('invalid_request');
  });
});

describe('public and single-page clients', () => {
  beforeAll(() => {
    const common = { secret: null, redirectUris: ['http://localhost/app'] };
    sandbox.identity.registerApp({
      ...common,
      clientId: '22222222-aaaa-4bbb-8ccc-000000000001',
      name: 'Desktop',
      kind: 'public',
    });
    sandbox.identity.registerApp({
      ...common,
      clientId: '22222222-aaaa-4bbb-8ccc-000000000002',
      name: 'Page',
      kind: 'spa',
    });
  });

  it('are refused a secret, or a missing Origin', async () => {
    const fields = { grant_type: 'authorization_code', code: 'x', redirect_uri: 'http://localhost/app' };
    const desktop = await postToken(sandbox, {
      ...fields,
      client_id: '22222222-aaaa-4bbb-8ccc-000000000001',
    });
    expect([desktop.status, desktop.body.error_codes]).toEqual([401, [700025]]);
    const body = new URLSearchParams({ ...fields, client_id: '22222222-aaaa-4bbb-8ccc-000000000002' });
    const page = await fetch(`${sandbox.url}/common/oauth2/v2.0/token`, { method: 'POST', body });
    expect(((await page.json()) as { error_codes: number[] }).error_codes).toEqual([9002327]);
  });

  it('of a page: a refresh works for 24 hours after the sign-in, and no longer', async () => {
    const page = { client_id: '22222222-aaaa-4bbb-8ccc-000000000002', redirect_uri: 'http://localhost/app' };
    const token = async (fields: Record<string, string>) => {
      const body = new URLSearchParams({ ...page, ...fields });
      const headers = { origin: 'http://localhost' };
      const answer = await fetch(`${sandbox.url}/common/oauth2/v2.0/token`, {
        method: 'POST',
        headers,
        body,
      });
      return (await answer.json()) as TokenAnswer;
    };
    const { code, verifier } = await freshCode(page);
    const first = await token({ grant_type: 'authorization_code', code, code_verifier: verifier });
    now += 20 * 3_600_000;
    const second = await token({ grant_type: 'refresh_token', refresh_token: first.refresh_token });
    expect(second.refresh_token).toEqual(expect.any(String));
    now += 5 * 3_600_000;
    for (const { refresh_token } of [first, second]) {
      const refused = await token({ grant_type: 'refresh_token', refresh_token });
      expect(refused).toMatchObject({ error: 'invalid_grant', error_codes: [700084] });
    }
  });
});

describe('signing out', () => {
  it('returns only to registered addresses, and does not revoke', async () => {
    const { refresh_token } = await signIn(sandbox);
    const out = (target: string) =>
      fetch(
        `${sandbox.url}/common/oauth2/v2.0/logout?post_logout_redirect_uri=${encodeURIComponent(target)}`,
        { redirect: 'manual' },
      );
    expect((await out(REDIRECT)).headers.get('location')).toBe(REDIRECT);
    expect((await out('https://elsewhere.example/')).status).toBe(200);
    expect((await refresh(refresh_token)).status).toBe(200);
  });
});
