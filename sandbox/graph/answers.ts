// Replies and forwards: as drafts, or sent at once.
// https://learn.microsoft.com/en-us/graph/api/message-createreply
import type { SandboxResponse } from '../http.ts';
import { escapeHtml } from '../identity/pages.ts';
import { asNewMessage, bodyContent } from '../store/messages.ts';
import type { Address, NewMessage } from '../store/new-message.ts';
import type { StoredMessage } from '../store/types.ts';
import type { GraphCall } from './call.ts';
import { bodyOfCall, messageAt, needScope } from './call.ts';
import { badRequest } from './errors.ts';
import { accepted, needRecipients, newDraft, refuseForeignSender, send } from './outgoing.ts';
import { entity } from './writes.ts';

type AnswerKind = 'createReply' | 'createReplyAll' | 'createForward' | 'reply' | 'replyAll' | 'forward';

/** The draft of an answer continues the conversation: the service sets In-Reply-To and References. */
export function createAnswer(call: GraphCall, id: string, kind: AnswerKind): SandboxResponse {
  const sends = !kind.startsWith('create');
  needScope(call, sends ? 'Mail.Send' : 'Mail.ReadWrite');
  const original = messageAt(call, id);
  const hasBody = call.request.body.length > 0;
  const { comment, message, toRecipients } = hasBody ? bodyOfCall(call) : {};
  const fields = {
    ...(message as Record<string, unknown> | undefined),
    ...(toRecipients ? { toRecipients } : {}),
  };
  if (comment !== undefined && 'body' in fields)
    throw badRequest('Specify either the comment or the body property of the message.');
  const draft = answerDraft(call, original, {
    kind,
    comment: typeof comment === 'string' ? comment : '',
    fields,
  });
  if (sends) {
    needRecipients(draft);
    refuseForeignSender(call, draft.from);
  }
  const stored = call.context.store.deliver(call.mailbox.address, sends ? 'outbox' : 'drafts', draft);
  if (!sends) return entity(call, 201, stored);
  send(call.context, stored, true);
  return accepted();
}

type AnswerParts = { kind: AnswerKind; comment: string; fields: Record<string, unknown> };

function answerDraft(call: GraphCall, original: StoredMessage, parts: AnswerParts): NewMessage {
  const { kind, fields } = parts;
  const forward = kind.toLowerCase().includes('forward');
  const given = newDraft(call, fields);
  const made = {
    ...given,
    ...(forward ? {} : recipientsOf(call, original, kind.toLowerCase().includes('all'))),
  };
  const subject = (original.subject ?? '').replace(/^(?:re|fw|fwd):\s*/i, '');
  const chosen = {
    ...('subject' in fields ? {} : { subject: `${forward ? 'FW' : 'RE'}: ${subject}` }),
    ...('toRecipients' in fields ? { to: given.to ?? [] } : {}),
    ...('ccRecipients' in fields ? { cc: given.cc ?? [] } : {}),
    ...('body' in fields ? {} : { body: quoting(original, parts.comment) }),
  };
  const files = forward ? (asNewMessage(original).attachments ?? []) : [];
  return {
    ...made,
    ...chosen,
    inReplyTo: original.internetMessageId,
    references: [...original.references, original.internetMessageId],
    attachments: [...(given.attachments ?? []), ...files],
  };
}

/** To whoever the original asks to be answered; `all` adds its other recipients. */
function recipientsOf(
  call: GraphCall,
  original: StoredMessage,
  all: boolean,
): { to: Address[]; cc: Address[] } {
  const back = original.replyTo.length > 0 ? original.replyTo : original.from ? [original.from] : [];
  const notMe = (one: Address) => one.address.toLowerCase() !== call.mailbox.address;
  return all
    ? { to: [...back, ...original.to.filter(notMe)], cc: original.cc.filter(notMe) }
    : { to: back, cc: [] };
}

function quoting(original: StoredMessage, comment: string): NewMessage['body'] {
  const content = bodyContent(original);
  const quoted =
    original.body.contentType === 'html'
      ? content.replace(/^[\s\S]*<body[^>]*>|<\/body>[\s\S]*$/gi, '')
      : `<pre>${escapeHtml(content)}</pre>`;
  const head = `<b>From:</b> ${escapeHtml(original.from?.name ?? '')}<br><b>Subject:</b> ${escapeHtml(original.subject ?? '')}`;
  return {
    contentType: 'html',
    content: `<html><body>${escapeHtml(comment)}<hr><div id="divRplyFwdMsg">${head}</div>${quoted}</body></html>`,
  };
}
