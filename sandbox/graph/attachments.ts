// Attachments of a message: list, get, raw bytes, add to a draft.
// https://learn.microsoft.com/en-us/graph/api/message-list-attachments
import type { SandboxResponse } from '../http.ts';
import { readAttachmentId } from '../store/ids.ts';
import { fileContent } from '../store/messages.ts';
import type { NewAttachment } from '../store/new-message.ts';
import type { Attachment, StoredMessage } from '../store/types.ts';
import { attachmentRow, insideMessage } from './attachment-json.ts';
import type { GraphCall } from './call.ts';
import { bodyOfCall, contextUrl, json, messageAt, needScope } from './call.ts';
import { GraphError, idMalformed, itemNotFound, methodNotAllowed } from './errors.ts';
import { mimeOf } from './mime.ts';
import { pageOf } from './paging.ts';

const selected = (call: GraphCall) =>
  call.query
    .get('$select')
    ?.split(',')
    .map((name) => name.trim()) ?? null;

const expandsItem = (call: GraphCall) =>
  /^microsoft\.graph\.itemattachment\/item/i.test((call.query.get('$expand') ?? '').trim());

export function listAttachments(call: GraphCall, id: string): SandboxResponse {
  needScope(call, 'Mail.Read');
  const message = messageAt(call, id);
  const options = { select: selected(call), expandItem: expandsItem(call) };
  // Attachments come in one page unless the client asks for less.
  const page = call.query.has('$top')
    ? pageOf(call, message.attachments)
    : { items: message.attachments, next: {} };
  return json(200, {
    '@odata.context': contextUrl(call, `/messages('${id}')/attachments`),
    value: page.items.map((one) => attachmentRow(call, message, one, options)),
    ...page.next,
  });
}

function attachmentAt(call: GraphCall, message: StoredMessage, id: string): Attachment {
  const key = readAttachmentId(id, call.mailbox.fingerprint);
  if (!key) throw idMalformed();
  const found = message.attachments.find((attachment) => attachment.id === key);
  if (!found) throw itemNotFound();
  return found;
}

export function getAttachment(call: GraphCall, id: string, attachmentId: string): SandboxResponse {
  needScope(call, 'Mail.Read');
  const message = messageAt(call, id);
  const attachment = attachmentAt(call, message, attachmentId);
  const options = { select: selected(call), expandItem: expandsItem(call) };
  return json(200, {
    '@odata.context': contextUrl(call, `/messages('${id}')/attachments/$entity`),
    ...attachmentRow(call, message, attachment, options),
  });
}

/** Bytes of a file, MIME of an item; a reference has neither: 405. */
export function getAttachmentValue(call: GraphCall, id: string, attachmentId: string): SandboxResponse {
  needScope(call, 'Mail.Read');
  const message = messageAt(call, id);
  const attachment = attachmentAt(call, message, attachmentId);
  if (attachment.kind === 'reference') throw methodNotAllowed();
  if (attachment.kind === 'item') {
    const body = mimeOf(insideMessage(message, attachment.message));
    return { status: 200, headers: { 'content-type': 'message/rfc822' }, body };
  }
  const type = attachment.contentType ?? 'application/octet-stream';
  return { status: 200, headers: { 'content-type': type }, body: fileContent(attachment) };
}

/** Not this much. */
const LARGEST = 3 * 1024 * 1024;

/** A small file for a draft; larger ones need an upload session. */
export function addAttachment(call: GraphCall, id: string): SandboxResponse {
  needScope(call, 'Mail.ReadWrite');
  const message = messageAt(call, id);
  const given = readFile(bodyOfCall(call));
  const { store } = call.context;
  const attachment = store.addAttachment(call.mailbox.address, message.id, given);
  return json(201, {
    '@odata.context': contextUrl(call, `/messages('${id}')/attachments/$entity`),
    ...attachmentRow(call, message, attachment, { select: null }),
  });
}

/** @throws {GraphError} 400 for anything but a file with bytes, 413 for one that is too large */
export function readFile(body: Record<string, unknown>): NewAttachment {
  const { name, contentBytes, contentType, isInline, contentId } = body;
  const isFile = body['@odata.type'] === '#microsoft.graph.fileAttachment';
  if (!isFile || typeof name !== 'string' || typeof contentBytes !== 'string') {
    throw new GraphError(
      400,
      'ErrorInvalidRequest',
      'The attachment is not a fileAttachment with name and contentBytes.',
    );
  }
  const content = new Uint8Array(Buffer.from(contentBytes, 'base64'));
  if (content.length >= LARGEST) {
    throw new GraphError(
      413,
      'RequestEntityTooLarge',
      'The request is too large: use an upload session for attachments of 3 MB and more.',
    );
  }
  return {
    ...{ kind: 'file' as const, name, content },
    contentType: typeof contentType === 'string' ? contentType : null,
    isInline: isInline === true,
    ...(typeof contentId === 'string' ? { contentId } : {}),
  };
}
