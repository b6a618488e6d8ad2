// Carries written mail into the mailboxes of the crew: a copy for each who wrote or got it, filed as its
// owner files, read or not by age.
import type { Address, NewMessage } from '../store/new-message.ts';
import type { SandboxStore } from '../store/sandbox-store.ts';
import { DAY } from './clock.ts';
import { type CrewMember, FLEET, type Person } from './fleet.ts';
import { type Cabinet, cabinetOf, folderFor } from './folders.ts';
import type { Mail } from './mail.ts';
import { hash } from './random.ts';
import { bodyOf } from './render.ts';

export type Reader = { member: CrewMember; cabinet: Cabinet };

export const READERS: readonly Reader[] = FLEET.flatMap((yacht) =>
  yacht.crew.map((member) => ({ member, cabinet: cabinetOf(member) })),
);

/** Delivers everything to its readers in the order of time, so that conversations grow as they did. */
export function deliverAll(
  store: SandboxStore,
  mails: Mail[],
  { epoch, readers }: { epoch: number; readers: readonly Reader[] },
): void {
  const byAddress = new Map(readers.map((reader) => [reader.member.email, reader]));
  for (const mail of mails.toSorted((a, b) => a.at - b.at || (a.id < b.id ? -1 : 1))) {
    const addresses = new Set([mail.from, ...mail.to, ...mail.cc].map((one) => one.address));
    for (const address of addresses) {
      const reader = byAddress.get(address);
      if (reader) store.deliver(address, folderOf(mail, reader, epoch), copyOf(mail, reader, epoch));
    }
  }
}

const sentBy = (mail: Mail, reader: Reader) => mail.from.address === reader.member.email;

/** What a reader does with a thread is decided by the thread, so that its mails lie together. */
function habit(mail: Mail, reader: Reader): number {
  const root = rootOf(mail);
  return hash(`${root.id}${reader.member.email}`) % 100;
}

function rootOf(mail: Mail): Mail {
  let root = mail;
  while (root.answers) root = root.answers;
  return root;
}

function folderOf(mail: Mail, reader: Reader, epoch: number): string {
  if (mail.folder) return mail.folder;
  if (sentBy(mail, reader)) return 'sentitems';
  const age = (epoch - mail.at) / DAY;
  const wont = habit(mail, reader);
  if (age > 3 && ['newsletter', 'bounce', 'meeting'].includes(mail.topic) && wont < 30) return 'deleteditems';
  if (age < 21 && wont < 85) return 'inbox';
  if (age > 420 && wont > 82) return 'archive';
  return wont % 10 < 3 ? 'inbox' : folderFor(reader.cabinet, mail.topic);
}

function copyOf(mail: Mail, reader: Reader, epoch: number): NewMessage {
  const sent = new Date(mail.at);
  const own = sentBy(mail, reader);
  // The post takes some seconds, and not the same for everybody.
  const delay = own ? 0 : 2000 + (hash(mail.id + reader.member.email) % 7000);
  return {
    subject: mail.subject,
    from: address(mail.from),
    to: mail.to.map(address),
    cc: mail.cc.map(address),
    receivedAt: new Date(mail.at + delay),
    sentAt: sent,
    body: bodyOf(mail),
    internetMessageId: mail.id,
    ...(mail.answers ? { inReplyTo: mail.answers.id, references: referencesOf(mail) } : {}),
    isRead: own || isRead(mail, { reader, epoch }),
    attachments: mail.attachments,
    ...marks(mail, reader, epoch),
    ...mail.more,
  };
}

const address = ({ name, address }: Person): Address => ({ name, address });

/** The ids of the mails before, oldest first. */
export function referencesOf(mail: Mail): string[] {
  const ids: string[] = [];
  for (let before = mail.answers; before; before = before.answers) ids.unshift(before.id);
  return ids;
}

/** Nearly all old mail is read; of the last days about half. */
function isRead(mail: Mail, { reader, epoch }: { reader: Reader; epoch: number }): boolean {
  const age = (epoch - mail.at) / DAY;
  const dice = hash(mail.id + reader.member.email) % 100;
  if (mail.folder === 'junkemail') return dice < 30;
  if (mail.topic === 'newsletter') return dice < 55;
  return age > 12 ? dice < 98 : dice < 48;
}

/** Flags and categories, as people put them. */
function marks(mail: Mail, reader: Reader, epoch: number): Partial<NewMessage> {
  const dice = hash(`${mail.id}${reader.member.email}marks`) % 100;
  const recent = epoch - mail.at < 40 * DAY;
  if (dice < 3) return { flag: recent ? 'flagged' : 'complete' };
  if (dice < 7 && mail.topic.startsWith('vendor'))
    return { categories: [dice === 3 ? 'Waiting for parts' : 'Engine room'] };
  if (dice === 7) return { importance: 'high' };
  return {};
}
