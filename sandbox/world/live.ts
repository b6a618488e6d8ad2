// Live mode: the next mail that comes to a mailbox while somebody looks at it.
import type { NewMessage } from '../store/new-message.ts';
import type { SandboxStore } from '../store/sandbox-store.ts';
import type { StoredMessage } from '../store/types.ts';
import { businessScene } from './affairs.ts';
import { DAY, quotedDate } from './clock.ts';
import {
  crewPerson,
  FLEET,
  type Person,
  servedEquipment,
  vendorFor,
  vendorPeople,
  type Yacht,
} from './fleet.ts';
import { type Desk, type Mail, newMessageId } from './mail.ts';
import { play, type Scene, type Script } from './play.ts';
import { createRandom } from './random.ts';
import { bodyOf, escapeHtml, signature } from './render.ts';
import { type Job, sceneOf } from './scenes.ts';
import { ANSWERS, chat, news } from './scripts/live.ts';
import { compose } from './words.ts';

export type LiveOptions = {
  now: Date;
  /** Another number, another mail; a counter will do. */
  seed: number;
};

export type LiveMessage = { folder: string; message: NewMessage };

/**
 * Makes up, but does not deliver, a mail for `address` that fits its yacht: news on an open work order, an
 * answer to something lately sent, or a word from the crew. Any mailbox of the store will do.
 *
 * @throws Error when the store has no such mailbox
 */
export function nextLiveMessage(store: SandboxStore, address: string, options: LiveOptions): LiveMessage {
  const mailbox = store.mailbox(address);
  if (!mailbox) throw new Error(`There is no mailbox ${address}.`);
  const random = createRandom(`live/${address}/${options.seed}`);
  const yacht = yachtOf(mailbox.address);
  const member = yacht.crew.find((one) => one.email === mailbox.address);
  const me = member ? crewPerson(yacht, member) : { name: mailbox.displayName, address: mailbox.address };
  const now = options.now.getTime();
  const desk: Desk = { yacht, epoch: now + 30 * DAY, random, mails: [] };
  const question = random.chance(0.45) ? lastQuestion(store, me, { now, desk }) : null;
  const message = question ? answerTo(question, { desk, me, now }) : fresh(desk, me, now);
  return { folder: 'inbox', message };
}

function yachtOf(address: string): Yacht {
  const domain = address.slice(address.indexOf('@'));
  const yacht = FLEET.find((one) => one.crew.some(({ email }) => email.endsWith(domain))) ?? FLEET[0];
  if (!yacht) throw new Error('The fleet is empty.');
  return yacht;
}

/** Something this mailbox has sent in the last weeks to one of the yacht's vendors. */
function lastQuestion(
  store: SandboxStore,
  me: Person,
  { now, desk }: { now: number; desk: Desk },
): StoredMessage | null {
  const vendors = new Set(vendorContacts(desk.yacht).map((one) => one.address));
  const sent = store
    .folder(me.address, 'sentitems')
    .messages.slice(-60)
    .filter((one) => now - one.receivedAt.getTime() < 45 * DAY && vendors.has(one.to[0]?.address ?? ''));
  return sent.length > 0 ? desk.random.pick(sent) : null;
}

const vendorContacts = (yacht: Yacht): Person[] => yacht.vendors.flatMap(vendorPeople);

type Setting = { desk: Desk; me: Person; now: number };

function answerTo(question: StoredMessage, { desk, me, now }: Setting): NewMessage {
  const { random } = desk;
  const [receiver = { name: '', address: 'desk@vendor.example' }] = question.to;
  const writer: Person =
    vendorContacts(desk.yacht).find((one) => one.address === receiver.address) ?? receiver;
  const { words } = businessScene(desk, now);
  const text = compose(ANSWERS, { ...words, to: me.name.split(' ')[0] ?? '' }, random);
  const own = [...text.split('\n\n'), signature(writer).join('\n')]
    .map((part) => `<p>${escapeHtml(part).replace(/\n/g, '<br>')}</p>`)
    .join('');
  const head = `<p><b>From:</b> ${escapeHtml(me.name)}<br><b>Sent:</b> ${quotedDate(question.receivedAt.getTime())}<br><b>Subject:</b> ${escapeHtml(question.subject ?? '')}</p>`;
  return {
    subject: `RE: ${(question.subject ?? '').replace(/^(re|aw):\s*/i, '')}`,
    from: { name: writer.name, address: writer.address },
    to: [{ name: me.name, address: me.address }],
    cc: question.cc,
    receivedAt: new Date(now),
    body: {
      contentType: 'html',
      content: () => `<html><body>${own}<hr>${head}${quoted(question)}</body></html>`,
    },
    internetMessageId: newMessageId(random, writer.address),
    inReplyTo: question.internetMessageId,
    references: [...question.references, question.internetMessageId],
    isRead: false,
  };
}

function quoted(message: StoredMessage): string {
  const { content, contentType } = message.body;
  const body = typeof content === 'function' ? content() : content;
  if (contentType === 'text') return `<pre>${escapeHtml(body)}</pre>`;
  return /<body[^>]*>(.*)<\/body>/is.exec(body)?.[1] ?? body;
}

function fresh(desk: Desk, me: Person, now: number): NewMessage {
  const { random, yacht } = desk;
  const open = yacht.work_orders.filter((one) => !['completed', 'cancelled'].includes(one.status));
  const order = random.pick(open);
  const equipment =
    yacht.equipment.find((one) => one.code === order.equipment_code) ?? random.pick(servedEquipment(yacht));
  const vendor = vendorFor(yacht, equipment) ?? random.pick(yacht.vendors);
  const job: Job = { equipment, vendor, order, naming: 'subject', start: now };
  const mates = yacht.crew
    .map((member) => crewPerson(yacht, member))
    .filter((one) => one.address !== me.address);
  const scene = sceneOf(desk, job);
  const cast = { ...scene.cast, asker: [me], mate: mates };
  return asLive(one(desk, random.chance(0.75) ? news : chat, { ...scene, cast }), now);
}

function one(desk: Desk, script: Script, scene: Scene): Mail {
  const [mail] = play(desk, script, { ...scene, weekends: true });
  if (!mail) throw new Error('A live script wrote nothing.');
  return mail;
}

function asLive(mail: Mail, now: number): NewMessage {
  return {
    subject: mail.subject,
    from: { name: mail.from.name, address: mail.from.address },
    to: mail.to.map(({ name, address }) => ({ name, address })),
    receivedAt: new Date(now),
    body: bodyOf(mail),
    internetMessageId: mail.id,
    attachments: mail.attachments,
    isRead: false,
  };
}
