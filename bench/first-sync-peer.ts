// The usual way: the official SDK's page iterator over the mailbox, and one upsert for each message. Its example
// takes pages of ten, which is Graph's default too: https://learn.microsoft.com/en-us/graph/sdks/paging
import { Client as GraphSdk, PageIterator } from '@microsoft/microsoft-graph-client';
import type { Message } from '@microsoft/microsoft-graph-types';
import { Client } from 'pg';

import { MESSAGE_SELECT } from '#microsoft/message-fields.ts';

import { readTask, sayMeasured } from './measured.ts';

const task = readTask();
const PAGE = task.pageSize;
const sdk = GraphSdk.init({
  authProvider: (done) => done(null, task.accessToken),
  baseUrl: `${task.httpsUrl}/`,
  customHosts: new Set(['localhost']),
});
const db = new Client({ connectionString: task.tenantUrl });
await db.connect();
await db.query('drop table if exists peer');
await db.query(`create table peer (
  message_id text primary key, conversation_id text, internet_message_id text, subject text, body text, preview text,
  from_address text, from_name text, to_addresses jsonb, cc_addresses jsonb, sent_at timestamptz,
  received_at timestamptz, has_attachments boolean, is_read boolean, is_draft boolean, importance text,
  categories text[], web_link text, parent_folder_id text)`);
await db.query('create index on peer (conversation_id)');
await db.query('create index on peer (received_at)');

const started = performance.now();
let messages = 0;
let page: Message[] = [];
const first = await sdk
  .api('/me/messages')
  .header('Prefer', 'IdType="ImmutableId", outlook.body-content-type="text"')
  .select(MESSAGE_SELECT)
  .top(PAGE)
  .get();
const pages = new PageIterator(sdk, first, (message: Message) => {
  page.push(message);
  return page.length < PAGE;
});
await pages.iterate();
for (;;) {
  for (const message of page) await upsert(message);
  messages += page.length;
  page = [];
  if (pages.isComplete()) break;
  await pages.resume();
}
sayMeasured(messages, performance.now() - started);
await db.end();

async function upsert(message: Message): Promise<void> {
  const columns = 19;
  const places = Array.from({ length: columns }, (_, n) => `$${n + 1}`).join(', ');
  await db.query({
    name: 'upsert',
    text: `insert into peer values (${places}) on conflict (message_id) do update set
      subject = excluded.subject, body = excluded.body, preview = excluded.preview, is_read = excluded.is_read,
      categories = excluded.categories, parent_folder_id = excluded.parent_folder_id`,
    values: [
      ...[
        message.id,
        message.conversationId,
        message.internetMessageId,
        message.subject,
        message.body?.content,
      ],
      ...[message.bodyPreview, message.from?.emailAddress?.address, message.from?.emailAddress?.name],
      ...[JSON.stringify(message.toRecipients), JSON.stringify(message.ccRecipients), message.sentDateTime],
      ...[
        message.receivedDateTime,
        message.hasAttachments,
        message.isRead,
        message.isDraft,
        message.importance,
      ],
      ...[message.categories, message.webLink, message.parentFolderId],
    ],
  });
}
