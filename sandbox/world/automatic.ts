// What machines write: reports of mail that was not delivered, notes of absence, meetings and answers to them.
import { atDesk, DAY, HOUR, longDate, quotedDate } from './clock.ts';
import { crewByRole, managerPeople, type Person, vendorPeople } from './fleet.ts';
import { type Desk, write } from './mail.ts';
import { calendarFile } from './workbook.ts';

export const someTime = (desk: Desk): number =>
  Math.min(atDesk(desk.epoch - desk.random.next() * 715 * DAY, desk.random), desk.epoch - HOUR);

export function vendorPerson(desk: Desk): Person {
  return desk.random.pick(vendorPeople(desk.random.pick(desk.yacht.vendors)));
}

/** A non-delivery report: Exchange leaves out what such items do not have. */
export function bounce(desk: Desk, me: Person): void {
  const { random } = desk;
  const lost = `${random.pick(['j.olsen', 'service', 'parts.desk', 'info'])}@${random.pick(['old-firm.example', 'gone.example', 'nordmaskin.example'])}`;
  const [status, reason] = random.pick([
    ['5.1.1', 'The email address you entered could not be found.'],
    ['5.2.2', "The recipient's mailbox is full and cannot accept messages now."],
    ['5.4.310', 'DNS domain does not exist.'],
    ['5.3.4', 'Message size exceeds the limit of the recipient.'],
  ] as const);
  const at = someTime(desk);
  write(desk, {
    at,
    from: {
      name: 'Microsoft Outlook',
      address: 'MicrosoftExchange329e71ec88ae4615bbc36ab6ce41109e@mail.example',
    },
    to: [me],
    subject: `Undeliverable: ${random.pick(['Request for quotation', 'Spare parts', 'Crew list', 'Re: invoice'])}`,
    topic: 'bounce',
    whole: {
      contentType: 'html',
      content: `<html><body><p><b>Your message to ${lost} couldn't be delivered.</b></p><p>${reason}</p><p>Remote server returned '550 ${status} ${reason}'</p><pre>Reporting-MTA: dns; mail.example\nFinal-Recipient: rfc822;${lost}\nAction: failed\nStatus: ${status}\nArrival-Date: ${quotedDate(at - 60_000)}</pre></body></html>`,
    },
    more: { omit: random.chance(0.5) ? ['sentDateTime', 'conversationIndex'] : ['conversationIndex'] },
  });
}

const ABSENT: Record<string, string> = {
  Germany: 'Automatische Antwort',
  Italy: 'Risposta automatica',
  France: 'Réponse automatique',
  Spain: 'Respuesta automática',
};

export function absence(desk: Desk, me: Person): void {
  const who = vendorPerson(desk);
  const at = someTime(desk);
  write(desk, {
    at,
    from: who,
    to: [me],
    subject: `${ABSENT[who.country ?? ''] ?? 'Automatic reply'}: ${desk.random.pick(['Spare parts', 'Request for quotation', 'Service visit', 'Our order'])}`,
    topic: 'bounce',
    blocks: [
      `Thank you for your mail. I am out of the office until ${longDate(at + 6 * DAY)} with limited access to e-mail.`,
      'In urgent cases please call our service line or write to the general address.',
    ],
    more: { headers: [{ name: 'Auto-Submitted', value: 'auto-replied' }] },
  });
}

const MEETINGS = [
  'Weekly call',
  'Refit kick-off',
  'Survey opening meeting',
  'Budget review',
  'Charter debrief',
  'Tender training',
  'Toolbox talk',
];

export function meeting(desk: Desk, me: Person): void {
  const { random, yacht } = desk;
  const host = random.chance(0.6)
    ? (managerPeople(yacht)[0] ?? crewByRole(yacht, 'captain'))
    : crewByRole(yacht, 'captain');
  const organiser = host.address === me.address ? vendorPerson(desk) : host;
  const at = someTime(desk);
  const title = `${random.pick(MEETINGS)} ${yacht.yacht.name}`;
  const place = random.pick(['Teams', 'Crew mess', 'Bridge', 'Yard office']);
  const asked = write(desk, {
    at,
    from: organiser,
    to: [me],
    subject: title,
    topic: 'meeting',
    blocks: [
      `When: ${longDate(at + 3 * DAY)} 10:00-10:45. Where: ${place}.`,
      random.pick(['Please accept.', 'Agenda follows.', 'Bring the list of open points.']),
    ],
    attachments: random.chance(0.4) ? [calendarFile(at + 3 * DAY, { title, place, organiser })] : [],
    more: { odataType: '#microsoft.graph.eventMessageRequest', meetingMessageType: 'meetingRequest' },
  });
  const kind = random.pick([
    'meetingAccepted',
    'meetingAccepted',
    'meetingTenativelyAccepted',
    'meetingDeclined',
  ]);
  const prefix =
    kind === 'meetingDeclined' ? 'Declined' : kind === 'meetingAccepted' ? 'Accepted' : 'Tentative';
  if (asked.at + 3 * HOUR >= desk.epoch) return;
  const attendee = random.chance(0.5) ? vendorPerson(desk) : null;
  write(desk, {
    at: asked.at + random.int(1, 170) * 60_000,
    from: attendee ?? me,
    to: [attendee ? me : organiser],
    subject: `${prefix}: ${title}`,
    topic: 'meeting',
    whole: { contentType: 'text', content: '' },
    more: { odataType: '#microsoft.graph.eventMessageResponse', meetingMessageType: kind },
  });
}
