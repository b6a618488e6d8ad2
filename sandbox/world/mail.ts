// A mail as it was written, before it lies in anybody's mailbox: one mail, many copies.
import type { NewAttachment, NewMessage } from '../store/new-message.ts';
import type { Person, Yacht } from './fleet.ts';
import type { Random } from './random.ts';

/** A paragraph, a table (first row is its head), a list, or a picture of the attachments by content id. */
export type Block = string | { table: string[][] } | { list: string[] } | { picture: string };

/** How the sender's mail program writes. */
export type Look = 'outlook' | 'gmail' | 'plain';

/** Where its readers file it: `vendor:Propulsion`, `class`, `private:bank`, … */
export type Topic = string;

export type Mail = {
  id: string;
  /** Milliseconds since 1970. */
  at: number;
  from: Person;
  to: Person[];
  cc: Person[];
  subject: string;
  blocks: Block[];
  look: Look;
  topic: Topic;
  /** The mail it answers: quoted below its own text. */
  answers: Mail | null;
  attachments: NewAttachment[];
  /** A whole body of its own (newsletters, reports) in place of the blocks. */
  whole?: NewMessage['body'];
  /** What only some mails have: categories, meeting kind, missing fields, … */
  more?: Partial<NewMessage>;
  /** The folder in every mailbox, against the readers' own filing. */
  folder?: string;
};

/** What writing needs: whose yacht it is, the end of time, and where written mails are collected. */
export type Desk = { yacht: Yacht; epoch: number; random: Random; mails: Mail[] };

export type MailDraft = Pick<Mail, 'at' | 'from' | 'to' | 'subject' | 'topic'> & Partial<Mail>;

/** Completes a mail and lays it on the desk. */
export function write(desk: Desk, draft: MailDraft): Mail {
  const mail: Mail = {
    id: newMessageId(desk.random, draft.from.address),
    cc: [],
    blocks: [],
    look: lookOf(draft.from),
    answers: null,
    attachments: [],
    ...draft,
  };
  desk.mails.push(mail);
  return mail;
}

export function newMessageId(random: Random, address: string): string {
  const domain = address.split('@')[1] ?? 'mail.example';
  return `<${random.hex(8)}.${random.hex(12)}@${domain}>`;
}

/** Each person has one mail program. */
export function lookOf(person: Person): Look {
  const { address } = person;
  if (address.endsWith('.test') || address.endsWith('fairlead-ym.example')) return 'outlook';
  const choice = (address.length * 7 + address.charCodeAt(0)) % 5;
  return choice < 3 ? 'outlook' : choice === 3 ? 'gmail' : 'plain';
}
