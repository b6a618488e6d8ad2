// The walls: nobody reads another person's mail before it is linked, by no route and no id; nobody reads another
// yacht's anything; taking the link off closes the door again.
import { afterAll, beforeAll, describe, expect, it } from 'vitest';

import { type Aboard, ask, goAboard, workOrderId } from './support/aboard.ts';
import type { SignedIn } from './support/service.ts';

let aboard: Aboard;
let workOrder: string;
let privateMail: { thread: string; email: string; attachment: string };
let shared: { thread: string; email: string; attachment: string; link: string };

const pdf = {
  kind: 'file' as const,
  name: 'a.pdf',
  contentType: 'application/pdf',
  content: new Uint8Array([1, 2, 3]),
};

beforeAll(async () => {
  aboard = await goAboard();
  workOrder = await workOrderId(aboard.engineer, 'WO-1005');
  aboard.deliver({ subject: 'Private', attachments: [pdf] });
  aboard.deliver({ subject: 'Shared', attachments: [pdf] });
  await aboard.sync();
  privateMail = await addresses('Private');
  const mail = await addresses('Shared');
  const made = await ask(aboard.engineer, `/api/emails/${mail.email}/link`, {
    method: 'POST',
    json: { work_order_id: workOrder },
  });
  shared = { ...mail, link: made.body.id };
});
afterAll(() => aboard.close());

async function addresses(subject: string) {
  const row = await aboard.inboxRow(subject);
  const email = row.latest_email_id;
  const { body } = await ask(aboard.engineer, `/api/emails/${email}/attachments`);
  return { thread: row.id, email, attachment: body.items[0].id };
}

const routesOf = (mail: typeof privateMail) => [
  `/api/threads/${mail.thread}`,
  `/api/emails/${mail.email}`,
  `/api/emails/${mail.email}/body`,
  `/api/emails/${mail.email}/attachments`,
  `/api/emails/${mail.email}/attachments/${mail.attachment}`,
];

const statuses = (api: SignedIn, mail: typeof privateMail) =>
  Promise.all(
    routesOf(mail).map(async (path) => {
      const answer = await api(path);
      await answer.arrayBuffer();
      return answer.status;
    }),
  );

const everything = [200, 200, 200, 200, 200];
const nothing = [404, 404, 404, 404, 404];

describe('private mail', () => {
  it('is read by its owner by every route', async () => {
    expect(await statuses(aboard.engineer, privateMail)).toEqual(everything);
  });

  it('is read by nobody else, the captain included, and not listed either', async () => {
    for (const api of [aboard.captain, aboard.deckhand, aboard.stranger]) {
      expect(await statuses(api, privateMail)).toEqual(nothing);
      expect((await ask(api, '/api/threads')).body.items).toEqual([]);
    }
  });

  it('cannot be linked by somebody else to look at it', async () => {
    const answer = await ask(aboard.captain, `/api/emails/${privateMail.email}/link`, {
      method: 'POST',
      json: { work_order_id: workOrder },
    });
    expect(answer).toMatchObject({ status: 404, body: { code: 'not_found' } });
    expect(await statuses(aboard.captain, privateMail)).toEqual(nothing);
  });

  it('is not to be had through the address of an attachment that one may read', async () => {
    const mixed = `/api/emails/${shared.email}/attachments/${privateMail.attachment}`;
    expect((await ask(aboard.captain, mixed)).status).toBe(404);
  });

  it('asks nobody who is not signed in', async () => {
    for (const path of routesOf(privateMail)) {
      expect((await fetch(`${aboard.service.url}${path}`)).status).toBe(401);
    }
  });
});

describe('linked mail', () => {
  it('is read by everyone aboard, fetched in the name of its owner, without the owner’s own marks', async () => {
    expect(await statuses(aboard.deckhand, shared)).toEqual(everything);
    const { body } = await ask(aboard.deckhand, `/api/emails/${shared.email}`);
    expect(body).toMatchObject({
      subject: 'Shared',
      is_read: true,
      folder: null,
      web_link: null,
      categories: [],
      mailbox: { mine: false, address: 'chief.engineer@corvina.test' },
    });
    expect((await ask(aboard.deckhand, `/api/threads/${shared.thread}`)).body).toMatchObject({ mine: false });
  });

  it('is not another yacht’s, and neither is the work order nor the link', async () => {
    expect(await statuses(aboard.stranger, shared)).toEqual(nothing);
    expect((await ask(aboard.stranger, `/api/work-orders/${workOrder}`)).status).toBe(404);
    for (const [method, path, json] of [
      ['DELETE', `/api/links/${shared.link}`, undefined],
      ['PUT', `/api/links/${shared.link}/decision`, { state: 'rejected' }],
      ['DELETE', `/api/links/${shared.link}/decision`, undefined],
      ['POST', `/api/emails/${shared.email}/link`, { work_order_id: workOrder }],
    ] as const) {
      const answer = await ask(aboard.stranger, path, { method, ...(json && { json }) });
      expect(answer, `${method} ${path}`).toMatchObject({ status: 404, body: { code: 'not_found' } });
    }
    expect(await statuses(aboard.deckhand, shared)).toEqual(everything);
  });

  it('cannot be put on another yacht’s work order', async () => {
    const foreign = await workOrderId(aboard.stranger, 'WO');
    const answer = await ask(aboard.engineer, `/api/emails/${shared.email}/link`, {
      method: 'POST',
      json: { work_order_id: foreign },
    });
    expect(answer).toMatchObject({ status: 404, body: { code: 'not_found' } });
  });

  it('is private again when the link is taken off, and open again when that is undone', async () => {
    await ask(aboard.captain, `/api/links/${shared.link}`, { method: 'DELETE' });
    expect(await statuses(aboard.deckhand, shared)).toEqual(nothing);
    expect(await statuses(aboard.captain, shared)).toEqual(nothing);
    expect(await statuses(aboard.engineer, shared)).toEqual(everything);
    expect((await ask(aboard.deckhand, `/api/work-orders/${workOrder}`)).body.threads).toEqual([]);
    await ask(aboard.captain, `/api/links/${shared.link}/decision`, { method: 'DELETE' });
    expect(await statuses(aboard.deckhand, shared)).toEqual(everything);
  });
});
