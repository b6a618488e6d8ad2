// Ids shaped as Outlook shapes them: long, case-sensitive, URL-safe base64 with a mark of the mailbox inside.
// They are made from counters, so that a world rebuilt from its seed has the same ids.
import { createHash } from 'node:crypto';

const MESSAGE_LENGTH = 152;
const FOLDER_LENGTH = 120;
const DEFAULT_PREFIX = 'AAMk';
const IMMUTABLE_PREFIX = 'AAkA';
const MESSAGE_MARK = 'BGAAAAAA';
const FOLDER_MARK = 'AuAAAAAA';
const END = 'AAA=';

const digest = (text: string) => createHash('sha512').update(text).digest('base64url');

/** The 44 characters that every id of this mailbox carries. */
export function mailboxFingerprint(address: string): string {
  return digest(`mailbox:${address}`).slice(0, 44);
}

function makeId(prefix: string, fingerprint: string, mark: string, length: number, name: string): string {
  const head = prefix + fingerprint + mark;
  return (
    head +
    digest(`${fingerprint}:${name}`)
      .padEnd(length, 'A')
      .slice(0, length - head.length - END.length) +
    END
  );
}

export const immutableMessageId = (fingerprint: string, serial: number) =>
  makeId(IMMUTABLE_PREFIX, fingerprint, MESSAGE_MARK, MESSAGE_LENGTH, `i${serial}`);

/** `stay` is the position of the stay in the message's life: another one after each move. */
export const defaultMessageId = (fingerprint: string, serial: number, stay: number) =>
  makeId(DEFAULT_PREFIX, fingerprint, MESSAGE_MARK, MESSAGE_LENGTH, `d${serial}.${stay}`);

export const folderId = (fingerprint: string, serial: number) =>
  makeId(DEFAULT_PREFIX, fingerprint, FOLDER_MARK, FOLDER_LENGTH, `f${serial}`);

export const conversationId = (fingerprint: string, serial: number) =>
  `AAQk${fingerprint.slice(0, 32)}AQA${digest(`${fingerprint}:c${serial}`).slice(0, 40)}=`;

/** A short key of an attachment inside its message. */
export const attachmentKey = (messageId: string, position: number) =>
  digest(`${messageId}:a${position}`).slice(0, 22);

/** A GUID that depends on the name alone, for users without a given one. */
export function guidFrom(name: string): string {
  const hex = createHash('sha256').update(name).digest('hex');
  return `${hex.slice(0, 8)}-${hex.slice(8, 12)}-4${hex.slice(13, 16)}-8${hex.slice(17, 20)}-${hex.slice(20, 32)}`;
}

export type IdForm = 'default' | 'immutable';

/** What an id of a path looks like for this mailbox: of which form, or not an id of this mailbox at all. */
export function readMessageId(id: string, fingerprint: string): IdForm | null {
  if (id.length !== MESSAGE_LENGTH || !id.endsWith(END)) return null;
  if (id.slice(4, 48) !== fingerprint || id.slice(48, 56) !== MESSAGE_MARK) return null;
  if (id.startsWith(DEFAULT_PREFIX)) return 'default';
  return id.startsWith(IMMUTABLE_PREFIX) ? 'immutable' : null;
}

export function isFolderId(id: string, fingerprint: string): boolean {
  return (
    id.length === FOLDER_LENGTH &&
    id.startsWith(DEFAULT_PREFIX) &&
    id.slice(4, 48) === fingerprint &&
    id.slice(48, 56) === FOLDER_MARK
  );
}

const ATTACHMENT_MARK = 'BEgAQA';

/** Outlook's attachment ids begin with the id of their message, in the form that was asked for. */
export const attachmentId = (messageId: string, key: string) =>
  `${messageId.slice(0, -END.length)}${ATTACHMENT_MARK}${key}=`;

/** The key inside an attachment id of this mailbox, or null when the id is malformed. */
export function readAttachmentId(id: string, fingerprint: string): string | null {
  const start = MESSAGE_LENGTH - END.length;
  if (
    id.slice(4, 48) !== fingerprint ||
    id.slice(start, start + ATTACHMENT_MARK.length) !== ATTACHMENT_MARK
  ) {
    return null;
  }
  const key = id.slice(start + ATTACHMENT_MARK.length, -1);
  return key.length === 22 && id.endsWith('=') ? key : null;
}
