// A message in the control interface's JSON: as NewMessage, with ISO dates and base64 bytes.
import type { Address, NewAttachment, NewMessage } from '../store/new-message.ts';
import { ControlError } from './call.ts';

type Fields = Record<string, unknown>;

const bytes = (value: unknown) => new Uint8Array(Buffer.from(String(value), 'base64'));

function dateField(value: unknown, fallback: Date): Date {
  if (value === undefined) return fallback;
  const date = new Date(String(value));
  if (Number.isNaN(date.getTime())) throw new ControlError(400, `"${String(value)}" is not a date.`);
  return date;
}

function addressField(value: unknown): Address | null {
  if (value === null || value === undefined) return null;
  if (typeof value === 'string') return { name: value, address: value };
  const { name = '', address = '' } = value as Partial<Address>;
  return { name, address };
}

const addressList = (value: unknown): Address[] =>
  (Array.isArray(value) ? value : []).flatMap((one) => addressField(one) ?? []);

/** @throws {ControlError} 400 */
export function readMessage(value: unknown, now: Date): NewMessage {
  if (typeof value !== 'object' || value === null)
    throw new ControlError(400, 'The field "message" is missing.');
  const fields = value as Fields;
  const { sender, from, to, cc, bcc, replyTo, receivedAt, sentAt, body, mime, attachments, ...rest } = fields;
  const read = body as NewMessage['body'] | string | undefined;
  return {
    ...(rest as Partial<NewMessage>),
    subject: typeof fields.subject === 'string' ? fields.subject : null,
    from: addressField(from),
    ...(sender ? { sender: addressField(sender) as Address } : {}),
    to: addressList(to),
    cc: addressList(cc),
    bcc: addressList(bcc),
    replyTo: addressList(replyTo),
    receivedAt: dateField(receivedAt, now),
    ...(sentAt === undefined ? {} : { sentAt: sentAt === null ? null : dateField(sentAt, now) }),
    body:
      typeof read === 'string'
        ? { contentType: 'text', content: read }
        : (read ?? { contentType: 'text', content: '' }),
    ...(mime === undefined ? {} : { mime: bytes(mime) }),
    attachments: ((attachments as Fields[] | undefined) ?? []).map((one) => readAttachment(one, now)),
  };
}

function readAttachment(fields: Fields, now: Date): NewAttachment {
  const kind = fields.kind ?? 'file';
  if (kind === 'item') return { kind, name: String(fields.name), message: readMessage(fields.message, now) };
  if (kind === 'reference') return { kind, name: String(fields.name), sourceUrl: String(fields.sourceUrl) };
  const { content, size: _, ...rest } = fields;
  return {
    ...(rest as { isInline?: boolean; contentId?: string }),
    kind: 'file',
    name: String(fields.name),
    contentType: typeof fields.contentType === 'string' ? fields.contentType : null,
    content: bytes(content ?? ''),
  };
}
