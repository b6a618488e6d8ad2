// What a purge leaves behind, looked for in every table of TENANT and MASTER: of a mailbox with all that hangs on one
// in use. Conversations that became one, links with evidence, attachments, gaps, push, readers.
import { afterEach, beforeEach, describe, expect, it } from 'vitest';

import { UNDO_MS } from '#sync/purge.ts';
import { asWorker } from '#tenants/tenants.ts';

import { type Sandbox, startSandbox } from '../sandbox/server.ts';
import type { NewMessage } from '../sandbox/store/new-message.ts';
import { ask, workOrderId } from './support/aboard.ts';
import { type StoryClock, storyClock } from './support/mail.ts';
import { letter, reply } from './support/mail-story.ts';
import { bootService, CORVINA, type SignedIn, type TestService } from './support/service.ts';
import { signInAtSandbox } from './support/sign-in.ts';
import { tracesOf } from './support/traces.ts';

// Not what they sign in with aboard: that stays.
const OWN = 'night.desk@corvina.test';
const OTHER = 'stores.desk@corvina.test';
const SHARED = 'engine.room@corvina.test';
const SECRET = { name: 'Halcyon Yards', address: 'tender@halcyon-yards.test' };

let clock: StoryClock;
let sandbox: Sandbox;
let service: TestService;
let engineer: SignedIn;
let eto: SignedIn;
beforeEach(async () => {
  clock = storyClock();
  sandbox = await startSandbox({ port: 0, world: 'empty', clock });
  Object.assign(sandbox.settings.notifications.delayMs, { minimum: 0, maximum: 0 });
  for (const address of [OWN, OTHER]) sandbox.store.createMailbox({ address, displayName: address });
  sandbox.store.createMailbox({ address: SHARED, displayName: 'Engine room', shared: true, access: [OWN] });
  service = await bootService({ sandboxUrl: sandbox.url, clock, push: true });
  engineer = await service.signIn(CORVINA.chiefEngineer);
  eto = await service.signIn(CORVINA.eto);
  for (const [api, account] of [[engineer, OWN] as const, [eto, OTHER] as const]) await connect(api, account);
});
afterEach(async () => {
  await service.stop();
  await sandbox.close();
});

async function connect(api: SignedIn, account: string): Promise<void> {
  const { body } = await ask(api, '/auth/outlook/authorize?purpose=read&shared=true');
  const back = await signInAtSandbox(body.url, account);
  const answer = await api(back.pathname + back.search);
  expect(answer.headers.get('location')).toContain('outlook=connected');
}

/** Two rounds are further apart than this; what was notified has arrived. */
async function settle(): Promise<void> {
  clock.forward(16 * 60_000);
  await sandbox.notifications.settle();
  await service.drain();
}

const deliver = (address: string, mail: NewMessage) => sandbox.store.deliver(address, 'inbox', mail);
const row = async (api: SignedIn, subject: string) => {
  const { items } = (await ask(api, '/api/threads?limit=100')).body;
  const found = items.find((each: { subject: string }) => each.subject === subject);
  if (!found) throw new Error(`no "${subject}" in the inbox`);
  return found;
};
const leave = () =>
  ask(engineer, '/auth/outlook/disconnect', { method: 'POST', json: { purpose: 'read', mail: 'purge' } });

/** The words, the addresses, and every id that Microsoft or we gave to what is in a mailbox. */
async function namesOf(address: string, watcherId: string): Promise<{ words: string[]; ids: string[] }> {
  const { folders, messages } = sandbox.store.mailbox(address) ?? { folders: new Map(), messages: new Map() };
  const given = [...messages.values()].flatMap(({ id, conversationId }) => [id, conversationId]);
  const rows = await service.fleet.tenants.read(asWorker('corvina'), async (db) => [
    ...(await db.selectFrom('email_messages').select('id').where('watcher_id', '=', watcherId).execute()),
    ...(await db.selectFrom('email_folders').select('id').where('watcher_id', '=', watcherId).execute()),
  ]);
  const words = [address, 'Sealed tender', 'Lowest bidder', 'tender.txt', ...folders.keys(), ...given];
  return { words, ids: [watcherId, ...rows.map(({ id }) => id)] };
}

/** The watcher's row, as the owner of the tables sees it. */
const watcherRow = (id: string) =>
  service.fleet.tenants.read(asWorker('corvina'), (db) =>
    db.selectFrom('email_watchers').selectAll().where('id', '=', id).executeTakeFirstOrThrow(),
  );
/** The row says nothing but which address, whose, and that it was purged. */
async function expectOnlyTheAddress(id: string): Promise<void> {
  const { mailbox, user_id, yacht_id, kind, created_at, purge_requested_at, purged_at, ...row } =
    await watcherRow(id);
  expect(purged_at).toBeInstanceOf(Date);
  const account_id = kind === 'own' ? null : `left:${id}`;
  expect(row).toMatchObject({ sync_status: 'disconnected', microsoft_user_id: `left:${id}`, account_id });
  const dates = Object.entries(row).filter(([, value]) => value instanceof Date);
  expect(dates).toEqual([
    ['expected_from', purged_at],
    ['next_reconcile_at', purged_at],
  ]);
}

const inTenant = (words: string[]) => tracesOf(service.databases.tenants.CORVINA.db, words);
const inMaster = (words: string[]) => tracesOf(service.databases.master.db, words);
const outside = (allowed: string, traces: string[]) => traces.filter((trace) => !trace.startsWith(allowed));

/** A conversation of one's own that becomes one with a colleague's, and their link that quotes one's own words. */
async function entangle(): Promise<void> {
  const offer = { from: SECRET, body: { contentType: 'text' as const, content: 'Lowest bidder: us.' } };
  const attachment = {
    kind: 'file',
    name: 'tender.txt',
    contentType: 'text/plain',
    content: Buffer.from('1'),
  } as const;
  const first = deliver(OWN, letter('Sealed tender', { ...offer, attachments: [attachment] }));
  const crane = letter('Crane on Monday', { internetMessageId: '<crane@northwind-pumps.test>' });
  deliver(OTHER, reply(deliver(OTHER, crane), { subject: 'RE: Crane on Monday' }));
  await settle();
  await ask(engineer, `/api/emails/${(await row(engineer, 'Sealed tender')).latest_email_id}/attachments`);
  deliver(OWN, { ...crane, inReplyTo: first.internetMessageId, references: [first.internetMessageId] });
  await settle();
  const workOrder = (await ask(engineer, '/api/work-orders')).body.items[0];
  const content = `Lowest bidder for ${workOrder.wo_number}: us.`;
  deliver(
    OWN,
    reply(first, { ...offer, subject: 'Sealed tender, again', body: { contentType: 'text', content } }),
  );
  await settle();
  await relink(workOrder.id);
}

/** The link that was made by itself is removed, made by hand for another mail of the conversation, and removed again. */
async function relink(work_order_id: string): Promise<void> {
  const off = async () => {
    const { body } = await ask(eto, `/api/work-orders/${work_order_id}`);
    const [conversation] = body.threads;
    const answer = await ask(eto, `/api/links/${conversation.link.id}`, { method: 'DELETE' });
    expect(answer.status).toBe(200);
  };
  await off();
  const mail = await row(eto, 'Crane on Monday');
  const json = { work_order_id };
  await ask(eto, `/api/emails/${mail.latest_email_id}/link`, { method: 'POST', json });
  await off();
}

describe('a purge', () => {
  it('leaves nothing of the mailbox but ids in the audit, and of the others everything', async () => {
    await entangle();
    sandbox.store.expireDelta(OWN);
    await settle();
    const { db: corvina } = service.databases.tenants.CORVINA;
    const { id } = await corvina
      .selectFrom('email_watchers')
      .select('id')
      .where('mailbox', '=', OWN)
      .executeTakeFirstOrThrow();
    const { words, ids } = await namesOf(OWN, id);
    const full = (await inTenant([...words, ...ids])).map((trace) => trace.split(':')[0]);
    for (const table of ['attachments', 'gaps', 'links', 'rounds', 'threads', 'thread_mailboxes']) {
      expect(full).toContain(`public.email_${table}`);
    }
    expect(await inMaster(ids)).toContain(`public.graph_subscriptions: ${id}`);

    clock.forward(UNDO_MS);
    await leave();
    await settle();
    expect(await inTenant(words)).toEqual([]);
    expect(outside('public.audit_log', await inTenant([...ids, CORVINA.chiefEngineer]))).toEqual([]);
    expect(await inMaster(words)).toEqual([]);
    // A job that is done is kept for an hour; it names the mailbox by our id.
    expect(outside('pgboss.', await inMaster(ids))).toEqual([]);
    expect(await row(eto, 'Crane on Monday')).toMatchObject({ message_count: 2 });
  });

  it('of which mail is on a record leaves its address, and nothing that Microsoft said of its owner', async () => {
    deliver(OWN, letter('Rota'));
    await settle();
    const { latest_email_id } = await row(engineer, 'Rota');
    const { id } = (await ask(engineer, '/api/watchers')).body.items[0];
    const json = { work_order_id: await workOrderId(engineer, 'WO-') };
    const linked = await ask(engineer, `/api/emails/${latest_email_id}/link`, { method: 'POST', json });
    const { microsoft_user_id: account } = await watcherRow(id);
    const folders = [...(sandbox.store.mailbox(OWN)?.folders.keys() ?? [])];
    expect(await inTenant([account])).toContain(`public.email_watchers: ${account}`);

    await leave();
    await settle();
    expect(await inTenant(['Rota'])).toContain('public.email_messages: Rota');
    expect(await inTenant([account, ...folders])).toEqual([]);
    await expectOnlyTheAddress(id);
    expect(outside('pgboss.', await inMaster([account, id]))).toEqual([]);

    await ask(eto, `/api/links/${linked.body.id}`, { method: 'DELETE' });
    clock.forward(UNDO_MS);
    await settle();
    expect(outside('public.audit_log', await inTenant([OWN, 'Rota', id]))).toEqual([]);
  });

  it('of a shared mailbox takes its readers and drafts along, while mail of it is on a record', async () => {
    deliver(SHARED, letter('Sealed tender', { from: SECRET }));
    const rota = deliver(SHARED, letter('Rota'));
    const draft = reply(rota, {
      subject: 'Lowest bidder',
      isDraft: true,
      from: null,
      omit: ['from', 'sender'],
    });
    sandbox.store.deliver(SHARED, 'drafts', draft);
    const { id } = (await ask(engineer, '/api/watchers', { method: 'POST', json: { mailbox: SHARED } })).body;
    await settle();
    const user_ids = [CORVINA.chiefEngineer, CORVINA.eto];
    await ask(engineer, `/api/watchers/${id}/readers`, { method: 'PUT', json: { user_ids } });
    const work_order_id = await workOrderId(eto, 'WO-');
    const mail = (await row(eto, 'Rota')).latest_email_id;
    const linked = await ask(eto, `/api/emails/${mail}/link`, { method: 'POST', json: { work_order_id } });
    const { words, ids } = await namesOf(SHARED, id);

    await engineer(`/api/watchers/${id}?mail=purge`, { method: 'DELETE' });
    await settle();
    expect(await inTenant(['Sealed tender', 'Lowest bidder'])).toEqual([]);
    expect(await inTenant([id])).not.toContain(`public.email_mailbox_readers: ${id}`);
    expect(await inTenant(['Rota'])).toContain('public.email_messages: Rota');
    const { folders } = sandbox.store.mailbox(SHARED) ?? { folders: new Map() };
    expect(await inTenant([...folders.keys()])).toEqual([]);
    await expectOnlyTheAddress(id);

    await ask(eto, `/api/links/${linked.body.id}`, { method: 'DELETE' });
    clock.forward(UNDO_MS);
    await settle();
    expect(await inTenant([...words, 'Rota'])).toEqual([]);
    expect(outside('public.audit_log', await inTenant(ids))).toEqual([]);
  });
});
