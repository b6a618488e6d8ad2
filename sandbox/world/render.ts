// A mail's body as its writer's program makes it: own text, signature, and the mails it answers below.
import type { NewBody } from '../store/new-message.ts';
import { quotedDate } from './clock.ts';
import type { Person } from './fleet.ts';
import type { Block, Mail } from './mail.ts';
import { hash } from './random.ts';

/** Mail programs cut the history off some time; so do we. */
const QUOTED_MAILS = 5;

const RTL = /[\u0590-\u06ff]/;

export const escapeHtml = (text: string): string =>
  text.replace(/&/g, '&amp;').replace(/</g, '&lt;').replace(/>/g, '&gt;').replace(/"/g, '&quot;');

/** The body, made when somebody asks: a thread's history would otherwise be in memory many times. */
export function bodyOf(mail: Mail): NewBody {
  if (mail.whole) return mail.whole;
  if (mail.look === 'plain') return { contentType: 'text', content: () => plainText(mail) };
  return { contentType: 'html', content: () => htmlDocument(mail) };
}

export function plainText(mail: Mail): string {
  return [ownText(mail), ...quotedText(mail.answers, 1)].join('\r\n\r\n');
}

function ownText(mail: Mail): string {
  return [...mail.blocks.map(textBlock).filter(Boolean), `-- \r\n${signature(mail.from).join('\r\n')}`].join(
    '\r\n\r\n',
  );
}

function quotedText(mail: Mail | null, depth: number): string[] {
  if (!mail || depth > QUOTED_MAILS) return [];
  const lines = mail.blocks.map(textBlock).join('\r\n\r\n').split('\r\n');
  const head = `On ${quotedDate(mail.at)}, ${mail.from.name} <${mail.from.address}> wrote:`;
  const quote = [
    ...lines,
    '',
    ...quotedText(mail.answers, depth + 1)
      .join('\r\n\r\n')
      .split('\r\n'),
  ];
  return [
    `${head}\r\n${quote.map((line) => (line.startsWith('>') ? `>${line}` : `> ${line}`)).join('\r\n')}`,
  ];
}

function textBlock(block: Block): string {
  if (typeof block === 'string') return block.replace(/\n/g, '\r\n');
  if ('list' in block) return block.list.map((line) => `  - ${line}`).join('\r\n');
  if ('picture' in block) return '';
  const widths = (block.table[0] ?? []).map((_, column) =>
    Math.max(...block.table.map((row) => (row[column] ?? '').length)),
  );
  return block.table
    .map((row) =>
      row
        .map((cell, column) => cell.padEnd(widths[column] ?? 0))
        .join('  ')
        .trimEnd(),
    )
    .join('\r\n');
}

function htmlDocument(mail: Mail): string {
  const direction = RTL.test(mail.blocks.find((block) => typeof block === 'string') ?? '')
    ? ' dir="rtl"'
    : '';
  if (mail.look === 'gmail') {
    return `<html><body${direction}><div dir="${direction ? 'rtl' : 'ltr'}">${ownHtml(mail, 'div')}</div>${gmailQuote(mail.answers, 1)}</body></html>`;
  }
  return (
    '<html xmlns:o="urn:schemas-microsoft-com:office:office"><head>' +
    '<meta http-equiv="Content-Type" content="text/html; charset=utf-8">' +
    '<style>p.MsoNormal{margin:0cm;font-size:11.0pt;font-family:"Calibri",sans-serif} table.Lines td,table.Lines th{padding:2pt 6pt;border:1px solid #bfbfbf}</style>' +
    `</head><body lang="EN-GB"${direction} link="#0563C1" vlink="#954F72"><div class="WordSection1">${ownHtml(mail, 'p')}${outlookQuote(mail.answers, 1)}</div></body></html>`
  );
}

function ownHtml(mail: Mail, tag: 'p' | 'div'): string {
  const lines = signature(mail.from).map(escapeHtml);
  const name = `<b>${lines[0] ?? ''}</b>`;
  const foot = `<span style="color:${signatureColour(mail.from)}">${[name, ...lines.slice(1)].join('<br>')}</span>`;
  return `${blocksHtml(mail.blocks, tag)}${paragraph(tag, '&nbsp;')}${paragraph(tag, foot)}`;
}

const paragraph = (tag: 'p' | 'div', html: string): string =>
  tag === 'p' ? `<p class="MsoNormal">${html}</p>` : `<div>${html}</div>`;

function blocksHtml(blocks: Block[], tag: 'p' | 'div'): string {
  const gap = tag === 'p' ? '<p class="MsoNormal"><o:p>&nbsp;</o:p></p>' : '<div><br></div>';
  return blocks.map((block) => htmlBlock(block, tag)).join(gap);
}

function htmlBlock(block: Block, tag: 'p' | 'div'): string {
  if (typeof block === 'string') return paragraph(tag, escapeHtml(block).replace(/\n/g, '<br>'));
  if ('list' in block) return `<ul>${block.list.map((line) => `<li>${escapeHtml(line)}</li>`).join('')}</ul>`;
  if ('picture' in block) return paragraph(tag, `<img src="cid:${block.picture}" alt="" border="0">`);
  const [head = [], ...rows] = block.table;
  const cells = (row: string[], cell: 'td' | 'th') =>
    `<tr>${row.map((text) => `<${cell} align="left">${escapeHtml(text)}</${cell}>`).join('')}</tr>`;
  return (
    '<table class="Lines" border="1" cellspacing="0" cellpadding="4" style="border-collapse:collapse;font-size:10pt">' +
    `${cells(head, 'th')}${rows.map((row) => cells(row, 'td')).join('')}</table>`
  );
}

function outlookQuote(mail: Mail | null, depth: number): string {
  if (!mail || depth > QUOTED_MAILS) return '';
  const people = (list: Person[]) => list.map((one) => escapeHtml(one.name)).join('; ');
  const head = [
    `<b>From:</b> ${escapeHtml(mail.from.name)} &lt;${escapeHtml(mail.from.address)}&gt;`,
    `<b>Sent:</b> ${quotedDate(mail.at)}`,
    `<b>To:</b> ${people(mail.to)}`,
    ...(mail.cc.length > 0 ? [`<b>Cc:</b> ${people(mail.cc)}`] : []),
    `<b>Subject:</b> ${escapeHtml(mail.subject)}`,
  ].join('<br>');
  const bar = 'border:none;border-top:solid #E1E1E1 1.0pt;padding:3.0pt 0cm 0cm 0cm';
  return `<div style="${bar}"><p class="MsoNormal">${head}</p></div>${blocksHtml(mail.blocks, 'p')}${outlookQuote(mail.answers, depth + 1)}`;
}

function gmailQuote(mail: Mail | null, depth: number): string {
  if (!mail || depth > QUOTED_MAILS) return '';
  const head = `On ${quotedDate(mail.at)}, ${escapeHtml(mail.from.name)} &lt;<a href="mailto:${escapeHtml(mail.from.address)}">${escapeHtml(mail.from.address)}</a>&gt; wrote:`;
  const style = 'margin:0px 0px 0px 0.8ex;border-left:1px solid rgb(204,204,204);padding-left:1ex';
  return `<br><div class="gmail_quote"><div dir="ltr" class="gmail_attr">${head}<br></div><blockquote class="gmail_quote" style="${style}">${blocksHtml(mail.blocks, 'div')}${gmailQuote(mail.answers, depth + 1)}</blockquote></div>`;
}

const CLOSINGS: Record<string, string[]> = {
  Italy: ['Best regards / Cordiali saluti', 'Kind regards', 'Cordialmente'],
  Germany: ['Best regards / Mit freundlichen Grüßen', 'Freundliche Grüße', 'Kind regards'],
  France: ['Bien cordialement', 'Best regards'],
  Sweden: ['Med vänliga hälsningar / Best regards', 'Best regards'],
  Norway: ['Med vennlig hilsen / Best regards', 'Regards'],
  Spain: ['Saludos / Best regards', 'Un cordial saludo'],
  Greece: ['Με εκτίμηση / Best regards', 'Best regards'],
};

/** The lines under a person's mails: always the same ones. */
export function signature(person: Person): string[] {
  const closings = CLOSINGS[person.country ?? ''] ?? ['Best regards', 'Kind regards', 'Regards'];
  const closing = closings[hash(person.address) % closings.length] ?? 'Best regards';
  return [
    closing,
    person.name,
    ...(person.title && person.firm ? [`${person.title} | ${person.firm}`] : []),
    ...(person.phone ? [`T ${person.phone}`] : []),
    ...(person.title ? [person.address] : []),
  ];
}

const COLOURS = ['#1f3864', '#404040', '#1f4e79', '#385623', '#7f7f7f', '#44546a'];

const signatureColour = (person: Person): string =>
  COLOURS[hash(person.firm ?? person.address) % COLOURS.length] ?? '#404040';
