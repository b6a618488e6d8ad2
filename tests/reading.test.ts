// Reading a mail through HTTP: its body made safe, its pictures and attachments, and what is shown when
// Microsoft cannot be asked.
import { afterAll, beforeAll, describe, expect, it } from 'vitest';

import { type Aboard, ask, ENGINEER_MAIL, goAboard, workOrderId } from './support/aboard.ts';

let aboard: Aboard;
const html = (content: string) => ({ contentType: 'html' as const, content });
const picture = new Uint8Array([0x89, 0x50, 0x4e, 0x47]);

beforeAll(async () => {
  aboard = await goAboard();
  const attachments = [
    {
      kind: 'file' as const,
      name: 'logo.png',
      contentType: 'image/png',
      content: picture,
      isInline: true,
      contentId: 'logo@x',
    },
    {
      kind: 'file' as const,
      name: '../Quote №7.html',
      contentType: 'text/html',
      content: new TextEncoder().encode('<script>'),
    },
    { kind: 'reference' as const, name: 'Drawings', sourceUrl: 'https://files.example/x' },
    {
      kind: 'item' as const,
      name: 'Earlier mail',
      message: { subject: 'Earlier', from: null, receivedAt: new Date(0), body: html('<p>Earlier</p>') },
    },
  ];
  aboard.deliver({
    subject: 'Newsletter',
    body: html(
      '<p onclick="x()">News</p><img src="cid:logo@x"><img src="https://t.example/pixel.gif"><script>x()</script>',
    ),
    attachments,
  });
  aboard.deliver({
    subject: 'Plain',
    body: { contentType: 'text', content: 'See https://yard.example\n> before' },
  });
  aboard.deliver({ subject: 'Unreachable', body: html('<p>Held as <b>text</b></p>') });
  aboard.deliver({ subject: 'Unread until now', body: html('<p>Held as <b>text</b></p>'), attachments });
  await aboard.sync();
});
afterAll(() => aboard.close());

const emailOf = async (subject: string): Promise<string> => (await aboard.inboxRow(subject)).latest_email_id;
const bodyOf = async (subject: string) =>
  (await ask(aboard.engineer, `/api/emails/${await emailOf(subject)}/body`)).body;
const bodiesAsked = () =>
  aboard.sandbox.requests.list().filter(({ path }) => path.includes('select=body')).length;

describe('a body', () => {
  it('is clean, counts what was not loaded, and finds its inline pictures here', async () => {
    const body = await bodyOf('Newsletter');
    expect(body).toMatchObject({ kind: 'html', blocked_remote: 1, note: null });
    expect(body.document).toContain('<p>News</p>');
    expect(body.document).not.toMatch(/script|onclick|t\.example/);
    const src = /src="(\/api\/emails\/[^"]+)"/.exec(body.document)?.[1] ?? '';
    const answer = await aboard.engineer(src);
    expect(answer.headers.get('content-type')).toBe('image/png');
    expect(answer.headers.get('content-disposition')).toMatch(/^inline/);
    expect(new Uint8Array(await answer.arrayBuffer())).toEqual(picture);
  });

  it('is fetched from Microsoft once', async () => {
    await bodyOf('Newsletter');
    const before = bodiesAsked();
    await bodyOf('Newsletter');
    expect(bodiesAsked()).toBe(before);
  });

  it('says why, and shows the text we hold, while Microsoft cannot be asked', async () => {
    const refused = { status: 503, code: 'serviceNotAvailable' };
    aboard.sandbox.faults.add({
      match: { mailbox: ENGINEER_MAIL, path: 'messages' },
      count: 100,
      fault: refused,
    });
    const body = await bodyOf('Unreachable');
    aboard.sandbox.faults.clear();
    expect(body).toMatchObject({ kind: 'text', blocked_remote: 0 });
    expect(body.note).toMatch(/^Shown as plain text\. Microsoft could not be reached/);
    expect(body.document).toContain('Held as text');
    expect(await bodyOf('Unreachable')).toMatchObject({ kind: 'html', note: null });
  });
});

describe('attachments', () => {
  const list = async () => {
    const email = await emailOf('Newsletter');
    const { body } = await ask(aboard.engineer, `/api/emails/${email}/attachments`);
    return { email, items: body.items as { id: string; name: string; kind: string; is_inline: boolean }[] };
  };
  const open = async (name: string) => {
    const { email, items } = await list();
    const id = items.find((item) => item.name.includes(name))?.id;
    return aboard.engineer(`/api/emails/${email}/attachments/${id}`);
  };

  it('are listed, all three kinds, inline pictures last', async () => {
    const { items } = await list();
    expect(items.map(({ kind }) => kind).sort()).toEqual(['file', 'file', 'item', 'reference']);
    expect(items.at(-1)).toMatchObject({ name: 'logo.png', is_inline: true });
  });

  it('are saved, not run, under a harmless name', async () => {
    const answer = await open('Quote');
    expect(answer.status).toBe(200);
    expect(answer.headers.get('content-type')).toBe('application/octet-stream');
    expect(answer.headers.get('content-disposition')).toMatch(
      /^attachment; filename="_Quote _7\.html"; filename\*=UTF-8''/,
    );
    expect(answer.headers.get('content-security-policy')).toBe("default-src 'none'; sandbox");
    expect(answer.headers.get('x-content-type-options')).toBe('nosniff');
    expect(await answer.text()).toBe('<script>');
  });

  it('that are mails come as .eml', async () => {
    const answer = await open('Earlier');
    expect(answer.headers.get('content-disposition')).toContain('filename="Earlier mail.eml"');
    expect(await answer.text()).toContain('Subject: Earlier');
  });

  it('that are only links say so', async () => {
    const answer = await open('Drawings');
    expect(answer.status).toBe(409);
    expect(await answer.json()).toMatchObject({
      code: 'attachment_is_link',
      advice: expect.stringContaining('Outlook'),
    });
  });
});

describe("a colleague's mail on a work order, once they have disconnected", () => {
  it('says whom to ask, and shows the text that is here', async () => {
    const email = await emailOf('Unread until now');
    const work_order_id = await workOrderId(aboard.engineer, 'WO-');
    await ask(aboard.engineer, `/api/emails/${email}/link`, { method: 'POST', json: { work_order_id } });
    await ask(aboard.engineer, '/auth/outlook/disconnect', { method: 'POST', json: { purpose: 'read' } });
    const { body } = await ask(aboard.deckhand, `/api/emails/${email}/body`);
    expect(body.note).toBe('Shown as plain text. Ewan Traill has to connect Outlook again first.');
    expect(body.document).toContain('Held as text');
    const attachments = await ask(aboard.deckhand, `/api/emails/${email}/attachments`);
    expect(attachments).toMatchObject({
      status: 409,
      body: { code: 'mailbox_unopened', advice: expect.stringContaining('Ask Ewan Traill.') },
    });
    expect((await ask(aboard.engineer, `/api/emails/${email}/body`)).body.note).toMatch(
      /Outlook is not connected/,
    );
  });
});
