// Bodies in the form that was asked for: HTML without what Outlook calls unsafe, text made from HTML, HTML
// made from text.
const ENTITIES: Record<string, string> = {
  amp: '&',
  lt: '<',
  gt: '>',
  quot: '"',
  apos: "'",
  nbsp: ' ',
  copy: '©',
  reg: '®',
  euro: '€',
  hellip: '…',
  ndash: '–',
  mdash: '—',
  lsquo: '‘',
  rsquo: '’',
  ldquo: '“',
  rdquo: '”',
  bull: '•',
  middot: '·',
  deg: '°',
  times: '×',
  auml: 'ä',
  ouml: 'ö',
  uuml: 'ü',
  Auml: 'Ä',
  Ouml: 'Ö',
  Uuml: 'Ü',
  szlig: 'ß',
  eacute: 'é',
  egrave: 'è',
  agrave: 'à',
  ccedil: 'ç',
  zwnj: '',
  zwj: '',
  shy: '',
};

export function decodeEntities(text: string): string {
  if (!text.includes('&')) return text;
  return text.replace(/&(#x[0-9a-f]+|#\d+|[a-z][a-z0-9]*);?/gi, (whole, name: string) => {
    if (name[0] !== '#') return ENTITIES[name] ?? whole;
    const code = name[1]?.toLowerCase() === 'x' ? Number.parseInt(name.slice(2), 16) : Number(name.slice(1));
    return code > 0 && code <= 0x10ffff ? String.fromCodePoint(code) : '';
  });
}

const INVISIBLE =
  /<(script|style|head|title|template|noscript)\b[^>]*>[\s\S]*?(?:<\/\1\s*>|$)|<!--[\s\S]*?(?:-->|$)|<!doctype[^>]*>/gi;
const BREAKS =
  /<(?:br|hr)\b[^>]*>|<\/(?:div|li|tr|dd|dt|pre|blockquote|section|article|header|footer|address)\s*>/gi;
const PARAGRAPHS = /<\/(?:p|h[1-6]|ul|ol|table|dl)\s*>/gi;

/** Text as Outlook makes it from HTML: lines where blocks end, links with their address behind them. */
export function htmlToText(html: string): string {
  const marked = html
    .replace(INVISIBLE, '')
    .replace(/\s+/g, ' ')
    .replace(
      /<a\b[^>]*\bhref\s*=\s*["']?(https?:[^"'\s>]+)["']?[^>]*>([\s\S]*?)<\/a\s*>/gi,
      (_, href: string, inner: string) =>
        inner.replace(/<[^>]*>/g, '').trim() === href
          ? inner
          : `${inner}<${href}>`.replace(/<(https?:[^>]+)>$/, '&lt;$1&gt;'),
    )
    .replace(/<li\b[^>]*>/gi, '\n  * ')
    .replace(/<\/t[dh]\s*>/gi, '\t')
    .replace(BREAKS, '\n')
    .replace(PARAGRAPHS, '\n\n')
    .replace(/<[^>]*>/g, '');
  return decodeEntities(marked)
    .replace(/ *\n */g, '\n')
    .replace(/\n{3,}/g, '\n\n')
    .replace(/[ \u00a0]{2,}/g, ' ')
    .trim()
    .replaceAll('\n', '\r\n');
}

const escapeText = (text: string) =>
  text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;');

export function textToHtml(text: string): string {
  const lines = escapeText(text).replace(/\r\n|\r|\n/g, '<br>\r\n');
  return `<html><head>\r\n<meta http-equiv="Content-Type" content="text/html; charset=utf-8"></head><body><div class="PlainText">${lines}</div></body></html>`;
}

const ACTIVE =
  /<(script|iframe|object|applet|frameset)\b[\s\S]*?(?:<\/\1\s*>|$)|<\/?(?:script|iframe|object|applet|embed|frame|frameset|base|link)\b[^>]*>/gi;
const HANDLER = /\s+on[a-z]+\s*=\s*(?:"[^"]*"|'[^']*'|[^\s>]+)/gi;
const SCRIPT_URL =
  /\s(href|src|action|formaction|background|xlink:href)\s*=\s*(["']?)\s*(?:javascript|vbscript)\s*:[^"'>]*\2/gi;

/** Takes out what runs by itself; remote pictures, forms and styles stay, as they do at Microsoft. */
export function removeUnsafe(html: string): string {
  if (!/<(?:script|iframe|object|applet|embed|frame|base|link|meta)|\son[a-z]+\s*=|script\s*:/i.test(html))
    return html;
  return html
    .replace(ACTIVE, '')
    .replace(/<meta\b[^>]*http-equiv\s*=\s*["']?refresh[^>]*>/gi, '')
    .replace(/<[a-z][^>]*>/gi, (tag) => tag.replace(HANDLER, '').replace(SCRIPT_URL, ' $1=""'));
}

/** The first 255 characters a person would see. */
export const previewOf = (text: string): string => [...text.slice(0, 600)].slice(0, 255).join('').trim();
