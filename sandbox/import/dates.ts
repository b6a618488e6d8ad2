// Dates of mails, also those that no standard knows.

/** Something of a day and a month: Date itself would make a year of any number. */
const DAY_AND_MONTH =
  /\d{4}-\d{1,2}-\d{1,2}|\d{1,2}\/\d{1,2}\/\d{2,4}|\b\d{1,2}[ -]+(?:jan|feb|mar|apr|may|jun|jul|aug|sep|oct|nov|dec)|(?:jan|feb|mar|apr|may|jun|jul|aug|sep|oct|nov|dec)[a-z]*\.? +\d{1,2}\b/i;

/** @returns null when it cannot be read, or lies where no mail can come from */
export function readDate(text: string | undefined): Date | null {
  if (!text) return null;
  const plain = text
    .replace(/\([^)]*\)/g, ' ')
    .replace(/\s+/g, ' ')
    .trim();
  if (!DAY_AND_MONTH.test(plain)) return null;
  const spellings = [
    plain,
    plain.replace(/^[A-Za-z]{2,9},?\s+(?=\d)/, ''),
    plain.replace(/\s+[A-Za-z/_]+$/, ''),
    plain.replace(/(\d{1,2}:\d{2}(?::\d{2})?).*$/, '$1 +0000'),
  ];
  for (const spelling of spellings) {
    const date = new Date(spelling);
    const year = date.getUTCFullYear();
    if (year >= 1900 && year < 2100) return date;
  }
  return null;
}

/** When the last server took it: after the last semicolon of the topmost `Received`. */
export const dateOfReceipt = (received: string | undefined): Date | null =>
  received?.includes(';') ? readDate(received.slice(received.lastIndexOf(';') + 1)) : null;
