// Signals: what in a mail says which record it is about. Pure.
//
// A work-order number is the letters WO, a separator and digits, standing as a token of its own:
//   in any case   WO-1042  WO#1042  WO:1042  WO_1042  WO1042  W.O.1042  W/O-1042   (a dash may be any dash)
//   in capitals   WO 1042  W.O. 1042  WO no. 1042  WO nr 1042  WO № 1042   ("wo 12" is German for "where 12")
//   in words      work order 1042  Work Order no. 1042  workorder #1042
// The digits are the number as it is written: WO-0042 is not WO-42. Not a number of ours: part of a longer word
// or number (TWO-12, WO-12 in WO-1234, WO-12A), a number with a suffix (WO-12-3, WO-12.5, WO-12/2, WO-12-A), or
// the name of a mail address (wo-12@…).

export type NumberFound = {
  /** In the form records have: 'WO-1042'. */
  number: string;
  where: 'subject' | 'body';
  /** The words around it. */
  text: string;
};

const DASH = String.raw`[\-\u2010-\u2015\u2212]`;
/** What a word is made of, in scripts that set words apart: 作業指示WO-1042について holds a token of its own. */
const WORD = String.raw`[[\p{L}\p{N}]--[\p{sc=Han}\p{sc=Hiragana}\p{sc=Katakana}\p{sc=Hangul}\p{sc=Thai}]]`;
/** Bounded: a page of blanks is no gap, and must not take an hour to find out. */
const GAP = String.raw`\s{0,3}`;
const ABBREVIATION = String.raw`w\.?\/?o\.?`;
const NUMBER_SIGN = String.raw`(?:n(?:o|r|º|°)?\.?|num(?:ber)?|№|#|:)`;
const LETTERS = [
  // Tightly joined: any case.
  `${ABBREVIATION}(?:${DASH}|[#:_])?`,
  String.raw`work\s?${DASH}?\s?order${GAP}(?:${NUMBER_SIGN}|${DASH})?${GAP}`,
].join('|');
const SPACED_LETTERS = String.raw`W\.?\/?O\.?${GAP}(?:(?:[Nn](?:[oOrR]|º|°)?\.?|[Nn]um(?:ber)?|№|#|:|${DASH})${GAP})?`;
const BEFORE = `(?<!${WORD})`;
const DIGITS = String.raw`(?<digits>\d{1,9})`;
const AFTER = String.raw`(?!@|${WORD})(?!(?:${DASH}|[.\/,])\d)(?!${DASH}\p{L}(?!${WORD}))`;

const ANY_CASE = new RegExp(`${BEFORE}(?:${LETTERS})${DIGITS}${AFTER}`, 'giv');
const CAPITALS = new RegExp(`${BEFORE}(?:${SPACED_LETTERS})${DIGITS}${AFTER}`, 'gv');

/** A coarser pattern for the database (a POSIX regular expression, without case): finds at least what we find. */
export const WORK_ORDER_HINT = 'w[./]?o|ｗ';

/** Characters that are not seen: soft hyphens and zero-width ones, with which some mailers pad text. */
const INVISIBLE = /[\u00AD\u200B-\u200D\u2060\uFEFF]/g;

/** The work-order numbers a text names, each once, in the order of their first mention. */
export function findWorkOrderNumbers(text: string, where: NumberFound['where']): NumberFound[] {
  // NFKC makes full-width letters and digits, and no-break spaces, the plain ones.
  const plain = text.normalize('NFKC').replace(INVISIBLE, '');
  const matches = [...plain.matchAll(ANY_CASE), ...plain.matchAll(CAPITALS)].sort(
    (a, b) => a.index - b.index,
  );
  const found = new Map<string, NumberFound>();
  for (const match of matches) {
    const number = `WO-${match.groups?.digits}`;
    if (found.has(number)) continue;
    found.set(number, { number, where, text: wordsAround(plain, match.index, match[0].length) });
  }
  return [...found.values()];
}

const CONTEXT_CHARACTERS = 60;

/** The match with some words on either side, on one line, cut between words. */
function wordsAround(text: string, index: number, length: number): string {
  const line = (part: string) => part.replace(/\s+/g, ' ');
  const start = Math.max(0, index - CONTEXT_CHARACTERS);
  const end = Math.min(text.length, index + length + CONTEXT_CHARACTERS);
  const before = line(text.slice(start, index));
  const after = line(text.slice(index + length, end));
  const head = start === 0 ? before : `…${before.replace(/^\S*\s?/, '')}`;
  const tail = end === text.length ? after : `${after.replace(/\s?\S*$/, '')}…`;
  return (head + line(text.slice(index, index + length)) + tail).trim();
}
