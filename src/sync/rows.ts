// From Graph's message to the columns of email_messages: only what was sent, cleaned of what PostgreSQL refuses.
// Whatever is odd about a message costs that field, never the message and never its page.
import sanitizeHtml from 'sanitize-html';

import type { GraphMessage } from '#microsoft/message-fields.ts';
import { asList, asObject, asText, type Json } from '#microsoft/read.ts';
import type { MailAddress } from '#tenants/schema.ts';

/** Columns by name. A column that is absent was not sent: what is stored stays. */
export type MessageRow = {
  message_id: string;
  change_key?: string | null;
  internet_message_id?: string | null;
  conversation_id?: string | null;
  conversation_index?: string | null;
  subject?: string | null;
  body_preview?: string | null;
  body_text?: string | null;
  from_address?: string | null;
  from_name?: string | null;
  sender_address?: string | null;
  to_addresses?: MailAddress[];
  cc_addresses?: MailAddress[];
  bcc_addresses?: MailAddress[];
  reply_to_addresses?: MailAddress[];
  sent_at?: string | null;
  received_at?: string | null;
  has_attachments?: boolean;
  is_read?: boolean;
  is_draft?: boolean;
  importance?: string | null;
  inference_classification?: string | null;
  categories?: string[];
  flag?: unknown;
  graph_type?: string | null;
  web_link?: string | null;
  parent_folder_id?: string | null;
  sync_level?: 'full' | 'partial';
};

/** Beyond this a body is a file somebody pasted; the rest of it can be fetched from Microsoft. */
export const LONGEST_BODY = 1_000_000;
const LONGEST_FIELD = 16_000;
const MOST_RECIPIENTS = 5_000;

/**
 * True when the row cannot stand for a whole message: later rounds send as little as an id and what changed.
 * https://learn.microsoft.com/en-us/graph/delta-query-overview#resource-representation-in-the-delta-query-response
 */
export function isSparse(message: GraphMessage): boolean {
  return !('conversationId' in message) && !('receivedDateTime' in message) && !('body' in message);
}

/** The columns that `message` says something about. */
export function rowOf(message: GraphMessage): MessageRow {
  const row: MessageRow = { message_id: message.id };
  for (const [field, column, read] of FIELDS) {
    if (!(field in message)) continue;
    const value = read(message[field]);
    if (value === undefined) continue;
    if (column === null) Object.assign(row, value);
    else row[column] = value as never;
  }
  if (isDamaged(message, row)) row.sync_level = 'partial';
  else if (!isSparse(message)) row.sync_level = 'full';
  return row;
}

/** When a message was received, or else sent; null when it says neither. */
export function mailDate(row: MessageRow): Date | null {
  const at = row.received_at ?? row.sent_at ?? null;
  return at === null ? null : new Date(at);
}

/** The rows of a page, one for each message. Where it repeats a message, what came later holds. */
export function laterWins(messages: GraphMessage[]): GraphMessage[] {
  const byId = new Map<string, GraphMessage>();
  for (const message of messages) {
    const before = byId.get(message.id);
    byId.set(message.id, before ? { ...before, ...message } : message);
  }
  return [...byId.values()];
}

const isText = (value: unknown): value is string => typeof value === 'string';

// PostgreSQL stores neither NUL nor half of a surrogate pair.
function clean(text: string): string {
  const whole = text.includes('\u0000') ? text.replaceAll('\u0000', '') : text;
  return whole.toWellFormed();
}

function clipped(text: string | null): string | null {
  return text === null ? null : clean(text.slice(0, LONGEST_FIELD));
}

function dateOf(value: unknown): string | null {
  const at = new Date(asText(value) ?? Number.NaN);
  const year = at.getUTCFullYear();
  return Number.isNaN(year) || year < 1 || year > 9999 ? null : at.toISOString();
}

function addressOf(value: unknown): MailAddress | null {
  const email = asObject(asObject(value).emailAddress);
  const name = clipped(asText(email.name));
  const address = clipped(asText(email.address));
  return name === null && address === null ? null : { name, address };
}

function fromOf(value: unknown): Pick<MessageRow, 'from_address' | 'from_name'> {
  const from = addressOf(value);
  return { from_address: from?.address ?? null, from_name: from?.name ?? null };
}

function recipientsOf(value: unknown): MailAddress[] {
  return asList(value)
    .slice(0, MOST_RECIPIENTS)
    .map(addressOf)
    .filter((address) => address !== null);
}

function flagOf(value: unknown): unknown {
  const flag = asObject(value);
  const { flagStatus, startDateTime, dueDateTime, completedDateTime } = flag;
  if (!isText(flagStatus)) return null;
  const dates = [startDateTime, dueDateTime, completedDateTime];
  // As nearly all are.
  if (dates.every((date) => date === undefined)) return { flagStatus: clean(flagStatus) };
  const json = JSON.stringify({ flagStatus, startDateTime, dueDateTime, completedDateTime });
  return JSON.parse(json, (_, value) => (isText(value) ? clean(value) : value));
}

// Plain messages carry no type, or their own; only the others are worth a column.
function typeOf(value: unknown): string | null {
  const type = clipped(asText(value));
  return type === '#microsoft.graph.message' ? null : type;
}

function bodyOf(value: unknown): string | null {
  const body = asObject(value);
  const content = asText(body.content)?.slice(0, LONGEST_BODY);
  if (content === undefined) return null;
  // Text was preferred, but a preference may be ignored.
  const isHtml = asText(body.contentType)?.toLowerCase() === 'html';
  return clean(isHtml ? sanitizeHtml(content, { allowedTags: [], allowedAttributes: {} }) : content);
}

function flagged(value: unknown): boolean | undefined {
  return typeof value === 'boolean' ? value : undefined;
}

// A sparse row has no changeKey, but its etag holds it.
// https://learn.microsoft.com/en-us/graph/api/resources/message#properties
function versionOf(etag: unknown): string | undefined {
  return /^W\/"(.+)"$/.exec(asText(etag) ?? '')?.[1];
}

type Reader = (value: unknown) => unknown;
const text: Reader = (value) => clipped(asText(value));

// Graph's field, our column (null: the reader gives several), and how it is read. Undefined keeps what is stored.
const FIELDS: [field: string, column: keyof MessageRow | null, read: Reader][] = [
  ['@odata.etag', 'change_key', versionOf],
  ['changeKey', 'change_key', text],
  ['internetMessageId', 'internet_message_id', text],
  ['conversationId', 'conversation_id', text],
  ['conversationIndex', 'conversation_index', text],
  ['subject', 'subject', text],
  ['bodyPreview', 'body_preview', text],
  ['body', 'body_text', bodyOf],
  ['from', null, fromOf],
  ['sender', 'sender_address', (value) => addressOf(value)?.address ?? null],
  ['toRecipients', 'to_addresses', recipientsOf],
  ['ccRecipients', 'cc_addresses', recipientsOf],
  ['bccRecipients', 'bcc_addresses', recipientsOf],
  ['replyTo', 'reply_to_addresses', recipientsOf],
  ['sentDateTime', 'sent_at', dateOf],
  ['receivedDateTime', 'received_at', dateOf],
  ['hasAttachments', 'has_attachments', flagged],
  ['isRead', 'is_read', flagged],
  ['isDraft', 'is_draft', flagged],
  ['importance', 'importance', text],
  ['inferenceClassification', 'inference_classification', text],
  ['categories', 'categories', (value) => asList(value).filter(isText).map(clean)],
  ['flag', 'flag', flagOf],
  ['@odata.type', 'graph_type', typeOf],
  ['webLink', 'web_link', text],
  ['parentFolderId', 'parent_folder_id', text],
];

function isDamaged(message: Json, row: MessageRow): boolean {
  const lost = (field: string, column: keyof MessageRow) =>
    asText(message[field]) !== null && row[column] === null;
  const isClipped = (asText(asObject(message.body).content)?.length ?? 0) > LONGEST_BODY;
  return isClipped || lost('sentDateTime', 'sent_at') || lost('receivedDateTime', 'received_at');
}
