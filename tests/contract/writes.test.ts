// What is refused of what a client writes: too large, malformed, in somebody else's name.
import { afterAll, beforeAll, describe, expect, it } from 'vitest';

import type { Sandbox } from '../../sandbox/server.ts';
import type { Graph, GraphAnswer } from './support.ts';
import { ADDRESS, graphOf, mail, openSandbox, signIn, WRITE_APP } from './support.ts';

let sandbox: Sandbox;
let graph: Graph;
let token: string;
let received: string;

beforeAll(async () => {
  sandbox = await openSandbox();
  const scope = 'openid User.Read Mail.ReadWrite Mail.Send';
  token = (await signIn(sandbox, { app: WRITE_APP, scope })).access_token;
  graph = graphOf(sandbox, token);
  received = sandbox.store.deliver(ADDRESS, 'inbox', mail('Received')).id;
});
afterAll(() => sandbox.close());

const MB = 1024 * 1024;
const file = (bytes: number) => ({
  '@odata.type': '#microsoft.graph.fileAttachment',
  name: 'drawing.pdf',
  contentBytes: Buffer.alloc(bytes, 1).toString('base64'),
});
const people = (count: number, name = 'crew') =>
  Array.from({ length: count }, (_, n) => ({ emailAddress: { address: `${name}.${n}@elsewhere.test` } }));
const refusal = ({ status, body }: GraphAnswer) => [status, body.error?.code];

async function draft(fields: object = {}): Promise<string> {
  const { status, body } = await graph('/me/messages', { json: fields });
  expect(status).toBe(201);
  return `/me/messages/${String(body.id)}`;
}

describe('size', () => {
  it('of a request is at most 4 MB, refused by the gateway or by Exchange', async () => {
    const json = { message: { toRecipients: people(1), attachments: [file(2 * MB), file(2 * MB)] } };
    expect(refusal(await graph('/me/sendMail', { json }))).toEqual([413, 'RequestEntityTooLarge']);
    sandbox.settings.tooLarge = '400';
    expect(refusal(await graph('/me/sendMail', { json }))).toEqual([400, 'ErrorMessageSizeExceeded']);
    sandbox.settings.tooLarge = '413';
  });

  it('of an attachment is below 3 MB', async () => {
    const attachments = `${await draft()}/attachments`;
    expect((await graph(attachments, { json: file(2.9 * MB) })).status).toBe(201);
    expect(refusal(await graph(attachments, { json: file(3 * MB) }))[0]).toBe(413);
  });
});

describe('mail sent as MIME', () => {
  const send = async (body: string) => {
    const headers = { authorization: `Bearer ${token}`, 'content-type': 'text/plain' };
    const answer = await fetch(`${sandbox.url}/v1.0/me/sendMail`, { method: 'POST', headers, body });
    const text = await answer.text();
    return [answer.status, text && (JSON.parse(text) as { error: { code: string } }).error.code];
  };
  const base64 = (text: string) => Buffer.from(text).toString('base64');

  it.each(['hello', 'not base64 at all', '!!!!', 'AAA=BBBB', ''])(
    'is refused when it is "%s"',
    async (text) => {
      expect(await send(text)).toEqual([400, 'ErrorMimeContentInvalidBase64String']);
    },
  );

  it('needs recipients as any other does, and may be broken into lines', async () => {
    expect(await send(base64('Subject: To nobody\r\n\r\nHi'))).toEqual([400, 'ErrorInvalidRecipients']);
    const lines = base64(`To: crew@elsewhere.test\r\nSubject: ${'Long '.repeat(30)}\r\n\r\nHi`).match(
      /.{1,76}/g,
    );
    expect(await send(lines?.join('\r\n') ?? '')).toEqual([202, '']);
  });
});

it.each(['reply', 'replyAll', 'forward'])('%s in the name of somebody else is refused', async (verb) => {
  const from = { emailAddress: { address: 'captain@elsewhere.test' } };
  const json = { message: { from, toRecipients: people(1) } };
  const answer = await graph(`/me/messages/${received}/${verb}`, { json });
  expect(refusal(answer)).toEqual([403, 'ErrorSendAsDenied']);
});

describe('recipients', () => {
  it('are 500 at most, over what a draft has and what it gets', async () => {
    const path = await draft({ toRecipients: people(300) });
    const json = { ccRecipients: people(300, 'shore') };
    expect(refusal(await graph(path, { method: 'PATCH', json }))).toEqual([400, 'ErrorInvalidRecipients']);
    expect((await graph(path, { method: 'PATCH', json: { ccRecipients: people(200) } })).status).toBe(200);
  });

  it('are counted once more when it is sent', async () => {
    const to = people(501).map(({ emailAddress: { address } }) => ({ name: address, address }));
    const { id } = sandbox.store.deliver(ADDRESS, 'drafts', mail('To all', { to, isDraft: true }));
    expect(refusal(await graph(`/me/messages/${id}/send`, { method: 'POST' }))).toEqual([
      400,
      'ErrorInvalidRecipients',
    ]);
  });
});

describe('what is no such value', () => {
  it.each([
    { flag: null },
    { flag: 'flagged' },
    { body: null },
    { internetMessageHeaders: [null] },
    { internetMessageHeaders: [{ name: 'x-celeste' }] },
    { internetMessageHeaders: 'x' },
    { attachments: [null] },
    { attachments: 'x' },
  ])('%j is refused', async (json) => {
    const answer = await graph('/me/messages', { json });
    expect(refusal(answer)).toEqual([400, 'ErrorPropertyValidationFailure']);
  });

  it('is refused in a change too', async () => {
    const answer = await graph(`/me/messages/${received}`, { method: 'PATCH', json: { flag: null } });
    expect(refusal(answer)).toEqual([400, 'ErrorPropertyValidationFailure']);
  });

  it('a search folder holds no drafts', async () => {
    const { id } = sandbox.store.createFolder(ADDRESS, {
      name: 'Unread',
      search: { sourceFolders: ['inbox'], filterQuery: 'isRead eq false' },
    });
    const answer = await graph(`/me/mailFolders/${id}/messages`, { json: { subject: 'x' } });
    expect(refusal(answer)).toEqual([400, 'ErrorInvalidRequest']);
  });
});
