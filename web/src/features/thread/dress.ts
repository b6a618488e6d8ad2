// Puts a mail's document into the page's clothes. The service sends it cleaned and complete, with a base style
// first and the mail's own styles after it; what is added here goes between the two, so that the mail's win.

type MailDocument = { kind: 'html' | 'text'; document: string };

/** True when the document shows nothing: no text, no picture, no line. */
export function isEmpty(document: string): boolean {
  const body = document.replace(/^[\s\S]*<body[^>]*>/i, '');
  return !/<(?:img|hr)\b/i.test(body) && body.replace(/<[^>]*>|&nbsp;|\s/g, '') === '';
}

/** True when the mail paints backgrounds: it was made for white paper and must have it. */
export function hasBackgrounds(document: string): boolean {
  const own = document.replace(/^[\s\S]*?<\/style>/, '');
  const painted =
    /background(?:-color|-image)?\s*:(?!\s*(?:none|transparent|inherit|initial|unset|#fff(?:fff)?\b|white\b))/i;
  return /\bbgcolor\s*=(?!\s*["']?(?:#?fff(?:fff)?|white)\b)/i.test(own) || painted.test(own);
}

/**
 * The document to show. In a dark page a mail that only sets ink is turned over, light for dark, and keeps the
 * hue of what it coloured; one that paints backgrounds keeps its white paper (`paper`).
 */
export function dress({ kind, document }: MailDocument, dark: boolean): { document: string; paper: boolean } {
  const paper = dark && kind === 'html' && hasBackgrounds(document);
  const base = `html{overflow-y:hidden}body{padding:${paper ? '16px' : '0'};font-size:14px}`;
  const turned = dark && !paper ? DARK[kind] : '';
  return { document: document.replace('</style>', `</style><style>${base}${turned}</style>`), paper };
}

const DARK = {
  // The scheme must be the page's: a frame of another scheme stands on an opaque ground.
  html: `:root{background:transparent;color-scheme:dark;color:#161a1e}
body{filter:invert(.94) hue-rotate(180deg);background:none!important}img{filter:invert(1) hue-rotate(180deg)}`,
  text: ':root{background:transparent;color-scheme:dark;color:#e6ebef}',
};
