// Makes a sandbox message from the source of a mail. Whatever is broken in it, as much as can be read is
// kept, the rest is told, and the source itself stays with the message.
import type { Email, Address as ParsedAddress, Attachment as ParsedAttachment } from 'postal-mime';
import PostalMime from 'postal-mime';

import type { Address, EventMessageType, NewAttachment, NewMessage } from '../store/new-message.ts';
import { dateOfReceipt, readDate } from './dates.ts';

export type ReadMail = { message: NewMessage; problems: string[] };

/** Graph shows item attachments to a depth of 30; real mail stays far below this one. */
const MAX_DEPTH = 8;

/**
 * @param source the mail as it is in its file
 * @param fallback its date when it does not tell one itself
 */
export async function readMail(source: Uint8Array, fallback: Date, depth = 0): Promise<ReadMail> {
  try {
    const mail = await PostalMime.parse(source, { forceRfc822Attachments: true });
    return await fromParsed(mail, { source, fallback, depth });
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    return {
      message: unparsed(source, fallback),
      problems: [`not readable as MIME (${reason}): kept as text`],
    };
  }
}

type Origin = { source: Uint8Array; fallback: Date; depth: number };

async function fromParsed(mail: Email, { source, fallback, depth }: Origin): Promise<ReadMail> {
  const problems = charsetProblems(source);
  const dates = datesOf(mail, fallback, problems);
  const from = senderOf(mail, problems);
  if (!mail.messageId) problems.push('no Message-ID: one was made up');
  const attachments: NewAttachment[] = [];
  for (const part of mail.attachments)
    attachments.push(await attachmentOf(part, { fallback, depth, problems }));
  const id = bracketed(mail.messageId);
  const references = idsIn(mail.references);
  const [inReplyTo] = idsIn(mail.inReplyTo);
  const message: NewMessage = {
    subject: subjectOf(mail, source),
    from,
    ...(mail.sender ? { sender: flat([mail.sender])[0] ?? { name: '', address: '' } } : {}),
    to: flat(mail.to),
    cc: flat(mail.cc),
    bcc: flat(mail.bcc),
    replyTo: flat(mail.replyTo),
    ...dates,
    body: mail.html
      ? { contentType: 'html', content: mail.html }
      : { contentType: 'text', content: mail.text ?? '' },
    ...(id ? { internetMessageId: id } : {}),
    ...(inReplyTo ? { inReplyTo } : {}),
    ...(references.length > 0 ? { references } : {}),
    headers: mail.headers.map(({ originalKey, value }) => ({ name: originalKey, value })),
    isRead: /R/.test(header(mail, 'status') ?? ''),
    importance: importanceOf(mail),
    attachments,
    ...meetingOf(mail),
    mime: source,
    omit: [
      ...(from ? [] : (['from', 'sender'] as const)),
      ...(dates.sentAt ? [] : (['sentDateTime'] as const)),
    ],
  };
  return { message, problems };
}

const header = (mail: Email, key: string): string | undefined =>
  mail.headers.find((one) => one.key === key)?.value;

function datesOf(mail: Email, fallback: Date, problems: string[]): Pick<NewMessage, 'receivedAt' | 'sentAt'> {
  const written = header(mail, 'date');
  const sentAt = readDate(written);
  if (!sentAt) problems.push(written ? `unreadable date "${written.slice(0, 60)}"` : 'no date');
  const received = dateOfReceipt(header(mail, 'received'));
  return { receivedAt: received ?? sentAt ?? fallback, sentAt };
}

function senderOf(mail: Email, problems: string[]): Address | null {
  const [from] = flat(mail.from ? [mail.from] : []);
  if (from && (from.address !== '' || from.name !== '')) {
    if (!/^[^\s@]+@[^\s@]+$/.test(from.address)) problems.push(`odd sender "${from.address || from.name}"`);
    return from;
  }
  const written = header(mail, 'from');
  problems.push(written ? `unreadable sender "${written.slice(0, 60)}"` : 'no sender');
  return written ? { name: written, address: '' } : null;
}

function flat(addresses: ParsedAddress[] | undefined): Address[] {
  return (addresses ?? []).flatMap((one) =>
    one.group
      ? one.group.map(({ name, address }) => ({ name, address }))
      : [{ name: one.name, address: one.address ?? '' }],
  );
}

const idsIn = (text: string | undefined): string[] => text?.match(/<[^<>\s]+>/g) ?? [];

function bracketed(id: string | undefined): string | null {
  const bare = id?.trim().replace(/^<|>$/g, '') ?? '';
  return bare === '' ? null : `<${bare}>`;
}

function importanceOf(mail: Email): 'low' | 'normal' | 'high' {
  const text = `${header(mail, 'importance') ?? ''} ${header(mail, 'x-priority') ?? ''}`.toLowerCase();
  if (/high|urgent|[12]/.test(text)) return 'high';
  return /low|[45]/.test(text) ? 'low' : 'normal';
}

/** Exchange turns mails with a calendar part into meeting messages. */
function meetingOf(mail: Email): Pick<NewMessage, 'odataType' | 'meetingMessageType'> {
  const kinds: Record<string, [EventMessageType, string]> = {
    REQUEST: ['#microsoft.graph.eventMessageRequest', 'meetingRequest'],
    REPLY: ['#microsoft.graph.eventMessageResponse', 'meetingAccepted'],
    CANCEL: ['#microsoft.graph.eventMessage', 'meetingCancelled'],
  };
  const method = mail.attachments.find((part) => part.mimeType === 'text/calendar' && part.method)?.method;
  const kind = kinds[method ?? ''];
  return kind ? { odataType: kind[0], meetingMessageType: kind[1] } : {};
}

type PartOrigin = { fallback: Date; depth: number; problems: string[] };

async function attachmentOf(
  part: ParsedAttachment,
  { fallback, depth, problems }: PartOrigin,
): Promise<NewAttachment> {
  const content = bytesOf(part.content);
  if (part.mimeType === 'message/rfc822' && depth < MAX_DEPTH && content.length > 0) {
    const inner = await readMail(content, fallback, depth + 1);
    problems.push(...inner.problems.map((problem) => `in an attached mail: ${problem}`));
    return {
      kind: 'item',
      name: part.filename ?? inner.message.subject ?? 'Attached mail',
      message: inner.message,
    };
  }
  const contentId = part.contentId?.replace(/^<|>$/g, '');
  return {
    kind: 'file',
    name: part.filename ?? nameFor(part.mimeType),
    contentType: part.mimeType,
    content,
    isInline: part.related === true || (part.disposition === 'inline' && contentId !== undefined),
    ...(contentId ? { contentId } : {}),
  };
}

const nameFor = (type: string): string =>
  `attachment.${type === 'text/plain' ? 'txt' : (type.split('/')[1] ?? 'bin').replace(/[^\w]+/g, '-')}`;

function bytesOf(content: ParsedAttachment['content']): Uint8Array {
  if (typeof content === 'string') return Buffer.from(content, 'utf8');
  return content instanceof Uint8Array ? content : new Uint8Array(content);
}

const CONTENT_TYPE = /^content-type:[^\n]*(?:\r?\n[ \t][^\n]*)*/gim;

/** Character sets that nobody here can decode: the text comes through with replacement signs. */
function charsetProblems(source: Uint8Array): string[] {
  const types = Buffer.from(source).toString('latin1').match(CONTENT_TYPE) ?? [];
  const names = types.flatMap((type) => /charset\s*=\s*"?([\w:.+-]+)/i.exec(type)?.[1]?.toLowerCase() ?? []);
  return [...new Set(names)]
    .filter((name) => !isKnownCharset(name))
    .map((name) => `unknown character set "${name}"`);
}

/** A subject in bare eight-bit letters, against all standards: mostly it is Windows' own alphabet. */
function subjectOf(mail: Email, source: Uint8Array): string | null {
  const { subject } = mail;
  if (!subject?.includes('\ufffd')) return subject ?? null;
  const head =
    Buffer.from(source)
      .toString('latin1')
      .split(/\r?\n\r?\n/, 1)[0] ?? '';
  const raw = /^subject:[ \t]*([^\n]*(?:\r?\n[ \t][^\n]*)*)/im.exec(head)?.[1];
  if (!raw || raw.includes('=?')) return subject;
  return new TextDecoder('windows-1252').decode(Buffer.from(raw, 'latin1')).replace(/\s+/g, ' ').trim();
}

function isKnownCharset(name: string): boolean {
  try {
    new TextDecoder(name);
    return true;
  } catch (error) {
    if (error instanceof RangeError) return false;
    throw error;
  }
}

function unparsed(source: Uint8Array, receivedAt: Date): NewMessage {
  const text = Buffer.from(source).toString('utf8');
  return {
    subject: /^subject:\s*(.*)$/im.exec(text)?.[1]?.trim() ?? null,
    from: null,
    receivedAt,
    sentAt: null,
    body: { contentType: 'text', content: text },
    mime: source,
    omit: ['from', 'sender', 'sentDateTime'],
  };
}
