// Messages, folders, attachments, batches: what Graph gives, what it refuses, and in which words.
import { afterAll, beforeAll, describe, expect, it } from 'vitest';

import type { Sandbox } from '../../sandbox/server.ts';
import type { Graph } from './support.ts';
import { ADDRESS, graphOf, mail, openSandbox, signIn, WRITE_APP } from './support.ts';

const IMMUTABLE_ONLY = 'IdType="ImmutableId"';
const HOSTILE =
  '<html><head><script>steal()</script></head><body onload="x()"><p>Hello &amp; <b>welcome</b></p>' +
  '<img src="https://tracker.example/p.gif" onerror="y()"><a href="javascript:z()">z</a><form action="https://evil.example"></form></body></html>';

let sandbox: Sandbox;
let read: Graph;
let write: Graph;
let ids: Record<'plain' | 'hostile' | 'files' | 'report', string>;

beforeAll(async () => {
  sandbox = await openSandbox();
  const put = (subject: string, more = {}) => sandbox.store.deliver(ADDRESS, 'inbox', mail(subject, more)).id;
  ids = {
    plain: put('Plain', { body: { contentType: 'text', content: 'One <two>\nthree' }, isRead: true }),
    hostile: put('Hostile', { body: { contentType: 'html', content: HOSTILE } }),
    files: put('Files', {
      attachments: [
        {
          kind: 'file',
          name: 'drawing.pdf',
          contentType: 'application/pdf',
          content: Buffer.from('%PDF-1.7'),
        },
        {
          kind: 'file',
          name: 'logo.png',
          contentType: 'image/png',
          content: Buffer.from('png'),
          isInline: true,
          contentId: 'logo',
        },
        { kind: 'item', name: 'Forwarded', message: mail('The original') },
        { kind: 'reference', name: 'Folder', sourceUrl: 'https://files.example/x' },
      ],
    }),
    report: put('', { subject: null, from: null, omit: ['from', 'sender', 'subject'] }),
  };
  put('Inline only', {
    attachments: [
      {
        kind: 'file',
        name: 'l.png',
        contentType: 'image/png',
        content: Buffer.from('x'),
        isInline: true,
        contentId: 'l',
      },
    ],
  });
  read = graphOf(sandbox, (await signIn(sandbox)).access_token);
  const scope = 'openid profile offline_access User.Read Mail.ReadWrite Mail.Send';
  write = graphOf(sandbox, (await signIn(sandbox, { app: WRITE_APP, scope })).access_token);
});
afterAll(() => sandbox.close());

const at = (id: string) => `/me/messages/${id}`;

describe('every answer', () => {
  it('carries ids, date and diagnostics; errors carry them inside too', async () => {
    const sent = '11111111-2222-4333-8444-555555555555';
    const { headers, body, status } = await read('/me/messages/nonsense', {
      headers: { 'client-request-id': sent },
    });
    expect(status).toBe(400);
    expect(headers.get('client-request-id')).toBe(sent);
    expect(headers.get('request-id')).toMatch(/^[0-9a-f-]{36}$/);
    expect(JSON.parse(headers.get('x-ms-ags-diagnostic') ?? '')).toHaveProperty('ServerInfo');
    expect(new Date(headers.get('date') ?? '').getTime()).toBeGreaterThan(0);
    expect(body.error).toMatchObject({ code: 'ErrorInvalidIdMalformed', message: 'Id is malformed.' });
    expect(body.error.innerError).toMatchObject({
      'request-id': headers.get('request-id'),
      'client-request-id': sent,
    });
  });
});

describe('refusals', () => {
  it.each([
    ['GET', '/me/messages/delta', 400, 'BadRequest'],
    ['GET', '/me/messages?$select=colour', 400, 'RequestBroker--ParseUri'],
    ['GET', '/me/messages?$filter=colour eq 1', 400, 'RequestBroker--ParseUri'],
    ['GET', '/me/messages?$filter=isRead xx true', 400, 'BadRequest'],
    ['GET', '/me/messages?$filter=isRead eq false&$orderby=receivedDateTime desc', 400, 'InefficientFilter'],
    ['GET', '/me/messages?$top=2000', 400, 'BadRequest'],
    ['GET', '/me/messages?$search="x"&$filter=isRead eq true', 400, 'SearchWithFilter'],
    ['GET', '/me/messages?$search="x"&$count=true', 400, 'SearchWithCount'],
    ['GET', '/me/messages/$count?$search="x"', 400, 'SearchWithCount'],
    ['GET', '/me/messages?$colour=1', 400, 'RequestBroker--ParseUri'],
    ['GET', '/me/mailFolders/clutter', 404, 'ErrorItemNotFound'],
    ['GET', '/me/mailFolders/nonsense', 400, 'ErrorInvalidIdMalformed'],
    ['GET', '/me/nonsense', 400, 'BadRequest'],
    ['DELETE', '/me/messages', 405, 'Request_BadRequest'],
    ['GET', '/users/nobody@kestrel.test/messages', 404, 'ErrorInvalidUser'],
  ])('%s %s → %i %s', async (method, path, status, code) => {
    const answer = await read(path, { method });
    expect([answer.status, answer.body.error.code]).toEqual([status, code]);
  });

  it.each(['singleValueExtendedProperties', 'multiValueExtendedProperties'])('%s in delta', async (name) => {
    const query = `$expand=${name}($filter=id eq 'String 0x1000')`;
    const { status, body } = await read(`/me/mailFolders/inbox/messages/delta?${query}`);
    expect([status, body.error.code]).toEqual([400, 'ErrorInvalidUrlQuery']);
  });

  it('tells a foreign id from an unknown one', async () => {
    sandbox.store.createMailbox({ address: 'other@kestrel.test', displayName: 'Other' });
    const foreign = sandbox.store.deliver('other@kestrel.test', 'inbox', mail('Foreign'));
    expect((await read(at(foreign.id))).body.error.code).toBe('ErrorInvalidIdMalformed');
    expect((await read('/users/other@kestrel.test/messages')).body.error.code).toBe('ErrorAccessDenied');
    const gone = sandbox.store.deliver(ADDRESS, 'inbox', mail('Gone'));
    sandbox.store.deleteMessage(ADDRESS, gone.id, { permanent: true });
    const answer = await read(at(gone.id));
    expect([answer.status, answer.body.error.code]).toEqual([404, 'ErrorItemNotFound']);
  });

  it.each([
    ['no token', '', 'Access token is empty.'],
    ['nonsense', 'nonsense', 'CompactToken parsing failed with error code: 80049217'],
  ])('answers 401 to %s', async (_, token, message) => {
    const answer = await graphOf(sandbox, token)('/me');
    expect(answer.status).toBe(401);
    expect(answer.body.error).toMatchObject({ code: 'InvalidAuthenticationToken', message });
    expect(answer.headers.get('www-authenticate')).toContain('Bearer');
  });

  it('does not let a read token write', async () => {
    const answer = await read(at(ids.plain), { method: 'PATCH', json: { isRead: false } });
    expect([answer.status, answer.body.error.code]).toEqual([403, 'ErrorAccessDenied']);
  });

  it('shows no bodies to Mail.ReadBasic', async () => {
    sandbox.store.createMailbox({ address: 'basic@kestrel.test', displayName: 'Basic' });
    sandbox.store.deliver('basic@kestrel.test', 'inbox', mail('Hidden'));
    const scope = 'openid User.Read Mail.ReadBasic';
    const basic = graphOf(
      sandbox,
      (await signIn(sandbox, { address: 'basic@kestrel.test', scope })).access_token,
    );
    const list = await basic('/me/messages');
    expect(list.body.value[0]).toMatchObject({ subject: 'Hidden' });
    expect(list.body.value[0]).not.toHaveProperty('body');
    expect((await basic('/me/messages?$select=body')).status).toBe(403);
    for (const path of [
      '/me/mailFolders/inbox/messages/delta?$select=subject,bodyPreview',
      '/me/mailFolders/inbox/messages/delta?$expand=attachments',
      "/me/messages?$filter=contains(bodyPreview,'Hidden')",
      '/me/messages?$orderby=bodyPreview',
      '/me/messages?$search="Hidden"',
      '/me/messages?$expand=extensions',
    ]) {
      const { status, body } = await basic(path);
      expect([path, status, body.error?.code]).toEqual([path, 403, 'ErrorAccessDenied']);
    }
    expect((await basic('/me/mailFolders/inbox/messages/delta?$select=subject')).status).toBe(200);
  });
});

describe('a message', () => {
  it('has the id form that this one request prefers', async () => {
    const immutable = await read(at(ids.plain), { prefer: IMMUTABLE_ONLY });
    expect(immutable.body.id).toBe(ids.plain);
    expect(immutable.headers.get('preference-applied')).toBe(IMMUTABLE_ONLY);
    const plain = await read(at(ids.plain));
    expect(plain.body.id).not.toBe(ids.plain);
    expect(plain.headers.get('preference-applied')).toBeNull();
    expect(String(plain.body.id)).toHaveLength(152);
  });

  it('comes as HTML or text, whatever it was, without what runs by itself', async () => {
    const body = async (id: string, prefer?: string) =>
      (await read(`${at(id)}?$select=body`, prefer ? { prefer } : {})).body.body as {
        contentType: string;
        content: string;
      };
    expect(await body(ids.plain)).toMatchObject({
      contentType: 'html',
      content: expect.stringContaining('One &lt;two&gt;<br>'),
    });
    expect(await body(ids.plain, 'outlook.body-content-type="text"')).toEqual({
      contentType: 'text',
      content: 'One <two>\nthree',
    });
    const html = (await body(ids.hostile)).content;
    expect(html).not.toMatch(/script|onload|onerror/);
    expect(html).toContain('https://tracker.example/p.gif');
    expect(html).toContain('<form');
    expect((await body(ids.hostile, 'outlook.allow-unsafe-html')).content).toBe(HOSTILE);
    expect((await body(ids.hostile, 'outlook.body-content-type="text"')).content).toContain(
      'Hello & welcome',
    );
  });

  it('leaves out what the item does not have', async () => {
    const { body } = await read(at(ids.report));
    expect(body).not.toHaveProperty('from');
    expect(body).not.toHaveProperty('subject');
    expect(body).toHaveProperty('receivedDateTime');
  });

  it('has MIME, and headers on request', async () => {
    const mime = await read(`${at(ids.files)}/$value`);
    expect(mime.headers.get('content-type')).toContain('text/plain');
    expect(mime.text).toContain('Subject: Files\r\n');
    const { body } = await read(`${at(ids.files)}?$select=internetMessageHeaders`);
    expect(body.internetMessageHeaders).toEqual(
      expect.arrayContaining([{ name: 'Subject', value: 'Files' }]),
    );
  });

  it('translates its ids', async () => {
    const { body } = await read(at(ids.plain));
    const answer = await read('/me/translateExchangeIds', {
      json: { inputIds: [body.id, 'x'], sourceIdType: 'restId', targetIdType: 'restImmutableEntryId' },
    });
    const results = answer.body.value as unknown as Record<string, unknown>[];
    expect(results[0]).toEqual({ sourceId: body.id, targetId: ids.plain });
    expect(results[1]).toHaveProperty('errorDetails');
  });
});

describe('lists', () => {
  it('filter, order, search and count', async () => {
    const subjects = async (query: string) =>
      (await read(`/me/messages?$select=subject&$top=50&${query}`)).body.value.map(({ subject }) => subject);
    expect(await subjects('$filter=isRead eq true')).toEqual(['Plain']);
    expect(
      await subjects(
        "$filter=receivedDateTime ge 2026-01-01T00:00:00Z and startswith(subject,'Fil')&$orderby=receivedDateTime desc",
      ),
    ).toEqual(['Files']);
    expect(
      await subjects("$filter=from/emailAddress/address eq 'PARTS@halcyon.test' and hasAttachments eq true"),
    ).toEqual(['Files']);
    expect(await subjects('$search="subject:hostile"')).toEqual(['Hostile']);
    expect(await subjects('$orderby=subject')).toEqual([
      undefined,
      'Files',
      'Hostile',
      'Inline only',
      'Plain',
    ]);
    const counted = await read('/me/mailFolders/inbox/messages?$count=true&$top=1');
    expect(counted.body['@odata.count']).toBe(5);
    expect((await read('/me/mailFolders/inbox/messages/$count')).text).toBe('5');
  });
});

describe('attachments', () => {
  const list = async (query = '') => (await read(`${at(ids.files)}/attachments${query}`)).body.value;

  it('come in three kinds, with bytes unless something else is selected', async () => {
    const all = await list();
    expect(all.map((one) => one['@odata.type'])).toEqual([
      ...['#microsoft.graph.fileAttachment', '#microsoft.graph.fileAttachment'],
      ...['#microsoft.graph.itemAttachment', '#microsoft.graph.referenceAttachment'],
    ]);
    expect(Buffer.from(String(all[0]?.contentBytes), 'base64').toString()).toBe('%PDF-1.7');
    const some = await list(
      '?$select=id,name,contentType,size,isInline,microsoft.graph.fileAttachment/contentId',
    );
    expect(some[1]).toMatchObject({ name: 'logo.png', isInline: true, contentId: 'logo' });
    expect(some[1]).not.toHaveProperty('contentBytes');
    const refused = await read(`${at(ids.files)}/attachments?$select=contentBytes`);
    expect(refused.body.error.code).toBe('RequestBroker--ParseUri');
  });

  it('have values: bytes of a file, MIME of an item, none of a reference', async () => {
    const [file, , item, reference] = await list();
    const value = (id = '') => read(`${at(ids.files)}/attachments/${id}/$value`);
    const bytes = await value(file?.id);
    expect([bytes.text, bytes.headers.get('content-type')]).toEqual(['%PDF-1.7', 'application/pdf']);
    expect((await value(item?.id)).text).toContain('Subject: The original');
    expect((await value(reference?.id)).status).toBe(405);
    const expanded = await read(
      `${at(ids.files)}/attachments/${item?.id}?$expand=microsoft.graph.itemattachment/item`,
    );
    expect(expanded.body.item).toMatchObject({ subject: 'The original' });
  });

  it('do not make hasAttachments true when they are all inline', async () => {
    const { body } = await read("/me/messages?$filter=subject eq 'Inline only'&$expand=attachments");
    expect(body.value[0]?.hasAttachments).toBe(false);
    expect(body.value[0]?.attachments).toHaveLength(1);
  });
});

describe('folders', () => {
  it('are localised, nested, hidden, searching, and known by their well-known names', async () => {
    sandbox.store.createMailbox({ address: 'jan@kestrel.test', displayName: 'Jan', locale: 'de' });
    const jan = graphOf(sandbox, (await signIn(sandbox, { address: 'jan@kestrel.test' })).access_token);
    expect((await jan('/me/mailFolders/inbox')).body.displayName).toBe('Posteingang');
    sandbox.store.deliver('jan@kestrel.test', 'inbox', mail('Ungelesen'));
    sandbox.store.createFolder('jan@kestrel.test', { name: 'Hidden', hidden: true });
    sandbox.store.createFolder('jan@kestrel.test', {
      name: 'Unread',
      search: { sourceFolders: ['inbox'], filterQuery: 'isRead eq false' },
    });
    const shown = (await jan('/me/mailFolders?$top=50')).body.value;
    expect(shown.map(({ displayName }) => displayName)).not.toContain('Hidden');
    const search = shown.find(({ displayName }) => displayName === 'Unread');
    expect(search).toMatchObject({ '@odata.type': '#microsoft.graph.mailSearchFolder', totalItemCount: 1 });
    expect((await jan(`/me/mailFolders/${search?.id}/messages`)).body.value).toHaveLength(1);
    const all = (await jan('/me/mailFolders?$top=50&includeHiddenFolders=true')).body.value;
    expect(all.map(({ displayName }) => displayName)).toContain('Hidden');
    expect(all[0]).not.toHaveProperty('wellKnownName');
  });

  it.each([
    [{ filterQuery: 'contains(', sourceFolderIds: ['inbox'] }, 'BadRequest'],
    [{ filterQuery: 'colour eq 1', sourceFolderIds: ['inbox'] }, 'RequestBroker--ParseUri'],
    [{ filterQuery: '', sourceFolderIds: ['nonsense'] }, 'ErrorInvalidIdMalformed'],
    [{ filterQuery: '', sourceFolderIds: 'inbox' }, 'ErrorInvalidRequest'],
  ])('that search by %j are refused, and nothing is kept of them', async (search, code) => {
    const type = '#microsoft.graph.mailSearchFolder';
    const json = { '@odata.type': type, displayName: 'Found', ...search };
    expect((await write('/me/mailFolders', { json })).body.error.code).toBe(code);
    const shown = (await write('/me/mailFolders?$top=50')).body.value;
    expect(shown.map(({ displayName }) => displayName)).not.toContain('Found');
  });

  it('are made, renamed, moved and deleted, with the refusals of each', async () => {
    const made = await write('/me/mailFolders', { json: { displayName: 'Yard' } });
    expect(made.status).toBe(201);
    const again = await write('/me/mailFolders', { json: { displayName: 'yard' } });
    expect([again.status, again.body.error.code]).toEqual([409, 'ErrorFolderExists']);
    const path = `/me/mailFolders/${made.body.id}`;
    expect((await write(path, { method: 'PATCH', json: { displayName: 'Shipyard' } })).body.displayName).toBe(
      'Shipyard',
    );
    expect((await write(`${path}/childFolders`, { json: { displayName: 'Bills' } })).status).toBe(201);
    expect((await write(`${path}/move`, { json: { destinationId: 'archive' } })).status).toBe(201);
    const copies = await write(`${path}/copy`, { json: { destinationId: 'inbox' } });
    expect([copies.status, copies.body.displayName]).toEqual([201, 'Shipyard']);
    const within = await write(`${path}/copy`, { json: { destinationId: made.body.id } });
    expect([within.status, within.body.error.code]).toEqual([400, 'ErrorMoveCopyFailed']);
    expect((await write(path, { method: 'DELETE' })).status).toBe(204);
    const trash = (await write('/me/mailFolders/deleteditems/childFolders')).body.value;
    expect(trash.map(({ displayName }) => displayName)).toEqual(['Shipyard']);
    expect((await write(path, { method: 'DELETE' })).status).toBe(204);
    expect((await write(path)).status).toBe(404);
    const refused = await write('/me/mailFolders/inbox', { method: 'DELETE' });
    expect(refused.body.error.code).toBe('ErrorDeleteDistinguishedFolder');
  });
});

it('a folder is copied with all that is in it', async () => {
  const { store } = sandbox;
  const { id } = store.createFolder(ADDRESS, { name: 'Survey' });
  const inner = store.createFolder(ADDRESS, { name: 'Photos', parent: id });
  const original = store.deliver(ADDRESS, inner.id, mail('Hull'));
  const copy = await write(`/me/mailFolders/${id}/copy`, { json: { destinationId: 'archive' } });
  const [child] = (await write(`/me/mailFolders/${copy.body.id}/childFolders`)).body.value;
  const { value } = (await write(`/me/mailFolders/${child?.id}/messages`)).body;
  expect(value).toMatchObject([{ subject: 'Hull' }]);
  expect(value[0]?.id).not.toBe(original.placement.defaultId);
  expect(store.folder(ADDRESS, inner.id).messages).toEqual([original]);
});

describe('writes', () => {
  it('change, move, copy and delete a message', async () => {
    const { id } = sandbox.store.deliver(ADDRESS, 'archive', mail('Written'));
    const changed = await write(at(id), {
      method: 'PATCH',
      json: { isRead: true, categories: ['Deck'] },
      prefer: IMMUTABLE_ONLY,
    });
    expect(changed.body).toMatchObject({ id, isRead: true, categories: ['Deck'] });
    const subject = await write(at(id), { method: 'PATCH', json: { subject: 'No' } });
    expect(subject.status).toBe(400);
    const stale = await write(at(id), {
      method: 'PATCH',
      json: { isRead: false },
      headers: { 'if-match': 'W/"old"' },
    });
    expect([stale.status, stale.body.error.code]).toEqual([412, 'ErrorIrresolvableConflict']);
    const moved = await write(`${at(id)}/move`, {
      json: { destinationId: 'junkemail' },
      prefer: IMMUTABLE_ONLY,
    });
    expect([moved.status, moved.body.id]).toEqual([201, id]);
    const copy = await write(`${at(id)}/copy`, {
      json: { destinationId: 'archive' },
      prefer: IMMUTABLE_ONLY,
    });
    expect(copy.body.id).not.toBe(id);
    for (const step of [1, 2, 3])
      expect([step, (await write(at(id), { method: 'DELETE' })).status]).toEqual([step, 204]);
    expect((await write(at(id))).status).toBe(404);
    const wrongType = await write(`${at(copy.body.id as string)}/move`, {
      method: 'POST',
      headers: { 'content-type': 'text/xml' },
    });
    expect(wrongType.status).toBe(415);
  });

  it('make drafts and send them: 202, Outbox, Sent Items, and into the other mailbox', async () => {
    sandbox.settings.sendDelayMs = 20;
    sandbox.store.createMailbox({ address: 'mate@kestrel.test', displayName: 'Mate' });
    const recipient = { emailAddress: { name: 'Mate', address: 'mate@kestrel.test' } };
    const draft = await write('/me/messages', {
      json: { subject: 'Hello', body: { contentType: 'Text', content: 'Hi' }, toRecipients: [recipient] },
      prefer: IMMUTABLE_ONLY,
    });
    expect(draft.body).toMatchObject({ isDraft: true, subject: 'Hello' });
    expect(draft.body).not.toHaveProperty('from');
    const sent = await write(`${at(draft.body.id as string)}/send`, { method: 'POST' });
    expect([sent.status, sent.text]).toEqual([202, '']);
    await expect.poll(() => sandbox.store.folder('mate@kestrel.test', 'inbox').messages.length).toBe(1);
    expect(sandbox.store.folder(ADDRESS, 'sentitems').messages.map(({ id }) => id)).toEqual([draft.body.id]);
    const reply = await write(`${at(ids.plain)}/createReply`, { json: { comment: 'Thanks' } });
    expect(reply.body).toMatchObject({
      subject: 'RE: Plain',
      toRecipients: [{ emailAddress: { address: 'parts@halcyon.test' } }],
    });
    const original = await read(at(ids.plain));
    expect(reply.body.conversationId).toBe(original.body.conversationId);
    const foreign = {
      subject: 'x',
      from: { emailAddress: { address: 'boss@kestrel.test' } },
      toRecipients: [recipient],
    };
    expect((await write('/me/sendMail', { json: { message: foreign } })).body.error.code).toBe(
      'ErrorSendAsDenied',
    );
  });
});

describe('$batch', () => {
  type Inner = { id: string; status: number; headers: Record<string, string>; body: Record<string, unknown> };
  const batch = async (requests: unknown[], graph = read) => {
    const answer = await graph('/$batch', { json: { requests } });
    return {
      ...answer,
      inner: new Map(((answer.body.responses as Inner[] | undefined) ?? []).map((one) => [one.id, one])),
    };
  };
  const get = (id: string, url: string, more = {}) => ({ id, method: 'GET', url, ...more });

  it('answers each by its id, with headers of its own', async () => {
    const { status, inner } = await batch([
      get('a', `/me/messages/${ids.plain}`, { headers: { Prefer: IMMUTABLE_ONLY } }),
      get('b', `/me/messages/${ids.plain}`),
      get('c', '/me/messages/nonsense'),
    ]);
    expect(status).toBe(200);
    expect(inner.get('a')?.body.id).toBe(ids.plain);
    expect(inner.get('a')?.headers['Preference-Applied']).toBe(IMMUTABLE_ONLY);
    expect(inner.get('b')?.body.id).not.toBe(ids.plain);
    expect(inner.get('c')).toMatchObject({
      status: 400,
      body: { error: { code: 'ErrorInvalidIdMalformed' } },
    });
  });

  it('gives 424 to what depends on a failure', async () => {
    const { inner } = await batch([
      get('1', '/me/messages/nonsense'),
      get('2', '/me', { dependsOn: ['1'] }),
      get('3', '/me'),
    ]);
    expect([inner.get('2')?.status, inner.get('3')?.status]).toEqual([424, 200]);
  });

  it.each([
    ['more than twenty', Array.from({ length: 21 }, (_, n) => get(String(n), '/me'))],
    ['the same id twice', [get('a', '/me'), get('A', '/me')]],
    [
      'a batch in a batch',
      [
        {
          id: '1',
          method: 'POST',
          url: '/$batch',
          headers: { 'Content-Type': 'application/json' },
          body: {},
        },
      ],
    ],
    ['a body without Content-Type', [{ id: '1', method: 'POST', url: '/me/messages', body: {} }]],
    ['an absolute url', [get('1', 'https://graph.microsoft.com/v1.0/me')]],
    ['an unknown dependency', [get('1', '/me', { dependsOn: ['9'] })]],
  ])('refuses %s as a whole', async (_, requests) => {
    expect((await batch(requests)).status).toBe(400);
  });
});
