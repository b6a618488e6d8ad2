// PDFs that open, written by hand: a library would make them asynchronously, and an attachment must be
// able to make its bytes on the spot. Text and ruled tables in the standard fonts, nothing else.
// https://opensource.adobe.com/dc-acrobat-sdk-docs/pdfstandards/PDF32000_2008.pdf

export type PdfTable = { widths: number[]; rows: string[][] };

export type PdfPart = { heading: string } | { text: string } | PdfTable | { gap: number };

export type PdfDocument = { firm: string; title: string; meta: string[]; parts: PdfPart[]; foot: string };

const PAGE = { width: 595, height: 842, left: 50, right: 545, top: 792, bottom: 70 };

/**
 * The bytes of a document, always `size` long (at least about 8,000 are needed): filled up with a comment.
 *
 * @throws Error when it does not fit
 */
export function makePdf(document: PdfDocument, size: number): Uint8Array {
  const pages = layOut(document);
  const objects = [
    '<< /Type /Catalog /Pages 2 0 R >>',
    `<< /Type /Pages /Kids [${pages.map((_, n) => `${5 + n * 2} 0 R`).join(' ')}] /Count ${pages.length} >>`,
    '<< /Type /Font /Subtype /Type1 /BaseFont /Helvetica /Encoding /WinAnsiEncoding >>',
    '<< /Type /Font /Subtype /Type1 /BaseFont /Helvetica-Bold /Encoding /WinAnsiEncoding >>',
    ...pages.flatMap((content, n) => [
      `<< /Type /Page /Parent 2 0 R /MediaBox [0 0 ${PAGE.width} ${PAGE.height}] /Contents ${6 + n * 2} 0 R /Resources << /Font << /F1 3 0 R /F2 4 0 R >> >> >>`,
      `<< /Length ${content.length} >>\nstream\n${content}\nendstream`,
    ]),
    `<< /Title (${literal(document.title)}) /Author (${literal(document.firm)}) >>`,
  ];
  return assemble(objects, size);
}

function assemble(objects: string[], size: number): Uint8Array {
  let text = '%PDF-1.4\n%\xe2\xe3\xcf\xd3\n';
  const offsets = objects.map((body, n) => {
    const at = text.length;
    text += `${n + 1} 0 obj\n${body}\nendobj\n`;
    return at;
  });
  const count = objects.length + 1;
  const entries = offsets.map((at) => `${String(at).padStart(10, '0')} 00000 n \n`).join('');
  const table = `xref\n0 ${count}\n0000000000 65535 f \n${entries}`;
  const end = (start: number) =>
    `trailer\n<< /Size ${count} /Root 1 0 R /Info ${objects.length} 0 R >>\nstartxref\n${String(start).padStart(8, '0')}\n%%EOF\n`;
  const spare = size - text.length - table.length - end(0).length;
  if (spare < 2) throw new Error(`The document needs ${2 - spare} bytes more than ${size}.`);
  text += `%${'.'.repeat(spare - 2)}\n`;
  return Buffer.from(text + table + end(text.length), 'latin1');
}

/** Text as the standard fonts can show it: Latin-1, other letters by their base letter. */
function literal(text: string): string {
  const latin = text
    .replace(/[‘’]/g, "'")
    .replace(/[“”]/g, '"')
    .replace(/[–—]/g, '-')
    .replace(/€/g, 'EUR')
    .replace(/[^\x20-\xff]/g, (letter) => letter.normalize('NFD').replace(/[^\x20-\x7e]/g, '') || '?');
  return latin.replace(/[\\()]/g, '\\$&');
}

class Pen {
  pages: string[] = [];
  y: number = PAGE.top;
  #ops: string[] = [];
  readonly #foot: string;

  constructor(foot: string) {
    this.#foot = foot;
  }

  text(value: string, at: { x: number; size: number; bold?: boolean }): void {
    this.#ops.push(
      `BT /${at.bold ? 'F2' : 'F1'} ${at.size} Tf ${at.x} ${this.y} Td (${literal(value)}) Tj ET`,
    );
  }

  rule(y: number): void {
    this.#ops.push(`0.6 w ${PAGE.left} ${y} m ${PAGE.right} ${y} l S`);
  }

  down(by: number): void {
    this.y -= by;
    if (this.y < PAGE.bottom) this.finish();
  }

  finish(): void {
    const page = this.pages.length + 1;
    this.y = 46;
    this.rule(58);
    this.text(this.#foot, { x: PAGE.left, size: 7.5 });
    this.text(`Page ${page}`, { x: PAGE.right - 30, size: 7.5 });
    this.pages.push(this.#ops.join('\n'));
    this.#ops = [];
    this.y = PAGE.top;
  }
}

function layOut(document: PdfDocument): string[] {
  const pen = new Pen(document.foot);
  pen.text(document.firm, { x: PAGE.left, size: 15, bold: true });
  pen.rule(pen.y - 8);
  pen.down(34);
  pen.text(document.title, { x: PAGE.left, size: 12.5, bold: true });
  pen.down(20);
  for (const line of document.meta) {
    pen.text(line, { x: PAGE.left, size: 9.5 });
    pen.down(13);
  }
  pen.down(10);
  for (const part of document.parts) layOutPart(pen, part);
  pen.finish();
  return pen.pages;
}

function layOutPart(pen: Pen, part: PdfPart): void {
  if ('gap' in part) pen.down(part.gap);
  else if ('heading' in part) {
    pen.down(6);
    pen.text(part.heading, { x: PAGE.left, size: 11, bold: true });
    pen.down(16);
  } else if ('text' in part) {
    for (const line of wrap(part.text, 98)) {
      pen.text(line, { x: PAGE.left, size: 9.5 });
      pen.down(13);
    }
    pen.down(5);
  } else layOutTable(pen, part);
}

function layOutTable(pen: Pen, table: PdfTable): void {
  pen.rule(pen.y + 11);
  for (const [n, row] of table.rows.entries()) {
    let x = PAGE.left + 2;
    for (const [column, cell] of row.entries()) {
      const width = table.widths[column] ?? 60;
      pen.text(cell.slice(0, Math.floor(width / 4.6)), { x, size: 9, bold: n === 0 });
      x += width;
    }
    pen.rule(pen.y - 4);
    pen.down(16);
  }
  pen.down(6);
}

function wrap(text: string, columns: number): string[] {
  return text.split('\n').flatMap((line) => {
    const lines = [''];
    for (const word of line.split(' ')) {
      const last = lines.at(-1) ?? '';
      if (last !== '' && last.length + word.length + 1 > columns) lines.push(word);
      else lines[lines.length - 1] = last === '' ? word : `${last} ${word}`;
    }
    return lines;
  });
}
