// Attachments as Graph shows them: file, item and reference.
// https://learn.microsoft.com/en-us/graph/api/resources/attachment
import { attachmentId } from '../store/ids.ts';
import { fileContent, makeMessage } from '../store/messages.ts';
import type { NewMessage } from '../store/new-message.ts';
import type { Attachment, StoredMessage } from '../store/types.ts';
import type { GraphCall } from './call.ts';
import { unknownProperty } from './errors.ts';
import type { Row } from './message-json.ts';
import { instant, messageId, messageRow } from './message-json.ts';

const TYPES = {
  file: '#microsoft.graph.fileAttachment',
  item: '#microsoft.graph.itemAttachment',
  reference: '#microsoft.graph.referenceAttachment',
} as const;

const BASE = ['id', 'lastModifiedDateTime', 'name', 'contentType', 'size', 'isInline'];
const DERIVED: Record<Attachment['kind'], string[]> = {
  file: ['contentId', 'contentLocation', 'contentBytes'],
  item: [],
  reference: [],
};

/** Plain names belong to the base type; those of the derived type need a cast, as in OData. */
function wants(select: string[] | null, name: string): boolean {
  if (!select) return true;
  const cast = `microsoft.graph.fileattachment/${name.toLowerCase()}`;
  return select.some((one) => one.toLowerCase() === name.toLowerCase() || one.toLowerCase() === cast);
}

function checkSelect(select: string[]): void {
  for (const name of select) {
    const [cast, property] = name.includes('/') ? name.split('/') : [null, name];
    const known = cast ? [...BASE, ...DERIVED.file] : BASE;
    if (!known.some((one) => one.toLowerCase() === property?.toLowerCase()))
      throw unknownProperty(name, 'Attachment');
  }
}

const VALUES: Record<string, (attachment: Attachment) => unknown> = {
  lastModifiedDateTime: (one) => instant(one.lastModifiedAt),
  name: (one) => one.name,
  contentType: (one) => (one.kind === 'file' ? one.contentType : null),
  size: (one) => one.size,
  isInline: (one) => (one.kind === 'file' ? (one.isInline ?? false) : false),
  contentId: (one) => (one.kind === 'file' ? (one.contentId ?? null) : undefined),
  contentLocation: (one) => (one.kind === 'file' ? (one.contentLocation ?? null) : undefined),
  contentBytes: (one) => (one.kind === 'file' ? Buffer.from(fileContent(one)).toString('base64') : undefined),
};

type RowOptions = { select: string[] | null; expandItem?: boolean };

export function attachmentRow(
  call: GraphCall,
  message: StoredMessage,
  attachment: Attachment,
  options: RowOptions,
): Row {
  const { select, expandItem = false } = options;
  if (select) checkSelect(select);
  const row: Row = { '@odata.type': TYPES[attachment.kind] };
  if (attachment.kind === 'file') row['@odata.mediaContentType'] = attachment.contentType ?? undefined;
  row.id = attachmentId(messageId(message, call.prefer.idForm), attachment.id);
  for (const name of [...BASE.slice(1), ...DERIVED[attachment.kind]]) {
    if (!wants(select, name)) continue;
    const value = VALUES[name]?.(attachment);
    if (value !== undefined) row[name] = value;
  }
  if (expandItem && attachment.kind === 'item') row.item = itemRow(call, message, attachment.message);
  return row;
}

/** The message inside an itemAttachment: it has no place in the mailbox, so no id that could be asked for. */
export function insideMessage(message: StoredMessage, given: NewMessage): StoredMessage {
  const { mailbox } = message;
  const scratch = { ...mailbox, conversations: { byMessageId: new Map(), byTopic: new Map() } };
  return { ...makeMessage(scratch, given, message.createdAt), mailbox, placement: message.placement };
}

function itemRow(call: GraphCall, message: StoredMessage, given: NewMessage): Row {
  const inside = insideMessage(message, given);
  const row = messageRow(inside, null, call.prefer);
  const { parentFolderId: _, webLink: __, conversationId: ___, ...rest } = row;
  return { '@odata.type': '#microsoft.graph.message', ...rest, id: '' };
}
