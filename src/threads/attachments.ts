// What is attached to a mail: its list kept as rows, its bytes streamed from Microsoft on demand and never stored.
import type { Selectable } from 'kysely';

import { CelesteError } from '#base/errors.ts';
import { getAttachmentBytes, listAttachments as listInGraph } from '#microsoft/attachments.ts';
import type { EmailAttachmentsTable } from '#tenants/schema.ts';
import { asWorker, type TenantReader, type TenantScope } from '#tenants/tenants.ts';

import { type FileHeaders, fileHeaders } from './file-headers.ts';
import { type Message, readMessage } from './messages.ts';
import { forReader, type MailDeps } from './ports.ts';
import type { InlinePictures } from './sanitize.ts';

export type Attachment = Pick<
  Selectable<EmailAttachmentsTable>,
  'id' | 'name' | 'content_type' | 'size_bytes' | 'is_inline' | 'kind'
>;

export type Download = { headers: FileHeaders; stream: AsyncIterable<Uint8Array> };

const LIST_TIMEOUT_MS = 20_000;

/**
 * The attachments of a mail that `scope`'s person may read, by name; inline pictures among them.
 *
 * @throws CelesteError `not_found`; what tokens and Graph throw when the list must be fetched and cannot be
 */
export async function listAttachments(
  deps: MailDeps,
  scope: TenantScope,
  emailId: string,
): Promise<Attachment[]> {
  const { message, rows } = await deps.tenants.read(scope, (db) => readStored(db, emailId));
  const isComplete = rows.length > 0 || !message.has_attachments;
  const found =
    isComplete && !message.is_draft
      ? rows
      : await told(deps, scope, { asking: fetchList(deps, scope.yachtId, message.id), message });
  return found.map(({ id, name, content_type, size_bytes, is_inline, kind }) => ({
    id,
    name,
    content_type,
    size_bytes,
    is_inline,
    kind,
  }));
}

/**
 * Opens one attachment for download: a file as it is, an attached mail as .eml, an appointment as .ics.
 *
 * @throws CelesteError `not_found`; `attachment_is_link` for a file that is only linked to; what tokens and
 * Graph throw
 */
export async function openAttachment(
  deps: MailDeps,
  scope: TenantScope,
  { emailId, attachmentId }: { emailId: string; attachmentId: string },
): Promise<Download> {
  const { message, rows } = await deps.tenants.read(scope, (db) => readStored(db, emailId));
  const row = rows.find((attachment) => attachment.id === attachmentId);
  if (!row) throw new CelesteError('not_found', 'There is no such attachment on this mail.');
  if (row.kind === 'reference') throw onlyLinked();
  const { watcher_id, message_id } = await addressOf(deps, scope.yachtId, emailId);
  const graph = await deps.openMailbox(scope.yachtId, watcher_id);
  const attachment = { messageId: message_id, attachmentId: row.provider_attachment_id };
  const bytes = await told(deps, scope, { asking: getAttachmentBytes(graph, attachment), message });
  return { headers: fileHeaders(row, bytes), stream: bytes.stream };
}

/** What it resolves to; a refusal in the words of whoever reads. */
function told<T>(
  deps: MailDeps,
  scope: TenantScope,
  { asking, message }: { asking: Promise<T>; message: Message },
): Promise<T> {
  return asking.catch(async (error: unknown) => {
    throw await forReader(deps, scope, { error, watcherId: message.mailbox.watcher_id });
  });
}

/** Where the inline pictures of a mail are to be had; the caller has checked that the mail may be read. */
export async function inlinePictures(
  deps: MailDeps,
  yachtId: string,
  emailId: string,
): Promise<InlinePictures> {
  const stored = await deps.tenants.read(asWorker(yachtId), (db) => readRows(db, emailId));
  const rows = stored.length > 0 ? stored : await fetchList(deps, yachtId, emailId);
  const byContentId = new Map(rows.map((row) => [bare(row.content_id), row.id]));
  return (contentId) => {
    const id = byContentId.get(bare(contentId));
    return id === undefined ? null : `/api/emails/${emailId}/attachments/${id}`;
  };
}

const bare = (contentId: string | null) => (contentId ?? '').replace(/^<|>$/g, '').toLowerCase();

async function readStored(db: TenantReader, emailId: string) {
  const message = await readMessage(db, emailId);
  return { message, rows: await readRows(db, message.id) };
}

function readRows(db: TenantReader, emailId: string) {
  return db
    .selectFrom('email_attachments')
    .selectAll()
    .where('email_id', '=', emailId)
    .orderBy('is_inline')
    .orderBy('name')
    .orderBy('id')
    .execute();
}

function addressOf({ tenants }: MailDeps, yachtId: string, emailId: string) {
  return tenants.read(asWorker(yachtId), (db) =>
    db
      .selectFrom('email_messages')
      .select(['watcher_id', 'message_id', 'user_id'])
      .where('id', '=', emailId)
      .executeTakeFirstOrThrow(),
  );
}

/** Asks Microsoft in the name of the mailbox's owner and keeps the answer; what is no longer attached goes. */
async function fetchList(deps: MailDeps, yachtId: string, emailId: string) {
  const { watcher_id, message_id, user_id } = await addressOf(deps, yachtId, emailId);
  const graph = await deps.openMailbox(yachtId, watcher_id);
  const found = await listInGraph(graph, message_id, AbortSignal.timeout(LIST_TIMEOUT_MS));
  const fresh = found.map((attachment) => ({
    email_id: emailId,
    user_id,
    yacht_id: yachtId,
    provider_attachment_id: attachment.id,
    kind: attachment.kind,
    name: attachment.name,
    content_type: attachment.contentType,
    size_bytes: attachment.sizeBytes,
    is_inline: attachment.isInline,
    content_id: attachment.contentId,
  }));
  return deps.tenants.transact(asWorker(yachtId), async (tx) => {
    const ids = fresh.map((row) => row.provider_attachment_id);
    await tx
      .deleteFrom('email_attachments')
      .where('email_id', '=', emailId)
      .$if(ids.length > 0, (query) => query.where('provider_attachment_id', 'not in', ids))
      .execute();
    if (fresh.length > 0) {
      await tx
        .insertInto('email_attachments')
        .values(fresh)
        .onConflict((oc) => oc.columns(['email_id', 'provider_attachment_id']).doNothing())
        .execute();
    }
    return readRows(tx, emailId);
  });
}

/** Microsoft hands out no address for it: https://learn.microsoft.com/en-us/graph/api/resources/referenceattachment */
function onlyLinked(): CelesteError {
  return new CelesteError(
    'attachment_is_link',
    'This file is not in the mail: it is a link to OneDrive or SharePoint.',
    {
      advice: 'Open the mail in Outlook to follow it.',
    },
  );
}
