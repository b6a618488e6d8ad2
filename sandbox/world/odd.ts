// What is in every mailbox and in no plan: drafts, mails in mails, empty and endless ones, and numbers that
// look like a work order.
import type { NewMessage } from '../store/new-message.ts';
import { businessScene } from './affairs.ts';
import { absence, bounce, meeting, someTime, vendorPerson } from './automatic.ts';
import { DAY, HOUR } from './clock.ts';
import { crewByRole, crewPerson, type Person } from './fleet.ts';
import { type Desk, type Mail, write } from './mail.ts';
import { NEAR_MISSES } from './parts.ts';
import { bodyOf } from './render.ts';

export function writeOddMail(desk: Desk): void {
  for (const member of desk.yacht.crew) {
    const me = crewPerson(desk.yacht, member);
    const random = desk.random.fork(`odd-${member.email}`);
    const own = { ...desk, random };
    const many = member.role === 'crew' ? 0.4 : 1;
    for (let n = 0; n < 12 * many; n += 1) bounce(own, me);
    for (let n = 0; n < 14 * many; n += 1) absence(own, me);
    for (let n = 0; n < 22 * many; n += 1) meeting(own, me);
    for (let n = 0; n < 9 * many; n += 1) draft(own, me);
    for (let n = 0; n < 6 * many; n += 1) forwarded(own, me);
    for (const oddity of ODDITIES) oddMail(own, me, oddity);
  }
  nearMisses(desk);
}

/** Begun and left: half of them know neither sender nor receiver yet. */
function draft(desk: Desk, me: Person): void {
  const { random } = desk;
  const bare = random.chance(0.5);
  const at = desk.epoch - random.next() * 200 * DAY - HOUR;
  write(desk, {
    at,
    from: me,
    to: bare ? [] : [vendorPerson(desk)],
    subject: random.pick([
      '',
      'Spares for the crossing',
      'handover notes',
      'Complaint',
      'RE: quotation',
      'to do',
    ]),
    topic: 'draft',
    folder: 'drafts',
    blocks: [
      random.pick([
        '',
        'Hi,',
        'Dear all,\nplease find',
        'Points for the yard:\n1. sea valves\n2.',
        'I am not happy with the last visit, because',
      ]),
    ],
    more: {
      isDraft: true,
      isRead: true,
      ...(bare ? { from: null, omit: ['from', 'sender', 'sentDateTime'] satisfies NewMessage['omit'] } : {}),
    },
  });
}

/** A mail that carries another one as an attachment. */
function forwarded(desk: Desk, me: Person): void {
  const { random } = desk;
  const scene = businessScene(desk, someTime(desk));
  const at = Math.min(scene.start + 2 * HOUR, desk.epoch - HOUR);
  const writer = vendorPerson(desk);
  const inner: Mail = {
    id: `<${random.hex(20)}@${writer.address.split('@')[1]}>`,
    at: at - 5 * DAY,
    from: writer,
    to: [me],
    cc: [],
    subject: `${scene.words.model} - ${random.pick(['old offer', 'test sheet', 'commissioning report'])}`,
    blocks: ['Good day,', 'As discussed years ago, the sheet is attached to this mail. Keep it well.'],
    look: 'outlook',
    topic: scene.topic,
    answers: null,
    attachments: [],
  };
  write(desk, {
    at,
    from: vendorPerson(desk),
    to: [me],
    subject: `FW: ${inner.subject}`,
    topic: scene.topic,
    blocks: ['See the mail attached, found in our archive.'],
    attachments: [{ kind: 'item', name: inner.subject, message: asMessage(inner) }],
  });
}

export function asMessage(mail: Mail): NewMessage {
  return {
    subject: mail.subject,
    from: { name: mail.from.name, address: mail.from.address },
    to: mail.to.map(({ name, address }) => ({ name, address })),
    receivedAt: new Date(mail.at),
    body: bodyOf(mail),
    internetMessageId: mail.id,
    isRead: true,
  };
}

type Oddity = { subject: string; blocks: string[]; more?: Partial<NewMessage> };

const ODDITIES: Oddity[] = [
  { subject: '', blocks: ['see below'] },
  { subject: '(no subject)', blocks: [] },
  { subject: '', blocks: [] },
  {
    subject: `Fwd: Fwd: RE: AW: Fwd: ${'list of everything that we still need before the crossing, and who brings it '.repeat(4).trim()}`,
    blocks: ['Longest subject of the year goes to me.'],
  },
  {
    subject: '🛥️ ⚓ 🔧 👍🏽 👩‍🔧',
    blocks: ['🙂🙃 Family emoji: 👨‍👩‍👧‍👦, flag 🇲🇹, keycap 1️⃣, and zero width: a\u200bb'],
  },
  {
    subject: 'Zażółć gęślą jaźń — ÆØÅ ß ñ ç ő',
    blocks: ['Accents of the whole crew: Łódź, Ærø, Nîmes, Señorío, Győr, İzmir, Żebbuġ.'],
  },
  {
    subject: 'URGENT: valve open',
    blocks: ['Please read at once and confirm.'],
    more: { importance: 'high', flag: 'flagged', categories: ['Red category'] },
  },
  {
    subject: 'fyi',
    blocks: ['Nothing to do.'],
    more: { importance: 'low', categories: ['Blue category', 'Engine room'], flag: 'complete' },
  },
  {
    subject: 'Tab\tand "quotes" & <angle> \\ backslash',
    blocks: ['<b>not bold</b> & "quoted" \'single\' %s $x {{y}} NULL'],
  },
  {
    subject: 'Long text',
    blocks: Array.from(
      { length: 90 },
      (_, n) => `${n + 1}. Check of item ${n + 1} of the handover list: seen, tried, noted, signed.`,
    ),
  },
];

function oddMail(desk: Desk, me: Person, oddity: Oddity): void {
  const { random } = desk;
  write(desk, {
    at: someTime(desk),
    from: random.chance(0.4)
      ? vendorPerson(desk)
      : {
          name: random.pick(['', 'Relief engineer', 'J. O’Malley, "Ozzie"']),
          address: 'relief@crewpool.example',
        },
    to: [me],
    subject: oddity.subject,
    topic: 'crew',
    blocks: oddity.blocks,
    ...(oddity.blocks.length === 0 ? { whole: { contentType: 'text', content: '' } } : {}),
    ...(oddity.more ? { more: oddity.more } : {}),
  });
}

/** Mails that must not be taken for mails about a work order. */
function nearMisses(desk: Desk): void {
  const chief = crewByRole(desk.yacht, 'chief_engineer');
  const lines = [
    `The torque tool ${NEAR_MISSES[0]} is back from calibration, certificate in the box.`,
    `Washer oil ${NEAR_MISSES[2]}, 20 l, price per can 62.00.`,
    `Your alarm wheel ${NEAR_MISSES[1]} has left our stock.`,
    `Drawing number ${NEAR_MISSES[4]} replaces the one you have.`,
    `Sensor ${NEAR_MISSES[5]} is not for your engine, sorry.`,
    `Fuse holder ${NEAR_MISSES[3]} comes in packs of ten.`,
  ];
  for (const [n, line] of lines.entries()) {
    const random = desk.random.fork(`near-${n}`);
    const own = { ...desk, random };
    const who = vendorPerson(own);
    const subject = n % 2 === 0 ? `Article ${NEAR_MISSES[n] ?? ''}` : 'Your enquiry';
    write(own, {
      at: someTime(own),
      from: who,
      to: [chief],
      subject,
      topic: 'vendor:Propulsion',
      blocks: ['Good day,', line],
    });
  }
}
