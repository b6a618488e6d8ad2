// The mails of an mbox file. https://www.rfc-editor.org/rfc/rfc4155
const LF = 10;
const FROM = Buffer.from('From ');
const HEADER_LINE = /^[!-9;-~]+\s*:/;

/** True when a file's first bytes are those of an mbox. */
export const looksLikeMbox = (bytes: Uint8Array): boolean => Buffer.from(bytes.subarray(0, 5)).equals(FROM);

/**
 * Splits an mbox at its "From " lines: at the beginning or after an empty line, and only when a header
 * follows, since people begin paragraphs with that word too. One `>` of a quoted ">From " is taken away.
 */
export function* splitMbox(bytes: Uint8Array): Generator<Buffer> {
  const data = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  let start = -1;
  for (let at = 0; at >= 0 && at < data.length; at = nextLine(data, at)) {
    if (!isSeparator(data, at)) continue;
    if (start >= 0) yield unquoted(data.subarray(start, at));
    start = nextLine(data, at);
    if (start < 0) return;
  }
  if (start >= 0) yield unquoted(data.subarray(start));
}

/** @returns where the next line begins; -1 at the end */
function nextLine(data: Buffer, at: number): number {
  const end = data.indexOf(LF, at);
  return end < 0 ? -1 : end + 1;
}

function isSeparator(data: Buffer, at: number): boolean {
  if (data[at] !== FROM[0] || !data.subarray(at, at + FROM.length).equals(FROM)) return false;
  if (at > 0 && !/\n\r?\n$/.test(data.subarray(Math.max(0, at - 3), at).toString('latin1'))) return false;
  const next = nextLine(data, at);
  return next >= 0 && HEADER_LINE.test(data.subarray(next, next + 100).toString('latin1'));
}

function unquoted(mail: Buffer): Buffer {
  if (mail.indexOf('\n>') < 0) return mail;
  // Latin-1 keeps every byte as it is.
  return Buffer.from(mail.toString('latin1').replace(/^>(>*From )/gm, '$1'), 'latin1');
}
