// Microsoft's own libraries, pointed at the sandbox: what works for them is what Microsoft's services do.
import { getCACertificates, setDefaultCACertificates } from 'node:tls';

import { ConfidentialClientApplication, CryptoProvider } from '@azure/msal-node';
import {
  BatchRequestContent,
  BatchResponseContent,
  Client,
  PageIterator,
} from '@microsoft/microsoft-graph-client';
import type { MailFolder, Message, Subscription, User } from '@microsoft/microsoft-graph-types';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';

import type { Sandbox } from '../../sandbox/server.ts';
import { openEndpoint } from './endpoint.ts';
import { ADDRESS, mail, openSandbox, READ_APP, REDIRECT, walkSignIn } from './support.ts';

const SCOPES = ['User.Read', 'Mail.Read'];
let sandbox: Sandbox;
let app: ConfidentialClientApplication;
let base: string;

beforeAll(async () => {
  sandbox = await openSandbox({ httpsPort: 0 });
  base = sandbox.httpsUrl ?? '';
  setDefaultCACertificates([...getCACertificates(), sandbox.certificate ?? '']);
  app = new ConfidentialClientApplication({
    auth: {
      clientId: READ_APP.id,
      clientSecret: READ_APP.secret,
      authority: `${base}/common`,
      knownAuthorities: [new URL(base).host],
    },
  });
});
afterAll(() => sandbox.close());

async function acquire() {
  const { verifier, challenge } = await new CryptoProvider().generatePkceCodes();
  const pkce = { codeChallenge: challenge, codeChallengeMethod: 'S256' };
  const url = await app.getAuthCodeUrl({ scopes: SCOPES, redirectUri: REDIRECT, state: 'here', ...pkce });
  const back = await walkSignIn(url);
  expect(back.searchParams.get('state')).toBe('here');
  const code = back.searchParams.get('code') ?? '';
  return app.acquireTokenByCode({ code, scopes: SCOPES, redirectUri: REDIRECT, codeVerifier: verifier });
}

function client(accessToken: string): Client {
  return Client.init({
    baseUrl: base,
    defaultVersion: 'v1.0',
    customHosts: new Set(['localhost']),
    authProvider: (done) => done(null, accessToken),
  });
}

describe('@azure/msal-node', () => {
  it('signs in with a code and PKCE, and reads the account from the id_token', async () => {
    const result = await acquire();
    expect(result.account?.username).toBe(ADDRESS);
    expect(result.account?.tenantId).toBe('5a11d0c5-0000-4000-8000-00000000c0de');
    expect(result.scopes.map((scope) => scope.toLowerCase())).toContain('mail.read');
    expect(result.expiresOn?.getTime()).toBeGreaterThan(Date.now() + 55 * 60_000);
  });

  it('refreshes silently', async () => {
    const first = await acquire();
    if (!first.account) throw new Error('no account');
    const again = await app.acquireTokenSilent({
      account: first.account,
      scopes: SCOPES,
      forceRefresh: true,
    });
    expect(again.fromCache).toBe(false);
    expect(again.accessToken).not.toBe(first.accessToken);
  });

  it('sees a revoked grant as what it is', async () => {
    const first = await acquire();
    const account = first.account;
    if (!account) throw new Error('no account');
    sandbox.identity.revoke(sandbox.store.mailbox(ADDRESS)?.userId ?? '');
    const refused = app.acquireTokenSilent({ account, scopes: SCOPES, forceRefresh: true });
    await expect(refused).rejects.toMatchObject({ errorCode: 'invalid_grant', errorNo: 50173 });
  });
});

describe('@microsoft/microsoft-graph-client', () => {
  let graph: Client;

  beforeAll(async () => {
    for (let n = 0; n < 37; n += 1) {
      sandbox.store.deliver(
        ADDRESS,
        'archive',
        mail(`Page ${n}`, { receivedAt: new Date(Date.UTC(2026, 0, 1, 0, n)) }),
      );
    }
    sandbox.store.deliver(
      ADDRESS,
      'inbox',
      mail('With a file', {
        attachments: [
          { kind: 'file', name: 'note.txt', contentType: 'text/plain', content: Buffer.from('five bar') },
        ],
      }),
    );
    graph = client((await acquire()).accessToken);
  });

  it('reads the user and the folders', async () => {
    const me = (await graph.api('/me').get()) as User;
    expect(me.mail).toBe(ADDRESS);
    const folders = (await graph.api('/me/mailFolders').top(50).get()) as { value: MailFolder[] };
    expect(folders.value.map((folder) => folder.displayName)).toContain('Sent Items');
  });

  it('pages a list to its end', async () => {
    const first = await graph.api('/me/mailFolders/archive/messages').select('id,subject').top(10).get();
    const seen: string[] = [];
    await new PageIterator(graph, first, (message: Message) => {
      seen.push(message.subject ?? '');
      return true;
    }).iterate();
    expect(new Set(seen).size).toBe(37);
    expect(seen[0]).toBe('Page 36');
  });

  it('follows delta links', async () => {
    const first = await graph.api('/me/mailFolders/archive/messages/delta').select('subject').get();
    const seen: Message[] = [];
    const iterator = new PageIterator(graph, first, (message: Message) => {
      seen.push(message);
      return true;
    });
    await iterator.iterate();
    expect(seen).toHaveLength(37);
    const link = iterator.getDeltaLink() ?? '';
    sandbox.store.deliver(ADDRESS, 'archive', mail('Something new'));
    const next = (await graph.api(link).get()) as { value: Message[] };
    expect(next.value.map(({ subject }) => subject)).toEqual(['Something new']);
  });

  it('batches', async () => {
    const content = new BatchRequestContent([
      { id: '1', request: new Request(`${base}/me/messages?$top=1`) },
      { id: '2', request: new Request(`${base}/me/mailFolders/clutter`) },
    ]);
    const answer = await graph.api('/$batch').post(await content.getContent());
    const responses = new BatchResponseContent(answer);
    expect(responses.getResponseById('1').status).toBe(200);
    expect(responses.getResponseById('2').status).toBe(404);
  });

  it('reads an attachment, as JSON and as bytes', async () => {
    const found = (await graph
      .api('/me/mailFolders/inbox/messages')
      .filter("subject eq 'With a file'")
      .get()) as { value: Message[] };
    const path = `/me/messages/${found.value[0]?.id}/attachments`;
    const list = (await graph.api(path).get()) as {
      value: { id: string; contentBytes: string; size: number }[];
    };
    const file = list.value[0];
    expect(Buffer.from(file?.contentBytes ?? '', 'base64').toString()).toBe('five bar');
    const bytes = (await graph
      .api(`${path}/${file?.id}/$value`)
      .responseType('arraybuffer' as never)
      .get()) as ArrayBuffer;
    expect(Buffer.from(bytes).toString()).toBe('five bar');
  });

  it('gets Graph errors it can read', async () => {
    const refused = graph.api('/me/messages/delta').get();
    await expect(refused).rejects.toMatchObject({ statusCode: 400, code: 'BadRequest' });
  });

  it('subscribes, renews, reauthorizes, lists and deletes', async () => {
    const endpoint = await openEndpoint();
    const inMinutes = (minutes: number) => new Date(Date.now() + minutes * 60_000).toISOString();
    try {
      const made = (await graph
        .api('/subscriptions')
        .header('Prefer', 'IdType="ImmutableId"')
        .post({
          changeType: 'created',
          notificationUrl: `${endpoint.url}/hook`,
          resource: "me/mailFolders('inbox')/messages",
          expirationDateTime: inMinutes(100),
        })) as Subscription;
      const path = `/subscriptions/${made.id}`;
      const { id } = sandbox.store.deliver(ADDRESS, 'inbox', mail('For the client'));
      await expect
        .poll(() => endpoint.items())
        .toMatchObject([{ changeType: 'created', resourceData: { id } }]);
      const end = inMinutes(200);
      const renewed = (await graph.api(path).patch({ expirationDateTime: end })) as Subscription;
      expect(Date.parse(renewed.expirationDateTime ?? '')).toBe(Date.parse(end));
      await graph.api(`${path}/reauthorize`).post({});
      expect(((await graph.api('/subscriptions').get()) as { value: Subscription[] }).value).toMatchObject([
        { id: made.id },
      ]);
      await graph.api(path).delete();
      await expect(graph.api(path).get()).rejects.toMatchObject({
        ...{ statusCode: 404, code: 'ResourceNotFound' },
      });
    } finally {
      await endpoint.close();
    }
  });
});
