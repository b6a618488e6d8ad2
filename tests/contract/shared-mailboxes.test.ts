// Mailboxes of a role or a team: who gets in with which permission, and whose limits they are.
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import { afterEach, beforeEach, describe, expect, it } from 'vitest';

import type { Sandbox } from '../../sandbox/server.ts';
import type { Graph } from './support.ts';
import { ADDRESS, authorizeUrl, graphOf, mail, openSandbox, round, signIn, WRITE_APP } from './support.ts';

const SHARED = 'engineering@kestrel.test';
const HOME = `/users/${SHARED}`;
const READ = 'openid offline_access User.Read Mail.Read Mail.Read.Shared';
const WRITE = 'openid offline_access User.Read Mail.ReadWrite.Shared Mail.Send.Shared';

let sandbox: Sandbox;

const graphFor = async (scope: string, app?: typeof WRITE_APP): Promise<Graph> =>
  graphOf(sandbox, (await signIn(sandbox, { scope, ...(app ? { app } : {}) })).access_token);

beforeEach(async () => {
  sandbox = await openSandbox();
  sandbox.store.createMailbox({
    ...{ address: SHARED, displayName: 'Kestrel Engineering', shared: true, access: [ADDRESS] },
  });
});
afterEach(() => sandbox.close());

describe('a shared mailbox', () => {
  it('is nobody to sign in as', async () => {
    const page = await (await fetch(authorizeUrl(sandbox, {}))).text();
    expect(page).toContain(ADDRESS);
    expect(page).not.toContain(SHARED);
    await expect(signIn(sandbox, { address: SHARED })).rejects.toThrow('not offered');
    const url = new URL(authorizeUrl(sandbox, {}));
    const request = url.search.slice(1);
    const forced = await fetch(new URL('signin', url), {
      method: 'POST',
      body: new URLSearchParams({ request, account: SHARED }),
      redirect: 'manual',
    });
    expect(await forced.text()).toContain(ADDRESS);
    expect(forced.headers.get('location')).toBeNull();
  });

  it('is read like the own one: folders, messages, delta, attachments', async () => {
    const graph = await graphFor(READ);
    const file = {
      kind: 'file',
      name: 'a.txt',
      contentType: 'text/plain',
      content: Buffer.from('aft'),
    } as const;
    const { id } = sandbox.store.deliver(
      SHARED,
      'inbox',
      mail('For the department', { attachments: [file] }),
    );
    const inbox = sandbox.store.folder(SHARED, 'inbox').id;
    expect((await graph(`${HOME}/mailFolders/inbox`)).body).toMatchObject({ id: inbox, totalItemCount: 1 });
    const folders = await round(graph, `${HOME}/mailFolders/delta`);
    expect(folders.rows.map((row) => row.id)).toContain(inbox);
    expect(folders.deltaLink).toContain(`/users/${encodeURIComponent(SHARED)}/mailFolders/delta`);
    const first = await round(graph, `${HOME}/mailFolders('inbox')/messages/delta`);
    expect(first.rows).toMatchObject([{ id, subject: 'For the department' }]);
    sandbox.store.updateMessage(SHARED, id, { isRead: true });
    expect((await round(graph, first.deltaLink)).rows).toMatchObject([{ id, isRead: true }]);
    const userId = sandbox.store.mailbox(SHARED)?.userId;
    expect((await graph(`/users/${userId}/messages/${id}`)).status).toBe(200);
    expect((await graph(`/users('${SHARED}')/messages`)).body.value).toHaveLength(1);
    const { body } = await graph(`${HOME}/messages/${id}/attachments`);
    expect((await graph(`${HOME}/messages/${id}/attachments/${body.value[0]?.id}/$value`)).text).toBe('aft');
    expect((await graph(`/me/messages/${id}`)).body.error.code).toBe('ErrorInvalidIdMalformed');
    expect((await graph('/me/messages')).body.value).toEqual([]);
  });

  it('is reached by any of its addresses; its profile is not', async () => {
    const aliases = ['Engine.Room@kestrel.test'];
    const home = { address: 'technical@kestrel.test', displayName: 'Technical' };
    sandbox.store.createMailbox({ ...home, aliases, shared: true, access: [ADDRESS] });
    const graph = await graphFor(READ);
    const answers = await Promise.all(
      [home.address, 'engine.room@kestrel.test'].map((name) => graph(`/users/${name}/mailFolders/inbox`)),
    );
    expect(answers[0]?.status).toBe(200);
    expect(answers[1]?.body.id).toBe(answers[0]?.body.id);
    const profile = await graph('/users/engine.room@kestrel.test');
    expect([profile.status, profile.body.error.code]).toEqual([404, 'Request_ResourceNotFound']);
    expect(sandbox.store.mailboxes().filter((one) => one.address === home.address)).toHaveLength(1);
    expect(() => sandbox.store.createMailbox({ ...home, address: aliases[0] ?? '' })).toThrow('exists');
  });

  it('is read inside a batch', async () => {
    const graph = await graphFor(READ);
    const requests = [`${HOME}/mailFolders/inbox`, '/users/nobody@kestrel.test/messages', '/me'].map(
      (url, id) => ({ id: String(id), method: 'GET', url }),
    );
    const { body } = await graph('/$batch', { json: { requests } });
    const answers = body.responses as { id: string; status: number }[];
    expect(Object.fromEntries(answers.map(({ id, status }) => [id, status]))).toEqual({
      0: 200,
      1: 404,
      2: 200,
    });
  });

  it('needs access and a permission that ends in .Shared', async () => {
    const own = await graphFor('openid User.Read Mail.ReadWrite', WRITE_APP);
    const refused = async (graph: Graph, path: string) => {
      const { status, body } = await graph(path);
      return [status, body.error?.code];
    };
    expect(await refused(own, `${HOME}/messages`)).toEqual([403, 'ErrorAccessDenied']);
    const graph = await graphFor(READ);
    sandbox.store.withdrawAccess(SHARED, ADDRESS);
    expect(await refused(graph, `${HOME}/mailFolders/delta`)).toEqual([403, 'ErrorAccessDenied']);
    expect(await refused(graph, '/users/nobody@kestrel.test/messages')).toEqual([404, 'ErrorInvalidUser']);
    sandbox.store.grantAccess(SHARED, ADDRESS.toUpperCase());
    expect((await graph(`${HOME}/mailFolders/inbox`)).status).toBe(200);
    expect(await refused(graph, HOME)).toEqual([403, 'ErrorAccessDenied']);
    const { id } = sandbox.store.deliver(SHARED, 'inbox', mail('Read only'));
    const changed = await graph(`${HOME}/messages/${id}`, { method: 'PATCH', json: { isRead: true } });
    expect(changed.body.error.code).toBe('ErrorAccessDenied');
  });

  it('is changed and sent from with the permissions for that', async () => {
    sandbox.settings.sendDelayMs = 1;
    const graph = await graphFor(WRITE, WRITE_APP);
    const { id } = sandbox.store.deliver(SHARED, 'inbox', mail('Change me'));
    expect((await graph(`${HOME}/messages/${id}`, { method: 'PATCH', json: { isRead: true } })).status).toBe(
      200,
    );
    const message = {
      subject: 'From the department',
      toRecipients: [{ emailAddress: { address: 'parts@halcyon.test' } }],
    };
    expect((await graph(`${HOME}/sendMail`, { json: { message } })).status).toBe(202);
    await expect.poll(() => sandbox.store.folder(SHARED, 'sentitems').messages.length).toBe(1);
    const from = { emailAddress: { address: SHARED } };
    expect((await graph('/me/sendMail', { json: { message: { ...message, from } } })).status).toBe(202);
    await expect.poll(() => sandbox.store.folder(ADDRESS, 'sentitems').messages.length).toBe(1);
    sandbox.store.withdrawAccess(SHARED, ADDRESS);
    const denied = await graph('/me/sendMail', { json: { message: { ...message, from } } });
    expect([denied.status, denied.body.error.code]).toEqual([403, 'ErrorSendAsDenied']);
  });

  it('opens the own mailbox too: a permission for shared mail contains it', async () => {
    const graph = await graphFor('openid User.Read Mail.Read.Shared');
    expect((await graph('/me/messages')).status).toBe(200);
  });

  it('cannot be subscribed to', async () => {
    const graph = await graphFor(READ);
    const json = {
      changeType: 'created',
      notificationUrl: 'http://localhost:1/hook',
      resource: `users/${SHARED}/messages`,
      expirationDateTime: new Date(Date.now() + 3_600_000).toISOString(),
    };
    const refused = await graph('/subscriptions', { json });
    expect([refused.status, refused.body.error.code]).toEqual([403, 'ExtensionError']);
    const sharedOnly = await graphFor('openid User.Read Mail.Read.Shared', WRITE_APP);
    const own = await sharedOnly('/subscriptions', { json: { ...json, resource: 'me/messages' } });
    expect([own.status, own.body.error.code]).toEqual([403, 'ErrorAccessDenied']);
  });

  it('has limits of its own, for all who come with the same app, and faults and a log', async () => {
    sandbox.store.createMailbox({ address: 'eto@kestrel.test', displayName: 'ETO' });
    sandbox.store.grantAccess(SHARED, 'eto@kestrel.test');
    const graph = await graphFor(READ);
    const other = graphOf(
      sandbox,
      (await signIn(sandbox, { address: 'eto@kestrel.test', scope: READ })).access_token,
    );
    sandbox.settings.latencyMs = 500;
    const path = `${HOME}/mailFolders/inbox`;
    const calls = [graph, graph, graph, other, other].map((one) => one(path));
    const [own, ...answers] = await Promise.all([graph('/me'), ...calls]);
    expect(own?.status).toBe(200);
    expect(answers.map(({ status }) => status).sort()).toEqual([200, 200, 200, 200, 429]);
    sandbox.settings.latencyMs = 0;
    sandbox.faults.add({ match: { mailbox: SHARED }, fault: { status: 503 } });
    expect((await graph('/me')).status).toBe(200);
    expect((await graph(path)).status).toBe(503);
    expect(sandbox.requests.list().at(-1)).toMatchObject({ mailbox: SHARED, status: 503 });
  });
});

describe('the control interface', () => {
  const directory = mkdtempSync(join(tmpdir(), 'sandbox-'));
  afterEach(() => rmSync(directory, { recursive: true, force: true }));

  it('makes one, grants and withdraws access; all of it outlives a restart', async () => {
    await sandbox.close();
    sandbox = await openSandbox({ dataDir: directory });
    const control = async (path: string, method: string, body?: unknown) => {
      const response = await fetch(`${sandbox.url}/_control/${path}`, {
        method,
        headers: { 'x-sandbox-control': '1' },
        ...(body === undefined ? {} : { body: JSON.stringify(body) }),
      });
      return { status: response.status, text: await response.text() };
    };
    const box = 'bridge@kestrel.test';
    const made = {
      address: box,
      display_name: 'Bridge',
      shared: true,
      access: ['mate@kestrel.test'],
      aliases: ['mate.desk@kestrel.test'],
    };
    expect((await control('mailboxes', 'POST', made)).status).toBe(201);
    expect((await control(`mailboxes/${box}/access`, 'POST', { person: ADDRESS })).status).toBe(200);
    expect((await control(`mailboxes/${box}/access/mate@kestrel.test`, 'DELETE')).status).toBe(204);
    await sandbox.close();
    sandbox = await openSandbox({ dataDir: directory });
    const listed = JSON.parse((await control('mailboxes', 'GET')).text) as {
      mailboxes: { address: string; shared: boolean; access: string[] }[];
    };
    expect(listed.mailboxes.find(({ address }) => address === box)).toMatchObject({
      ...{ shared: true, access: [ADDRESS], aliases: ['mate.desk@kestrel.test'] },
    });
  });
});
