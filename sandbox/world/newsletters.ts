// HTML newsletters as they come every week: tables in tables, inline styles, pictures from far away that
// tell the sender who has opened them.
import { DAY, HOUR, longDate } from './clock.ts';
import { crewPerson } from './fleet.ts';
import { type Desk, write } from './mail.ts';
import { escapeHtml } from './render.ts';

type Publisher = {
  name: string;
  address: string;
  colour: string;
  every: number;
  subjects: string[];
  items: string[];
};

const PUBLISHERS: Publisher[] = [
  {
    name: 'The Superyacht Engineer',
    address: 'news@superyacht-engineer.example',
    colour: '#0b3d5c',
    every: 14,
    subjects: ['Issue {n}: {item}', 'This fortnight: {item}'],
    items: [
      'Why your black water plant smells in August',
      'Tier III in practice: one year of urea',
      'Lithium tenders: where to put the fire',
      'Reading an oil report in five minutes',
      'Shaft seals: what divers can do and what not',
      'Ten sensors that lie',
    ],
  },
  {
    name: 'Deckhands & Co Jobs',
    address: 'jobs@deckhands.example',
    colour: '#7a1f2b',
    every: 21,
    subjects: ['{n} new positions this week', 'Jobs: {item}'],
    items: [
      'Bosun, 55 m, dual season',
      'Second engineer Y3, rotation 2:2',
      'Chef, 40 m charter yacht',
      'Lead deckhand with PWC instructor',
      'ETO, 80 m, Norway next summer',
    ],
  },
  {
    name: 'Med Harbour Weather',
    address: 'bulletin@harbourweather.example',
    colour: '#0d6e6e',
    every: 17,
    subjects: ['Seven-day outlook: {item}', 'Outlook {date}'],
    items: [
      'mistral building from Thursday',
      'settled, light airs',
      'deep low south of Sardinia',
      'meltemi season opens',
      'thunderstorms over the Adriatic',
    ],
  },
  {
    name: 'Chandlery Outlet',
    address: 'offers@chandlery-outlet.example',
    colour: '#b35a00',
    every: 24,
    subjects: ['⚓ -{n} % on {item}', 'Last days: {item}', 'Sale!!! {item} 🛠️'],
    items: [
      'stainless shackles',
      'LED deck lights',
      'work gloves',
      'dyneema lines',
      'fender covers',
      'head torches',
    ],
  },
];

/** Every crew member takes most of them, each with a link of their own. */
export function writeNewsletters(desk: Desk): void {
  for (const member of desk.yacht.crew) {
    for (const publisher of PUBLISHERS) {
      const random = desk.random.fork(`${publisher.address}-${member.email}`);
      if (random.chance(0.12)) continue;
      for (
        let at = desk.epoch - random.int(1, 20) * HOUR;
        at > desk.epoch - 720 * DAY;
        at -= publisher.every * DAY
      ) {
        writeIssue({ ...desk, random }, { publisher, at, reader: crewPerson(desk.yacht, member) });
      }
    }
  }
}

type Issue = { publisher: Publisher; at: number; reader: { name: string; address: string } };

function writeIssue(desk: Desk, { publisher, at, reader }: Issue): void {
  const { random } = desk;
  const items = random.sample(publisher.items, 4);
  const subject = random
    .pick(publisher.subjects)
    .replace('{item}', items[0] ?? '')
    .replace('{n}', String(random.int(10, 60)))
    .replace('{date}', longDate(at));
  const tag = random.hex(16);
  write(desk, {
    at: at + random.int(0, 3000) * 1000,
    from: { name: publisher.name, address: publisher.address },
    to: [reader],
    subject,
    topic: 'newsletter',
    whole: { contentType: 'html', content: () => issueHtml(publisher, { subject, items, tag }) },
    more: {
      inferenceClassification: 'other',
      headers: [
        { name: 'List-Unsubscribe', value: `<https://${publisher.address.split('@')[1]}/u/${tag}>` },
        { name: 'Precedence', value: 'bulk' },
      ],
    },
  });
}

function issueHtml(publisher: Publisher, issue: { subject: string; items: string[]; tag: string }): string {
  const site = `https://${publisher.address.split('@')[1]}`;
  const rows = issue.items.map(
    (item, n) => `<tr><td style="padding:16px 24px;border-bottom:1px solid #e4e4e4" bgcolor="#ffffff">
<table width="100%" cellpadding="0" cellspacing="0" border="0"><tr><td width="120" valign="top"><img src="${site}/img/${issue.tag}/${n}.jpg" width="104" height="78" alt="" style="display:block;border:0"></td>
<td valign="top" style="font-family:Arial,Helvetica,sans-serif;font-size:15px;line-height:21px;color:#222222"><a href="${site}/r/${issue.tag}/${n}" style="color:${publisher.colour};text-decoration:none;font-weight:bold">${escapeHtml(item)}</a><br><span style="font-size:13px;color:#666666">${TEASERS[(n + item.length) % TEASERS.length]}</span></td></tr></table></td></tr>`,
  );
  return `<!DOCTYPE html PUBLIC "-//W3C//DTD XHTML 1.0 Transitional//EN" "http://www.w3.org/TR/xhtml1/DTD/xhtml1-transitional.dtd"><html><head><meta name="viewport" content="width=device-width"><style type="text/css">@import url('${site}/fonts.css');@media only screen and (max-width:480px){.wrap{width:100%!important}}.top{background-image:url(${site}/bg/${issue.tag}.png)}</style></head>
<body style="margin:0;padding:0;background:#f0f2f4"><div style="display:none;max-height:0;overflow:hidden">${escapeHtml(issue.items[1] ?? '')} &zwnj;&nbsp;&zwnj;&nbsp;</div>
<table width="100%" cellpadding="0" cellspacing="0" border="0" bgcolor="#f0f2f4"><tr><td align="center"><table class="wrap" width="600" cellpadding="0" cellspacing="0" border="0">
<tr><td class="top" bgcolor="${publisher.colour}" style="padding:22px 24px;color:#ffffff;font-family:Georgia,serif;font-size:24px">${escapeHtml(publisher.name)}</td></tr>
<tr><td style="padding:18px 24px;font-family:Arial,sans-serif;font-size:18px" bgcolor="#ffffff"><b>${escapeHtml(issue.subject)}</b></td></tr>
${rows.join('\n')}
<tr><td style="padding:18px 24px;font-family:Arial,sans-serif;font-size:11px;color:#888888">You receive this because you signed up on board. <a href="${site}/u/${issue.tag}">Unsubscribe</a> | <a href="${site}/view/${issue.tag}">View in browser</a></td></tr>
</table></td></tr></table><img src="${site}/open/${issue.tag}.gif" width="1" height="1" alt=""></body></html>`;
}

const TEASERS = [
  'Four minutes to read, and a checklist to print for the control room.',
  'Our readers answered. Some of them were even polite.',
  'With photographs of the part that failed.',
  'Only until Sunday, while stocks last.',
  'Updated this morning.',
  'What the figures say, and what they leave out.',
];
