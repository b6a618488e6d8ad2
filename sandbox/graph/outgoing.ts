// Drafts, answers and sending. A 202 means accepted: the mail is in the Outbox, then in Sent Items and in
// the mailboxes of those recipients that live in the sandbox; what cannot be delivered comes back as a report.
// https://learn.microsoft.com/en-us/graph/api/user-sendmail

import type { SandboxContext } from '../context.ts';
import type { SandboxResponse } from '../http.ts';
import { asNewMessage } from '../store/messages.ts';
import type { Address, NewMessage } from '../store/new-message.ts';
import type { StoredMessage } from '../store/types.ts';
import { readFile } from './attachments.ts';
import type { GraphCall } from './call.ts';
import { bodyOfCall, folderAt, messageAt, needScope } from './call.ts';
import { badRequest, GraphError } from './errors.ts';
import { translated } from './folders.ts';
import { invalid, readMessageFields, recipientCount, refuseTooMany } from './message-input.ts';
import { readRawMail } from './raw-mail.ts';
import { entity } from './writes.ts';

export const accepted = (): SandboxResponse => ({ status: 202 });

/** @throws {GraphError} 400 for anything but a list of objects */
function listOf<T extends object>(fields: Record<string, unknown>, name: string): T[] {
  const list = fields[name] ?? [];
  if (Array.isArray(list) && list.every((one) => typeof one === 'object' && one !== null)) return list as T[];
  throw invalid(name);
}

/** @throws {GraphError} 400: clients may only set headers of their own, at creation */
function headersOf(fields: Record<string, unknown>): { name: string; value: string }[] {
  const headers = listOf<{ name: string; value: string }>(fields, 'internetMessageHeaders');
  if (headers.some(({ name, value }) => typeof name !== 'string' || typeof value !== 'string'))
    throw invalid('internetMessageHeaders');
  const bad = headers.find(({ name }) => !/^x-/i.test(name));
  if (!bad) return headers;
  const text = `The internet message header name '${bad.name}' should start with 'x-' or 'X-'.`;
  throw new GraphError(400, 'InvalidInternetMessageHeader', text);
}

export function newDraft(call: GraphCall, fields: Record<string, unknown>): NewMessage {
  const { body, flag, to, cc, bcc, ...patch } = readMessageFields(fields, { isDraft: true });
  refuseTooMany({ to, cc, bcc });
  const attachments = listOf<Record<string, unknown>>(fields, 'attachments');
  const { sender: _, ...rest } = patch;
  return {
    ...rest,
    subject: patch.subject ?? '',
    from: patch.from ?? null,
    ...{ to: to ?? [], cc: cc ?? [], bcc: bcc ?? [] },
    receivedAt: call.context.now(),
    body: body ?? { contentType: 'text', content: '' },
    headers: headersOf(fields),
    attachments: attachments.map(readFile),
    flag: typeof flag === 'object' ? flag.flagStatus : (flag ?? 'notFlagged'),
    ...{ isDraft: true, isRead: true },
    ...(patch.from ? {} : { omit: ['from', 'sender'] }),
  };
}

export function createDraft(call: GraphCall, folderText = 'drafts'): SandboxResponse {
  needScope(call, 'Mail.ReadWrite');
  const folder = folderAt(call, folderText);
  const draft = newDraft(call, bodyOfCall(call));
  return entity(
    call,
    201,
    translated(() => call.context.store.deliver(call.mailbox.address, folder.id, draft)),
  );
}

export async function sendMail(call: GraphCall): Promise<SandboxResponse> {
  needScope(call, 'Mail.Send');
  const isMime = (call.request.headers['content-type'] ?? '').toLowerCase().startsWith('text/plain');
  if (isMime) {
    const draft = await mimeDraft(call);
    needRecipients(draft);
    send(call.context, store(call, draft), true);
    return accepted();
  }
  const { message, saveToSentItems } = bodyOfCall(call);
  if (typeof message !== 'object' || message === null) throw badRequest('The message parameter is required.');
  const draft = newDraft(call, message as Record<string, unknown>);
  needRecipients(draft);
  refuseForeignSender(call, draft.from);
  send(call.context, store(call, draft), saveToSentItems !== false);
  return accepted();
}

const store = (call: GraphCall, draft: NewMessage) =>
  call.context.store.deliver(call.mailbox.address, 'outbox', draft);

async function mimeDraft(call: GraphCall): Promise<NewMessage> {
  const text = call.request.body.toString('utf8').replace(/\s+/g, '');
  if (text.length % 4 > 0 || !/^[A-Za-z0-9+/]+={0,2}$/.test(text)) {
    throw new GraphError(
      400,
      'ErrorMimeContentInvalidBase64String',
      'Invalid base64 string for MIME content.',
    );
  }
  return readRawMail(Buffer.from(text, 'base64'), call.context.now());
}

/** @throws {GraphError} 400 for none, and for too many */
export function needRecipients(draft: Pick<NewMessage, 'to' | 'cc' | 'bcc'>): void {
  refuseTooMany(draft);
  if (recipientCount(draft) > 0) return;
  throw new GraphError(
    400,
    'ErrorInvalidRecipients',
    'At least one recipient is not valid., Recipient is required.',
  );
}

/** As somebody else one sends with Mail.Send.Shared and access to that mailbox. */
export function refuseForeignSender(call: GraphCall, from: Address | null): void {
  if (!from || from.address.toLowerCase() === call.mailbox.address) return;
  const sender = call.context.store.mailbox(from.address);
  if (call.scopes.has('Mail.Send.Shared') && sender?.access.has(call.person.address)) return;
  const text =
    'The user account which was used to submit this request does not have the right to send mail on behalf of the specified sending account.';
  throw new GraphError(403, 'ErrorSendAsDenied', text);
}

export function sendDraft(call: GraphCall, id: string): SandboxResponse {
  needScope(call, 'Mail.Send');
  const message = messageAt(call, id);
  if (!message.isDraft)
    throw new GraphError(400, 'ErrorInvalidRequest', 'The message is not a draft and cannot be sent.');
  needRecipients(message);
  refuseForeignSender(call, message.from);
  call.context.store.moveMessage(call.mailbox.address, message.id, 'outbox');
  send(call.context, message, true);
  return accepted();
}

/** After a while in the Outbox the mail goes out. */
export function send(context: SandboxContext, message: StoredMessage, keep: boolean): void {
  const timer = setTimeout(() => {
    if (!message.exists || message.placement.folder.wellKnownName !== 'outbox') return;
    const { address } = message.mailbox;
    const sent = context.store.sendMessage(address, message.id);
    hand(context, sent);
    if (!keep) context.store.deleteMessage(address, sent.id, { permanent: true });
  }, context.settings.sendDelayMs);
  timer.unref();
}

/** Into each recipient's mailbox that the sandbox has; a domain of the sandbox without the mailbox bounces. */
function hand({ store, now }: SandboxContext, sent: StoredMessage): void {
  const domains = new Set(store.mailboxes().map(({ address }) => address.split('@')[1]));
  const copy = {
    ...asNewMessage(sent),
    isRead: false,
    isDraft: false,
    bcc: [],
    flag: 'notFlagged' as const,
    categories: [],
  };
  for (const { address } of [...sent.to, ...sent.cc, ...sent.bcc]) {
    if (store.mailbox(address)) store.deliver(address, 'inbox', { ...copy, receivedAt: now() });
    else if (domains.has(address.split('@')[1]?.toLowerCase())) bounce({ store, now }, sent, address);
  }
}

function bounce(
  { store, now }: Pick<SandboxContext, 'store' | 'now'>,
  sent: StoredMessage,
  address: string,
): void {
  const { mailbox } = sent;
  store.deliver(mailbox.address, 'inbox', {
    subject: `Undeliverable: ${sent.subject ?? ''}`,
    from: { name: 'Microsoft Outlook', address: `postmaster@${mailbox.address.split('@')[1]}` },
    to: [{ name: mailbox.displayName, address: mailbox.address }],
    receivedAt: now(),
    inReplyTo: sent.internetMessageId,
    references: [sent.internetMessageId],
    body: {
      contentType: 'html',
      content: `<html><body><p><b>Your message to ${address} couldn't be delivered.</b></p><p>${address} wasn't found (550 5.1.10 RESOLVER.ADR.RecipientNotFound).</p></body></html>`,
    },
  });
}

/** Mail that was on its way out when the sandbox last stopped. */
export function resumeSending(context: SandboxContext): void {
  for (const mailbox of context.store.mailboxes()) {
    const waiting = mailbox.wellKnown.get('outbox')?.messages ?? [];
    for (const message of waiting) if (message.isDraft) send(context, message, true);
  }
}
