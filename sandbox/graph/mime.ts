// The internet form of a message: what was imported, byte for byte, or one composed from its parts.
import { bodyContent, fileContent } from '../store/messages.ts';
import type { Address } from '../store/new-message.ts';
import type { Attachment, StoredMessage } from '../store/types.ts';
import { insideMessage } from './attachment-json.ts';

const LINE = '\r\n';

export function mimeOf(message: StoredMessage): Buffer {
  return message.mime ? Buffer.from(message.mime) : Buffer.from(compose(message));
}

/** RFC 2047 words of at most 75 characters each. */
function encodeWords(text: string): string {
  if (/^[\x20-\x7e]*$/.test(text)) return text;
  const words: string[] = [];
  let part = '';
  for (const character of text) {
    if (Buffer.byteLength(part + character) > 42) {
      words.push(part);
      part = '';
    }
    part += character;
  }
  words.push(part);
  return words.map((word) => `=?utf-8?B?${Buffer.from(word).toString('base64')}?=`).join(`${LINE} `);
}

function addressList(list: Address[]): string {
  return list
    .map(({ name, address }) =>
      name
        ? `${/^[\x20-\x7e]*$/.test(name) ? `"${name.replace(/["\\]/g, '\\$&')}"` : encodeWords(name)} <${address}>`
        : address,
    )
    .join(`,${LINE} `);
}

const base64Lines = (bytes: Uint8Array | string) =>
  (
    Buffer.from(bytes as string)
      .toString('base64')
      .match(/.{1,76}/g) ?? []
  ).join(LINE);

function headersOf(message: StoredMessage): string[] {
  const lists: [string, Address[]][] = [
    ['From', message.from ? [message.from] : []],
    ['To', message.to],
    ['Cc', message.cc],
    ['Reply-To', message.replyTo],
  ];
  const date = message.sentAt ?? message.receivedAt;
  return [
    ...lists.filter(([, list]) => list.length > 0).map(([name, list]) => `${name}: ${addressList(list)}`),
    ...(message.subject === null ? [] : [`Subject: ${encodeWords(message.subject)}`]),
    `Date: ${date.toUTCString().replace('GMT', '+0000')}`,
    `Message-ID: ${message.internetMessageId}`,
    ...(message.inReplyTo ? [`In-Reply-To: ${message.inReplyTo}`] : []),
    ...(message.references.length > 0 ? [`References: ${message.references.join(`${LINE} `)}`] : []),
    ...message.headers.map(({ name, value }) => `${name}: ${encodeWords(value)}`),
    'MIME-Version: 1.0',
  ];
}

function compose(message: StoredMessage): string {
  const type = message.body.contentType === 'html' ? 'text/html' : 'text/plain';
  const body = [
    `Content-Type: ${type}; charset="utf-8"`,
    'Content-Transfer-Encoding: base64',
    '',
    base64Lines(bodyContent(message)),
  ];
  const parts = message.attachments.map((attachment) => partOf(message, attachment));
  if (parts.length === 0) return [...headersOf(message), ...body, ''].join(LINE);
  const boundary = `_000_${message.id.slice(60, 84)}_`;
  const all = [body.join(LINE), ...parts].map((part) => `--${boundary}${LINE}${part}${LINE}`).join('');
  const head = [
    ...headersOf(message),
    `Content-Type: multipart/mixed; boundary="${boundary}"`,
    'X-MS-Has-Attach: yes',
  ];
  return `${head.join(LINE)}${LINE}${LINE}${all}--${boundary}--${LINE}`;
}

function partOf(message: StoredMessage, attachment: Attachment): string {
  if (attachment.kind === 'item') {
    const inner = mimeOf(insideMessage(message, attachment.message)).toString('latin1');
    return ['Content-Type: message/rfc822', 'Content-Disposition: attachment', '', inner].join(LINE);
  }
  if (attachment.kind === 'reference') {
    return [
      'Content-Type: text/plain; charset="utf-8"',
      `Content-Description: ${encodeWords(attachment.name)}`,
      '',
      attachment.sourceUrl,
    ].join(LINE);
  }
  const name = encodeWords(attachment.name);
  return [
    `Content-Type: ${attachment.contentType ?? 'application/octet-stream'}; name="${name}"`,
    `Content-Disposition: ${attachment.isInline ? 'inline' : 'attachment'}; filename="${name}"`,
    ...(attachment.contentId ? [`Content-ID: <${attachment.contentId}>`] : []),
    'Content-Transfer-Encoding: base64',
    '',
    base64Lines(fileContent(attachment)),
  ].join(LINE);
}
