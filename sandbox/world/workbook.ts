// Files that other programs open: workbooks and calendar entries.
import type { NewFileAttachment } from '../store/new-message.ts';
import type { Person } from './fleet.ts';
import { hash } from './random.ts';
import { makeZip } from './zip.ts';

/** The smallest workbook that spreadsheet programs open. */
export function makeWorkbook(rows: string[][]): Uint8Array {
  const xml = '<?xml version="1.0" encoding="UTF-8" standalone="yes"?>\n';
  const inXml = (cell: string) => cell.replace(/&/g, '&amp;').replace(/</g, '&lt;');
  const cells = rows.map(
    (row) =>
      `<row>${row.map((cell) => `<c t="inlineStr"><is><t>${inXml(cell)}</t></is></c>`).join('')}</row>`,
  );
  const types = 'http://schemas.openxmlformats.org/package/2006/content-types';
  const main = 'http://schemas.openxmlformats.org/spreadsheetml/2006/main';
  const office = 'http://schemas.openxmlformats.org/officeDocument/2006/relationships';
  const links = 'http://schemas.openxmlformats.org/package/2006/relationships';
  const kind = 'application/vnd.openxmlformats-officedocument.spreadsheetml';
  return makeZip({
    '[Content_Types].xml': `${xml}<Types xmlns="${types}"><Default Extension="rels" ContentType="application/vnd.openxmlformats-package.relationships+xml"/><Override PartName="/xl/workbook.xml" ContentType="${kind}.sheet.main+xml"/><Override PartName="/xl/worksheets/sheet1.xml" ContentType="${kind}.worksheet+xml"/></Types>`,
    '_rels/.rels': `${xml}<Relationships xmlns="${links}"><Relationship Id="rId1" Type="${office}/officeDocument" Target="xl/workbook.xml"/></Relationships>`,
    'xl/workbook.xml': `${xml}<workbook xmlns="${main}" xmlns:r="${office}"><sheets><sheet name="List" sheetId="1" r:id="rId1"/></sheets></workbook>`,
    'xl/_rels/workbook.xml.rels': `${xml}<Relationships xmlns="${links}"><Relationship Id="rId1" Type="${office}/worksheet" Target="worksheets/sheet1.xml"/></Relationships>`,
    'xl/worksheets/sheet1.xml': `${xml}<worksheet xmlns="${main}"><sheetData>${cells.join('')}</sheetData></worksheet>`,
  });
}

export function calendarFile(
  at: number,
  options: { title: string; place: string; organiser: Person },
): NewFileAttachment {
  const stamp = (ms: number) => `${new Date(ms).toISOString().replace(/[-:]/g, '').slice(0, 15)}Z`;
  const lines = [
    'BEGIN:VCALENDAR',
    'VERSION:2.0',
    'PRODID:-//Sandbox//Demo world//EN',
    'METHOD:REQUEST',
    'BEGIN:VEVENT',
    `UID:${hash(options.title + at).toString(16)}@${options.organiser.address.split('@')[1]}`,
    `DTSTAMP:${stamp(at)}`,
    `DTSTART:${stamp(at)}`,
    `DTEND:${stamp(at + 3_600_000)}`,
    `SUMMARY:${options.title}`,
    `LOCATION:${options.place}`,
    `ORGANIZER;CN="${options.organiser.name}":mailto:${options.organiser.address}`,
    'END:VEVENT',
    'END:VCALENDAR',
  ];
  const content = Buffer.from(`${lines.join('\r\n')}\r\n`);
  return { kind: 'file', name: 'invite.ics', contentType: 'text/calendar', content };
}
