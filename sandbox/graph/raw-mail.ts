// A mail sent as MIME, read by a library into the store's terms; it carries its own headers.
import PostalMime from 'postal-mime';

import type { Address, NewMessage } from '../store/new-message.ts';

type Parsed = { name?: string; address?: string };

const addresses = (list: Parsed[] | undefined): Address[] =>
  (list ?? []).map(({ name = '', address = '' }) => ({ name: name || address, address }));

/** @param source the MIME bytes */
export async function readRawMail(source: Uint8Array, now: Date): Promise<NewMessage> {
  const mail = await new PostalMime().parse(source);
  const html = mail.html;
  return {
    subject: mail.subject ?? '',
    from: null,
    to: addresses(mail.to),
    cc: addresses(mail.cc),
    bcc: addresses(mail.bcc),
    receivedAt: now,
    body: html ? { contentType: 'html', content: html } : { contentType: 'text', content: mail.text ?? '' },
    ...(mail.messageId ? { internetMessageId: mail.messageId } : {}),
    ...(mail.inReplyTo ? { inReplyTo: mail.inReplyTo } : {}),
    references: mail.references?.split(/\s+/) ?? [],
    attachments: mail.attachments.map((one) => ({
      kind: 'file',
      name: one.filename ?? 'attachment',
      contentType: one.mimeType,
      content:
        typeof one.content === 'string'
          ? new TextEncoder().encode(one.content)
          : new Uint8Array(one.content as ArrayBuffer),
    })),
    isDraft: true,
    isRead: true,
    mime: source,
  };
}
