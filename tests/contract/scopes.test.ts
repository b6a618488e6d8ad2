// What may be asked for, where an answer may be sent, and what a token opens besides mail.
import { decodeJwt } from 'jose';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';

import type { Sandbox } from '../../sandbox/server.ts';
import {
  authorizeUrl,
  openSandbox,
  postToken,
  READ_APP,
  REDIRECT,
  signIn,
  WRITE_APP,
  walkSignIn,
} from './support.ts';

const HTTPS = 'https://celeste.test/back';
const HTTP = 'http://celeste.test/back';
const DEFAULT = 'https://graph.microsoft.com/.default';
const FOREIGN = 'https://outlook.office.com/Mail.Read';
let sandbox: Sandbox;

beforeAll(async () => {
  sandbox = await openSandbox({ redirectUris: [HTTPS, HTTP] });
});
afterAll(() => sandbox.close());

describe('.default', () => {
  it('is not asked for beside scopes by name', async () => {
    const back = await walkSignIn(authorizeUrl(sandbox, { scope: `${DEFAULT} Mail.Read` }));
    expect(back.searchParams.get('error')).toBe('invalid_scope');
    expect(back.searchParams.get('error_description')).toContain('AADSTS70011');
  });

  it('goes with the scopes of OpenID', async () => {
    const { scope } = await signIn(sandbox, { scope: `openid offline_access ${DEFAULT}` });
    expect(String(scope).split(' ')).toEqual(expect.arrayContaining(['Mail.Read', 'User.Read', 'openid']));
  });
});

describe('a refresh for several resources', () => {
  const refresh = async (scope: string) => {
    const app = { client_id: WRITE_APP.id, client_secret: WRITE_APP.secret };
    const { refresh_token } = await signIn(sandbox, { app: WRITE_APP, scope: 'offline_access Mail.Send' });
    return postToken(sandbox, { ...app, grant_type: 'refresh_token', refresh_token, scope });
  };

  it('gives a token for the first', async () => {
    const { status, body } = await refresh(`offline_access Mail.Send ${FOREIGN}`);
    expect([status, body.scope]).toEqual([200, 'Mail.Send']);
  });

  it('wants consent to the first, whatever the others are', async () => {
    expect((await refresh(`${FOREIGN} Mail.Send`)).body.error_codes).toEqual([65001]);
  });
});

it('a redirect URI is https, whatever was registered; only on this machine it may be http', async () => {
  const shown = async (uri: string) => (await fetch(authorizeUrl(sandbox, { redirect_uri: uri }))).text();
  expect(await shown(HTTP)).toContain('AADSTS50011');
  for (const uri of [HTTPS, REDIRECT]) expect(await shown(uri)).not.toContain('AADSTS50011');
});

it.each([
  ['common', 'Mail.Read', 'AADSTS50059'],
  ['consumers', 'Mail.Read', 'AADSTS50059'],
  ['organizations', 'Mail.Dream', 'AADSTS70011'],
  ['organizations', 'Mail.Read', 'Permissions requested'],
])('an administrator who consents for %s to %s sees %s', async (tenant, scope, text) => {
  const query = new URLSearchParams({ client_id: READ_APP.id, redirect_uri: REDIRECT, scope });
  const page = await fetch(`${sandbox.url}/${tenant}/v2.0/adminconsent?${query}`);
  expect(await page.text()).toContain(text);
});

describe('userinfo', () => {
  const userinfo = async (scope: string) => {
    const { access_token, id_token } = await signIn(sandbox, { scope });
    const headers = { authorization: `Bearer ${access_token}` };
    const answer = await fetch(`${sandbox.url}/oidc/userinfo`, { headers });
    return { status: answer.status, body: (await answer.json()) as object, id_token };
  };

  it('names the person as the id_token does, and says what was granted', async () => {
    const { body, id_token } = await userinfo('openid email Mail.Read');
    expect(body).toEqual({ sub: decodeJwt(id_token).sub, email: expect.any(String) });
  });

  it('needs openid', async () => {
    expect((await userinfo('Mail.Read')).status).toBe(403);
  });
});
