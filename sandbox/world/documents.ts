// The files that hang on mails: quotations, reports, certificates, lists, calendars, forwarded mails.
import type { NewAttachment, NewFileAttachment } from '../store/new-message.ts';
import { isoDate, longDate } from './clock.ts';
import type { Equipment, Yacht } from './fleet.ts';
import { money, type PartLine, totalOf } from './parts.ts';
import { makePdf, type PdfDocument, type PdfPart } from './pdf.ts';
import { photo, photoSize } from './pictures.ts';
import { hash, type Random } from './random.ts';
import { makeWorkbook } from './workbook.ts';

/** What documents speak of: filled in from the story that a thread tells. */
export type Matter = {
  yacht: Yacht;
  at: number;
  firm: string;
  subject: string;
  equipment?: Equipment;
  parts: PartLine[];
  words: Record<string, string>;
  findings: string[];
};

const MIN_PDF = 12_000;

function pdf(name: string, document: PdfDocument): NewFileAttachment {
  const size = MIN_PDF + (hash(name + document.title) % 70_000);
  return {
    kind: 'file',
    name,
    contentType: 'application/pdf',
    content: () => makePdf(document, size),
    size,
  };
}

function head(matter: Matter, lines: string[]): string[] {
  const { yacht } = matter.yacht;
  const { equipment } = matter;
  return [
    `Date: ${longDate(matter.at)}`,
    `Yacht: ${yacht.name}, IMO ${yacht.imo}`,
    ...(equipment ? [`Equipment: ${equipment.name}`] : []),
    ...(equipment?.model
      ? [`Type: ${equipment.manufacturer} ${equipment.model}, serial no. ${equipment.serial_number}`]
      : []),
    ...lines,
  ];
}

function priceTable(parts: PartLine[]): PdfPart[] {
  const rows = parts.map((part, n) => [
    String((n + 1) * 10),
    part.number,
    part.name,
    String(part.quantity),
    money(part.price),
    money(part.price * part.quantity),
  ]);
  return [
    {
      widths: [35, 95, 190, 35, 65, 70],
      rows: [['Pos', 'Part no.', 'Description', 'Qty', 'Unit EUR', 'Total EUR'], ...rows],
    },
    { text: `Total EUR ${money(totalOf(parts))}, ex works, excluding VAT, packing at cost.` },
  ];
}

const FOOT = 'Demonstration document. Firms, people and equipment are invented.';

function priced(kind: string, number: string, matter: Matter): NewFileAttachment {
  const terms: Record<string, string> = {
    Quotation: `Valid 30 days. Delivery ${matter.words.lead ?? '2 weeks'} after order, subject to prior sale. Payment 30 days net.`,
    'Order confirmation': `Dispatch in ${matter.words.lead ?? '2 weeks'} to ${matter.words.port ?? 'your agent'}. Please check part numbers and serial number; changes within 24 hours.`,
    Invoice: `Payable within 30 days to the account on our letterhead, quoting ${number}. Vessel in transit, export documents to follow.`,
  };
  return pdf(`${kind.replace(/ /g, '_')}_${number}.pdf`, {
    firm: matter.firm,
    title: `${kind} ${number}`,
    meta: head(matter, [`Our reference: ${number}`, `Your reference: ${matter.subject}`]),
    parts: [...priceTable(matter.parts), { text: terms[kind] ?? '' }],
    foot: FOOT,
  });
}

function report(matter: Matter): NewFileAttachment {
  const number = matter.words.report ?? 'SR-1';
  const findings = matter.findings.flatMap((text, n): PdfPart[] => [{ text: `${n + 1}. ${text}` }]);
  return pdf(`Service_report_${number}.pdf`, {
    firm: matter.firm,
    title: `Service report ${number}`,
    meta: head(matter, [
      `Attended by: ${matter.words.tech ?? 'Service engineer'}`,
      `Place: ${matter.words.port ?? 'on board'}`,
    ]),
    parts: [
      { heading: 'Scope' },
      { text: matter.subject },
      { heading: 'Findings and work done' },
      ...findings,
      { heading: 'Parts used' },
      {
        widths: [110, 290, 60],
        rows: [
          ['Part no.', 'Description', 'Qty'],
          ...matter.parts.map((p) => [p.number, p.name, String(p.quantity)]),
        ],
      },
      { heading: 'Readings' },
      { widths: [200, 90, 90], rows: readings(matter) },
      {
        text: 'Unit tested under load together with the crew and left in working order unless stated otherwise above.',
      },
    ],
    foot: FOOT,
  });
}

function readings(matter: Matter): string[][] {
  const seed = hash(matter.subject);
  const rows = ['Pressure, bar', 'Temperature, C', 'Current, A', 'Vibration, mm/s'].map((name, n) => {
    const before = 4 + ((seed >> (n * 3)) % 60);
    return [name, String(before), String(Math.round(before * 0.8))];
  });
  return [['Measured', 'Before', 'After'], ...rows];
}

function certificate(matter: Matter): NewFileAttachment {
  const number = matter.words.certificate ?? 'C-1';
  return pdf(`Certificate_${number}.pdf`, {
    firm: matter.firm,
    title: `Certificate ${number}`,
    meta: head(matter, [`Valid for twelve months from ${longDate(matter.at)}`]),
    parts: [
      {
        text: `This is to certify that the equipment named above has been inspected and tested by us on board ${matter.yacht.yacht.name} and found in good order at the time of inspection.`,
      },
      ...matter.findings.map((text): PdfPart => ({ text: `Remark: ${text}` })),
    ],
    foot: FOOT,
  });
}

function letter(matter: Matter, title: string, lines: string[]): NewFileAttachment {
  return pdf(`${title.replace(/[^\w]+/g, '_')}.pdf`, {
    firm: matter.firm,
    title,
    meta: head(matter, []),
    parts: lines.map((text) => ({ text })),
    foot: FOOT,
  });
}

function text(name: string, contentType: string, content: string): NewFileAttachment {
  return { kind: 'file', name, contentType, content: Buffer.from(content, 'utf8') };
}

function readingsCsv(matter: Matter): NewFileAttachment {
  const seed = hash(matter.subject);
  const rows = Array.from({ length: 24 }, (_, n) => {
    const t = new Date(matter.at - (24 - n) * 3_600_000).toISOString();
    return [
      t,
      40 + ((seed + n * 7) % 25),
      (2 + ((seed + n * 3) % 40) / 10).toFixed(1),
      380 + ((seed + n) % 20),
    ];
  });
  const lines = [['time', 'temperature_c', 'pressure_bar', 'voltage_v'], ...rows].map((row) => row.join(','));
  return text(`readings_${isoDate(matter.at)}.csv`, 'text/csv', `${lines.join('\r\n')}\r\n`);
}

function sheet(matter: Matter, name: string): NewFileAttachment {
  const rows = [
    ['Pos', 'Part no.', 'Description', 'Qty', 'Unit EUR'],
    ...matter.parts.map((part, n) => [
      String(n + 1),
      part.number,
      part.name,
      String(part.quantity),
      money(part.price),
    ]),
  ];
  return {
    kind: 'file',
    name: `${name}.xlsx`,
    contentType: 'application/vnd.openxmlformats-officedocument.spreadsheetml.sheet',
    content: makeWorkbook(rows),
  };
}

function photoFile(matter: Matter, random: Random): NewFileAttachment {
  const seed = random.int(1, 65_535);
  return {
    kind: 'file',
    name: random.pick([
      `IMG_${2000 + (seed % 7000)}.png`,
      `photo-${seed % 100}.png`,
      `${matter.equipment?.code ?? 'deck'} ${seed % 10}.png`,
    ]),
    contentType: 'image/png',
    content: () => photo(seed),
    size: photoSize(),
  };
}

/** Makes what a script calls for: `quotation`, `report`, `photo`, `letter:Title`, … */
export function attach(kind: string, matter: Matter, random: Random): NewAttachment[] {
  const [name = '', rest = ''] = kind.split(':');
  const { words } = matter;
  switch (name) {
    case 'quotation':
      return [priced('Quotation', words.quote ?? 'Q-1', matter)];
    case 'confirmation':
      return [priced('Order confirmation', words.order ?? 'O-1', matter)];
    case 'invoice':
      return [priced('Invoice', words.invoice ?? 'I-1', matter)];
    case 'report':
      return [report(matter)];
    case 'certificate':
      return [certificate(matter)];
    case 'csv':
      return [readingsCsv(matter)];
    case 'xlsx':
      return [sheet(matter, rest || 'Parts list')];
    case 'photo':
      return Array.from({ length: random.int(1, 3) }, () => photoFile(matter, random));
    case 'link':
      return [
        {
          kind: 'reference',
          name: rest,
          sourceUrl: `https://files.fairlead-ym.example/share/${random.hex(12)}`,
        },
      ];
    case 'letter':
      return [letter(matter, rest, matter.findings.length > 0 ? matter.findings : [matter.subject])];
    default:
      throw new Error(`Nobody knows how to make the attachment "${kind}".`);
  }
}
