// A message as Graph shows it.
// https://learn.microsoft.com/en-us/graph/api/resources/message
import type { IdForm } from '../store/ids.ts';
import { bodyContent } from '../store/messages.ts';
import type { Address, BodyType, OmittableField } from '../store/new-message.ts';
import type { StoredMessage } from '../store/types.ts';
import { unknownProperty } from './errors.ts';
import { htmlToText, previewOf, removeUnsafe, textToHtml } from './html.ts';
import type { Preferences } from './prefer.ts';

export type Row = Record<string, unknown>;

/** In the order in which Graph writes them. */
export const DEFAULT_PROPERTIES = (
  'id createdDateTime lastModifiedDateTime changeKey categories receivedDateTime sentDateTime hasAttachments ' +
  'internetMessageId subject bodyPreview importance parentFolderId conversationId conversationIndex ' +
  'isDeliveryReceiptRequested isReadReceiptRequested isRead isDraft webLink inferenceClassification body sender ' +
  'from toRecipients ccRecipients bccRecipients replyTo flag'
).split(' ');
const ONLY_BY_SELECT = [
  'uniqueBody',
  'internetMessageHeaders',
  'unsubscribeData',
  'unsubscribeEnabled',
  'mentionsPreview',
];
const EVENT_PROPERTIES = (
  'meetingMessageType isOutOfDate isAllDay isDelegated startDateTime endDateTime location type recurrence ' +
  'meetingRequestType allowNewTimeProposals responseType'
).split(' ');
/** What Mail.ReadBasic does not show. */
export const BODY_PROPERTIES = new Set(['body', 'bodyPreview', 'uniqueBody']);

const KNOWN = new Map(
  [...DEFAULT_PROPERTIES, ...ONLY_BY_SELECT, ...EVENT_PROPERTIES].map((name) => [name.toLowerCase(), name]),
);

/** Names of a `$select` for messages, checked. @throws {GraphError} RequestBroker--ParseUri */
export function selectMessageProperties(text: string): string[] {
  return text.split(',').map((part) => {
    const name = part.trim().replace(/^microsoft\.graph\.eventMessage(?:Request|Response)?\//i, '');
    const known = KNOWN.get(name.toLowerCase());
    if (!known) throw unknownProperty(name, 'Message');
    return known;
  });
}

const recipient = ({ name, address }: Address) => ({ emailAddress: { name, address } });
const recipients = (list: Address[]) => list.map(recipient);
export const instant = (date: Date): string => `${date.toISOString().slice(0, 19)}Z`;

export const messageId = (message: StoredMessage, form: IdForm): string =>
  form === 'immutable' ? message.id : message.placement.defaultId;

/** Changes with each version of the message. */
export function changeKey(message: StoredMessage): string {
  const { mailbox, serial, version } = message;
  return `CQAAABYAAAC${mailbox.fingerprint.slice(0, 22)}AA${serial.toString(36).padStart(5, '0')}${version.toString(36).padStart(3, '0')}`;
}

export function previewText(message: StoredMessage): string {
  if (message.preview === null) {
    const content = bodyContent(message);
    const start = content.slice(0, 12_000);
    message.preview = previewOf(
      message.body.contentType === 'html'
        ? htmlToText(start).replace(/\r\n/g, ' ')
        : start.replace(/\s+/g, ' '),
    );
  }
  return message.preview;
}

export type View = Pick<Preferences, 'idForm' | 'bodyType' | 'allowUnsafeHtml'>;

export function bodyOf(message: StoredMessage, view: View): { contentType: BodyType; content: string } {
  const content = bodyContent(message);
  const stored = message.body.contentType;
  if ((view.bodyType ?? 'html') === 'text') {
    return { contentType: 'text', content: stored === 'text' ? content : htmlToText(content) };
  }
  if (stored === 'text') return { contentType: 'html', content: textToHtml(content) };
  return { contentType: 'html', content: view.allowUnsafeHtml ? content : removeUnsafe(content) };
}

/** Everything after the first quoted mail is not unique to this message. */
function uniqueBodyOf(message: StoredMessage, view: View) {
  const body = bodyOf(message, view);
  const cut = body.content.search(
    body.contentType === 'html'
      ? /<hr\b|<blockquote\b|<div[^>]*id="(?:divRplyFwdMsg|appendonsend)"/i
      : /^-{3,}.*-{3,}\s*$|^>|^From: /m,
  );
  return { ...body, content: cut > 0 ? body.content.slice(0, cut).trimEnd() : body.content };
}

/** True only for attachments that are not inside the body. */
export const hasAttachments = (message: StoredMessage): boolean =>
  message.attachments.some((attachment) => attachment.kind !== 'file' || !attachment.isInline);

const omittedWith: Partial<Record<string, OmittableField>> = { bodyPreview: 'bodyPreview', body: 'body' };

type Getter = (message: StoredMessage, view: View) => unknown;

const GETTERS: Record<string, Getter> = {
  id: (m, view) => messageId(m, view.idForm),
  createdDateTime: (m) => instant(m.createdAt),
  lastModifiedDateTime: (m) => instant(m.modifiedAt),
  changeKey: (m) => changeKey(m),
  categories: (m) => m.categories,
  receivedDateTime: (m) => instant(m.receivedAt),
  sentDateTime: (m) => (m.sentAt ? instant(m.sentAt) : undefined),
  hasAttachments: (m) => hasAttachments(m),
  internetMessageId: (m) => m.internetMessageId,
  subject: (m) => m.subject,
  bodyPreview: (m) => previewText(m),
  importance: (m) => m.importance,
  parentFolderId: (m) => m.placement.folder.id,
  conversationId: (m) => m.conversationId,
  conversationIndex: (m) => m.conversationIndex,
  isDeliveryReceiptRequested: (m) => m.isDeliveryReceiptRequested,
  isReadReceiptRequested: (m) => m.isReadReceiptRequested,
  isRead: (m) => m.isRead,
  isDraft: (m) => m.isDraft,
  webLink: (m, view) =>
    `https://outlook.office365.com/owa/?ItemID=${encodeURIComponent(messageId(m, view.idForm))}&exvsurl=1&viewmodel=ReadMessageItem`,
  inferenceClassification: (m) => m.inferenceClassification,
  body: (m, view) => bodyOf(m, view),
  uniqueBody: (m, view) => uniqueBodyOf(m, view),
  sender: (m) => (m.sender ? recipient(m.sender) : undefined),
  from: (m) => (m.from ? recipient(m.from) : undefined),
  toRecipients: (m) => recipients(m.to),
  ccRecipients: (m) => recipients(m.cc),
  bccRecipients: (m) => recipients(m.bcc),
  replyTo: (m) => recipients(m.replyTo),
  flag: (m) => m.flag,
  internetMessageHeaders: (m) => internetHeaders(m),
  meetingMessageType: (m) => (m.odataType ? (m.meetingMessageType ?? 'none') : undefined),
  isOutOfDate: (m) => (m.odataType ? false : undefined),
  isAllDay: (m) => (m.odataType ? false : undefined),
  isDelegated: (m) => (m.odataType ? false : undefined),
  type: (m) => (m.odataType ? 'singleInstance' : undefined),
};

function internetHeaders(message: StoredMessage) {
  const made = [
    { name: 'Message-ID', value: message.internetMessageId },
    { name: 'Subject', value: message.subject ?? '' },
    ...(message.inReplyTo ? [{ name: 'In-Reply-To', value: message.inReplyTo }] : []),
    ...(message.references.length > 0 ? [{ name: 'References', value: message.references.join(' ') }] : []),
  ];
  const given = new Set(message.headers.map(({ name }) => name.toLowerCase()));
  return [...made.filter(({ name }) => !given.has(name.toLowerCase())), ...message.headers];
}

/** @param select null for the default set */
export function messageRow(message: StoredMessage, select: string[] | null, view: View): Row {
  const row: Row = {};
  if (message.odataType) row['@odata.type'] = message.odataType;
  row['@odata.etag'] = `W/"${changeKey(message)}"`;
  const names =
    select ?? (message.odataType ? [...DEFAULT_PROPERTIES, ...EVENT_PROPERTIES] : DEFAULT_PROPERTIES);
  if (select && !select.includes('id')) row.id = messageId(message, view.idForm);
  for (const name of names) {
    const left = omittedWith[name] ?? (name as OmittableField);
    if (message.omit.length > 0 && message.omit.includes(left)) continue;
    const value = GETTERS[name]?.(message, view);
    if (value !== undefined) row[name] = value;
  }
  return row;
}
