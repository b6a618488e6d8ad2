// One conversation on a real database: each mail once, and every mail.
import { afterAll, beforeAll, beforeEach, expect, it } from 'vitest';

import { createTenant } from '../../tests/support/postgres.ts';
import { addMailbox, deliver, type Mailbox, YACHT } from '../../tests/support/records.ts';
import { listInbox } from './inbox.ts';
import { readThread } from './thread.ts';

let tenant: Awaited<ReturnType<typeof createTenant>>;
let chief: Mailbox;

beforeAll(async () => {
  tenant = await createTenant();
});
afterAll(() => tenant.close());
beforeEach(async () => {
  await tenant.pool.query('truncate email_threads, email_watchers cascade');
  chief = await addMailbox(tenant.tenants, 'chief@corvina.test');
});

async function readAsChief(threadId: string) {
  const caller = { kind: 'person', userId: chief.userId, role: 'captain' } as const;
  return tenant.tenants.read({ yachtId: YACHT, caller }, async (db) => ({
    texts: (await readThread(db, threadId)).messages.map((message) => message.preview),
    counted: (await listInbox(db, { filter: 'all', limit: 5 })).items[0]?.message_count,
  }));
}

it('shows a mail to oneself once: it lies in two folders', async () => {
  const copy = { mail: '<same@test>', conversation: 'c', subject: 'Note to self', text: 'buy gaskets' };
  const [first] = await deliver(tenant.tenants, chief, [copy, { ...copy, folder: 'drafts' }]);
  expect(await readAsChief(first?.threadId ?? '')).toMatchObject({ texts: ['buy gaskets'] });
});

it('hides no mail behind another that bears the same Message-ID', async () => {
  const mail = { mail: '<reused@test>', conversation: 'c', subject: 'Offer' };
  const [first] = await deliver(tenant.tenants, chief, [
    { ...mail, text: 'the offer' },
    { ...mail, text: 'from elsewhere', from: 'attacker@elsewhere.example', folder: 'drafts' },
    { ...mail, text: 'another matter', subject: 'Invoice', folder: 'drafts' },
    { ...mail, text: 'the offer, mended' },
  ]);
  expect(await readAsChief(first?.threadId ?? '')).toEqual({
    texts: ['the offer', 'from elsewhere', 'another matter', 'the offer, mended'],
    counted: 2,
  });
});
