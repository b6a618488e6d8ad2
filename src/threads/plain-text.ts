// Plain-text mail as HTML: escaped, with links that can be followed and quoted parts set back.

// Every repetition is bounded: a mail is not to choose how long we look at it.
const LINK = /\b(?:https?:\/\/[^\s<>"'`]{1,2000}|[\w.+-]{1,64}@[\w-]{1,63}(?:\.[\w-]{1,63}){1,8})/giu;
/** Punctuation that ends a sentence rather than an address. */
const TRAILING = /[.,;:!?)\]}…»”’]+$/u;
const MAX_QUOTE_DEPTH = 5;

/** HTML for the inside of a body element; safe whatever the text. */
export function textToHtml(text: string): string {
  const lines = text.replace(/\r\n?/g, '\n').split('\n');
  return lines.map(lineToHtml).join('\n');
}

function lineToHtml(line: string): string {
  const quote = /^(?:>\s?)+/.exec(line)?.[0] ?? '';
  const depth = Math.min([...quote.matchAll(/>/g)].length, MAX_QUOTE_DEPTH);
  const html = linkify(line);
  return depth === 0 ? html : `<span class="quote q${depth}">${html}</span>`;
}

function linkify(line: string): string {
  let html = '';
  let from = 0;
  for (const match of line.matchAll(LINK)) {
    const address = match[0].replace(TRAILING, '');
    html += escapeHtml(line.slice(from, match.index)) + linkTo(address);
    from = match.index + address.length;
  }
  return html + escapeHtml(line.slice(from));
}

function linkTo(address: string): string {
  const shown = escapeHtml(address);
  const href = /^https?:/i.test(address) ? shown : `mailto:${shown}`;
  return `<a href="${href}" target="_blank" rel="noopener noreferrer nofollow">${shown}</a>`;
}

const ENTITIES: Record<string, string> = {
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  '"': '&quot;',
  "'": '&#39;',
};

/** Text for the inside of an element or a quoted attribute. */
export function escapeHtml(text: string): string {
  return text.replace(/[&<>"']/g, (character) => ENTITIES[character] ?? character);
}
