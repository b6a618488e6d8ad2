// A mail's body, on demand: from our copy of it, or from Microsoft in the name of the mailbox's owner, once the
// reader has been found to be allowed to read it.
import { CelesteError } from '#base/errors.ts';
import { getMessageBody, type MessageBody } from '#microsoft/message-body.ts';
import { asWorker, type TenantReader, type TenantScope } from '#tenants/tenants.ts';

import { inlinePictures } from './attachments.ts';
import { mailDocument } from './document.ts';
import { readMessage } from './messages.ts';
import { textToHtml } from './plain-text.ts';
import { forReader, type MailDeps } from './ports.ts';
import { sanitizeMail } from './sanitize.ts';

export type Body = {
  kind: 'html' | 'text';
  /** A complete document for a sandboxed frame. */
  document: string;
  blocked_remote: number;
  /** Why this is not the mail as it was sent, for the reader; null when it is. */
  note: string | null;
};

/** A person waits for it. */
const TIMEOUT_MS = 20_000;
/** Larger bodies are logs and exports; cleaning them would hold up everybody else. */
const MAX_HTML_CHARACTERS = 2_000_000;

/**
 * The body of a mail that `scope`'s person may read, safe to show. Where Microsoft cannot be asked now (consent
 * gone, throttled, deleted there) the text we hold is shown instead, with a note that says so.
 *
 * @throws CelesteError `not_found`; what tokens and Graph throw when we hold no text either
 */
export async function readBody(deps: MailDeps, scope: TenantScope, emailId: string): Promise<Body> {
  const stored = await deps.tenants.read(scope, (db) => readStored(db, emailId));
  try {
    const body = stored.body ?? (await fetchBody(deps, scope.yachtId, stored));
    return await present(deps, scope, { ...stored, body });
  } catch (error) {
    const told = await forReader(deps, scope, { error, watcherId: stored.watcher_id });
    if (stored.text === null || !isPassing(error)) throw told;
    return textBody(stored.text, noteOf(told));
  }
}

type Stored = Awaited<ReturnType<typeof readStored>>;

/** What we hold of a mail the reader may see; whoever may not gets no further. */
async function readStored(db: TenantReader, emailId: string) {
  const message = await readMessage(db, emailId);
  const row = await db
    .selectFrom('email_messages')
    .select(['id', 'watcher_id', 'message_id', 'body_content', 'body_content_type', 'body_text'])
    .where('id', '=', message.id)
    .executeTakeFirstOrThrow();
  const contentType = row.body_content_type === 'text' ? ('text' as const) : ('html' as const);
  const body: MessageBody | null =
    row.body_content === null ? null : { contentType, content: row.body_content };
  const { id, watcher_id, message_id, body_text: text } = row;
  return { id, watcher_id, message_id, text, body, isDraft: message.is_draft };
}

async function fetchBody(
  { tenants, openMailbox }: MailDeps,
  yachtId: string,
  mail: Stored,
): Promise<MessageBody> {
  const graph = await openMailbox(yachtId, mail.watcher_id);
  const body = await getMessageBody(graph, mail.message_id, AbortSignal.timeout(TIMEOUT_MS));
  // A draft is still being written.
  if (mail.isDraft) return body;
  await tenants.transact(asWorker(yachtId), (tx) =>
    tx
      .updateTable('email_messages')
      .set({ body_content: withoutNul(body.content), body_content_type: body.contentType })
      .where('id', '=', mail.id)
      .execute(),
  );
  return body;
}

async function present(
  deps: MailDeps,
  scope: TenantScope,
  mail: Stored & { body: MessageBody },
): Promise<Body> {
  const { contentType, content } = mail.body;
  if (contentType === 'text') return textBody(content, null);
  if (content.length > MAX_HTML_CHARACTERS) return textBody(mail.text ?? '', TOO_LARGE);
  const pictures = /cid:/i.test(content) ? await inlinePictures(deps, scope.yachtId, mail.id) : () => null;
  const clean = sanitizeMail(content, pictures);
  const document = mailDocument({ kind: 'html', ...clean });
  return { kind: 'html', document, blocked_remote: clean.blockedRemote, note: null };
}

const TOO_LARGE = 'This mail is very large. Its text is shown here; open it in Outlook to see all of it.';

function textBody(text: string, note: string | null): Body {
  return {
    kind: 'text',
    document: mailDocument({ kind: 'text', html: textToHtml(text) }),
    blocked_remote: 0,
    note,
  };
}

function isPassing(error: unknown): boolean {
  return error instanceof CelesteError || (error instanceof DOMException && error.name === 'TimeoutError');
}

function noteOf(error: unknown): string {
  const reason = error instanceof CelesteError ? error.message : 'Microsoft took too long to answer.';
  return `Shown as plain text. ${reason}`;
}

/** PostgreSQL's text holds no NUL. */
const withoutNul = (text: string) => text.replaceAll('\0', '');
