// A stored message made from what its maker gave, and changed by patches.
import { assignConversation, conversationIndex } from './conversations.ts';
import { attachmentKey, immutableMessageId } from './ids.ts';
import type { NewAttachment, NewMessage } from './new-message.ts';
import { StoreError } from './store-error.ts';
import type { Attachment, Mailbox, MessageFlag, MessagePatch, Placement, StoredMessage } from './types.ts';

/** Bytes that Outlook adds to the size of each attachment. */
const ATTACHMENT_OVERHEAD = 158;

/** What a message is when its maker does not say. */
const PLAIN = {
  to: [],
  cc: [],
  bcc: [],
  replyTo: [],
  headers: [],
  references: [],
  inReplyTo: null,
  isRead: false,
  isDraft: false,
  importance: 'normal',
  categories: [],
  inferenceClassification: 'focused',
  isDeliveryReceiptRequested: false,
  isReadReceiptRequested: false,
  odataType: null,
  meetingMessageType: null,
  mime: null,
  omit: [],
  poison: null,
} as const satisfies Partial<StoredMessage>;

const wholeSeconds = (date: Date) => new Date(Math.floor(date.getTime() / 1000) * 1000);

function inventMessageId(mailbox: Mailbox, id: string, serial: number): string {
  return `<${id.slice(60, 80)}.${serial}@${mailbox.address.split('@')[1] ?? 'example.test'}>`;
}

/** A message with its ids and conversation; its maker puts it into a folder. */
export function makeMessage(mailbox: Mailbox, given: NewMessage, now: Date): StoredMessage {
  const serial = ++mailbox.serial;
  const id = immutableMessageId(mailbox.fingerprint, serial);
  const internetMessageId = given.internetMessageId ?? inventMessageId(mailbox, id, serial);
  const conversationId = assignConversation(mailbox, given, internetMessageId);
  const depth = given.references?.length || (given.inReplyTo ? 1 : 0);
  const created = given.receivedAt.getTime() < now.getTime() ? given.receivedAt : now;
  const { attachments = [], flag = 'notFlagged', sentAt, sender, ...rest } = given;
  return {
    ...structuredDefaults(),
    ...rest,
    id,
    serial,
    mailbox,
    placement: undefined as unknown as Placement,
    exists: true,
    deletedFrom: null,
    version: 1,
    sender: sender ?? given.from,
    receivedAt: wholeSeconds(given.receivedAt),
    sentAt: sentAt === undefined ? given.receivedAt : sentAt,
    createdAt: created,
    modifiedAt: created,
    internetMessageId,
    conversationId,
    conversationIndex: conversationIndex(conversationId, depth),
    flag: { flagStatus: flag },
    attachments: attachments.map((one, position) =>
      makeAttachment(one, attachmentKey(id, position), created),
    ),
    preview: null,
  };
}

/** Own empty lists for each message: a patch may replace them, an attachment is pushed into one. */
function structuredDefaults() {
  return {
    ...PLAIN,
    to: [],
    cc: [],
    bcc: [],
    replyTo: [],
    headers: [],
    references: [],
    categories: [],
    omit: [],
  };
}

export function makeAttachment(given: NewAttachment, id: string, at: Date): Attachment {
  return { ...given, id, size: attachmentSize(given), lastModifiedAt: at };
}

function attachmentSize(given: NewAttachment): number {
  if (given.kind === 'reference') return given.size ?? 392;
  if (given.kind === 'item') return 1024 + (given.message.mime?.length ?? 4096);
  if (typeof given.content !== 'function') return given.content.length + ATTACHMENT_OVERHEAD;
  if (given.size === undefined) {
    throw new StoreError('invalid', `The attachment "${given.name}" is made on demand and needs its size.`);
  }
  return given.size + ATTACHMENT_OVERHEAD;
}

export function fileContent(attachment: Attachment & { kind: 'file' }): Uint8Array {
  return typeof attachment.content === 'function' ? attachment.content() : attachment.content;
}

export function bodyContent(message: { body: NewMessage['body'] }): string {
  const { content } = message.body;
  return typeof content === 'function' ? content() : content;
}

const asFlag = (flag: MessageFlag | NonNullable<NewMessage['flag']>): MessageFlag =>
  typeof flag === 'string' ? { flagStatus: flag } : flag;

/** Applies a patch. @returns what has changed: nothing, the read state alone, or more. */
export function applyPatch(message: StoredMessage, patch: MessagePatch): 'none' | 'read' | 'other' {
  const wanted: Record<string, unknown> = { ...patch };
  if (patch.flag !== undefined) wanted.flag = asFlag(patch.flag);
  const fields = message as unknown as Record<string, unknown>;
  const changed = Object.keys(wanted).filter(
    (key) => wanted[key] !== undefined && JSON.stringify(fields[key]) !== JSON.stringify(wanted[key]),
  );
  if (changed.length === 0) return 'none';
  for (const key of changed) fields[key] = wanted[key];
  if (changed.includes('body')) message.preview = null;
  if (message.isDraft || changed.includes('subject')) {
    message.omit = message.omit.filter((field) => !changed.includes(field));
  }
  return changed.length === 1 && changed[0] === 'isRead' ? 'read' : 'other';
}

/** What a copy of it would be made from. */
export function asNewMessage(message: StoredMessage): NewMessage {
  const { subject, from, to, cc, bcc, replyTo, receivedAt, sentAt, body, internetMessageId } = message;
  return {
    ...{ subject, from, to, cc, bcc, replyTo, receivedAt, sentAt, body, internetMessageId },
    ...(message.sender ? { sender: message.sender } : {}),
    ...(message.inReplyTo ? { inReplyTo: message.inReplyTo } : {}),
    references: message.references,
    headers: message.headers,
    isRead: message.isRead,
    isDraft: message.isDraft,
    importance: message.importance,
    categories: [...message.categories],
    flag: message.flag.flagStatus,
    inferenceClassification: message.inferenceClassification,
    attachments: message.attachments.map(({ id: _, lastModifiedAt: __, size, ...rest }) =>
      rest.kind === 'item'
        ? rest
        : { ...rest, size: size - (rest.kind === 'file' ? ATTACHMENT_OVERHEAD : 0) },
    ),
    ...(message.odataType ? { odataType: message.odataType } : {}),
    ...(message.meetingMessageType ? { meetingMessageType: message.meetingMessageType } : {}),
    ...(message.mime ? { mime: message.mime } : {}),
    omit: message.omit,
  };
}

/** A draft becomes what was sent, by its mailbox unless it names somebody else. */
export function markSent(message: StoredMessage, now: Date): void {
  const self = { name: message.mailbox.displayName, address: message.mailbox.address };
  Object.assign(message, {
    isDraft: false,
    isRead: true,
    from: message.from ?? self,
    sender: message.sender ?? self,
    sentAt: now,
    omit: [],
  });
}
