// Linking through HTTP: what a page does when somebody drags a conversation onto a work order, and back.
import { afterAll, beforeAll, describe, expect, it } from 'vitest';

import { type Aboard, ask, goAboard, workOrderId } from './support/aboard.ts';

let aboard: Aboard;
let workOrder: string;
let equipment: string;
let sealKit: ReturnType<Aboard['deliver']>;

beforeAll(async () => {
  aboard = await goAboard();
  workOrder = await workOrderId(aboard.engineer, 'WO-1003');
  equipment = (await ask(aboard.engineer, '/api/equipment?limit=1')).body.items[0].id;
  for (const subject of ['Drag me', 'Twice', 'To equipment', 'Changed mind', 'Rejected'])
    aboard.deliver({ subject });
  sealKit = aboard.deliver({
    subject: 'Seal kit',
    body: { contentType: 'text', content: 'Seal kit for WO-1004 is on its way.' },
  });
  await aboard.sync();
});
afterAll(() => aboard.close());

const emailOf = async (subject: string): Promise<string> => (await aboard.inboxRow(subject)).latest_email_id;
const link = (emailId: string, json: object) =>
  ask(aboard.engineer, `/api/emails/${emailId}/link`, { method: 'POST', json });
const change = (method: string, path: string, json?: object) =>
  ask(aboard.engineer, path, { method, ...(json && { json }) });

describe('by hand', () => {
  it('puts a conversation on a work order, where everyone aboard finds it with its reason', async () => {
    const made = await link(await emailOf('Drag me'), { work_order_id: workOrder });
    expect(made.status).toBe(201);
    expect(made.body).toMatchObject({
      target_type: 'work_order',
      target_id: workOrder,
      label: 'WO-1003',
      state: 'linked',
      source: 'person',
      confidence: 1,
      created_by: { display_name: expect.any(String) },
      can_undo: true,
    });
    const page = await ask(aboard.deckhand, `/api/work-orders/${workOrder}`);
    expect(page.body.threads).toMatchObject([
      { subject: 'Drag me', unread_count: 0, link: { id: made.body.id, can_undo: false } },
    ]);
    expect((await aboard.inboxRow('Drag me')).links).toMatchObject([{ label: 'WO-1003', state: 'linked' }]);
    const listed = await ask(aboard.engineer, '/api/work-orders?q=WO-1003');
    expect(listed.body.items).toMatchObject([{ thread_count: 1 }]);
  });

  it('is one link for two clicks at once: one made, one found', async () => {
    const emailId = await emailOf('Twice');
    const answers = await Promise.all([1, 2].map(() => link(emailId, { work_order_id: workOrder })));
    expect(answers.map((answer) => answer.status).sort()).toEqual([200, 201]);
    expect(answers[0]?.body.id).toBe(answers[1]?.body.id);
  });

  it('also goes onto equipment', async () => {
    const made = await link(await emailOf('To equipment'), { equipment_id: equipment });
    expect(made.status).toBe(201);
    const page = await ask(aboard.deckhand, `/api/equipment/${equipment}`);
    expect(page.body.threads).toMatchObject([{ subject: 'To equipment' }]);
    expect(page.body.thread_count).toBe(1);
  });

  it.each([
    ['nothing', {}],
    ['two records', { work_order_id: crypto.randomUUID(), equipment_id: crypto.randomUUID() }],
    ['no id', { work_order_id: 'WO-1003' }],
  ])('names one record: %s is refused', async (_, json) => {
    const answer = await link(await emailOf('Drag me'), json);
    expect(answer).toMatchObject({ status: 400, body: { code: 'invalid_request' } });
  });

  it('is taken off again, and put back with undo', async () => {
    const { body } = await link(await emailOf('Changed mind'), { work_order_id: workOrder });
    expect(await change('DELETE', `/api/links/${body.id}`)).toMatchObject({
      status: 200,
      body: { state: 'removed' },
    });
    expect((await aboard.inboxRow('Changed mind')).links).toEqual([]);
    expect(await change('DELETE', `/api/links/${body.id}/decision`)).toMatchObject({
      status: 200,
      body: { state: 'linked', can_undo: false },
    });
  });

  it('is rejected and confirmed', async () => {
    const { body } = await link(await emailOf('Rejected'), { work_order_id: workOrder });
    const decide = (state: string) => change('PUT', `/api/links/${body.id}/decision`, { state });
    expect((await decide('rejected')).body).toMatchObject({ state: 'rejected' });
    expect((await decide('linked')).body).toMatchObject({
      state: 'linked',
      decided_by: { id: expect.any(String) },
    });
    expect(await decide('removed')).toMatchObject({ status: 400 });
  });
});

describe('by itself', () => {
  it('a mail that names a work order is linked, with the words that say so', async () => {
    const { id } = await aboard.inboxRow('Seal kit');
    const { body } = await ask(aboard.engineer, `/api/threads/${id}`);
    expect(body.links).toMatchObject([
      {
        label: 'WO-1004',
        source: 'rule',
        created_by: null,
        can_undo: false,
        evidence: [{ where: 'body', text: 'Seal kit for WO-1004 is on its way.' }],
      },
    ]);
  });

  it('and stays off once a person took it off, also when the conversation goes on', async () => {
    const row = await aboard.inboxRow('Seal kit');
    expect((await change('DELETE', `/api/links/${row.links[0].id}`)).status).toBe(200);
    aboard.deliver({
      subject: 'RE: Seal kit',
      body: { contentType: 'text', content: 'WO-1004 again' },
      inReplyTo: sealKit.internetMessageId,
      references: [sealKit.internetMessageId],
    });
    await aboard.sync();
    const after = await aboard.inboxRow('Seal kit');
    expect(after).toMatchObject({ id: row.id, message_count: 2, links: [] });
  });
});

describe('not allowed', () => {
  it('to a deckhand, who may read it', async () => {
    const emailId = await emailOf('Drag me');
    const answer = await ask(aboard.deckhand, `/api/emails/${emailId}/link`, {
      method: 'POST',
      json: { work_order_id: workOrder },
    });
    expect(answer).toMatchObject({ status: 403, body: { code: 'not_allowed' } });
    expect((await ask(aboard.deckhand, '/api/me')).body.may_link).toBe(false);
  });
});
