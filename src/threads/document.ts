// The complete document a mail is shown as, in a sandboxed frame: with a policy of its own, so that nothing
// runs or loads even if the cleaning before it missed something.

/**
 * Nothing but pictures from this origin and inline styles.
 * https://developer.mozilla.org/docs/Web/HTTP/Guides/CSP
 */
export const MAIL_POLICY =
  "default-src 'none'; img-src 'self' data:; style-src 'unsafe-inline'; form-action 'none'; base-uri 'none'";

// A long address may break anywhere; not in a table, where that would let a column shrink until prices break.
const COMMON_STYLE = `
html{overflow-wrap:anywhere;-webkit-text-size-adjust:100%}
body{margin:0;padding:16px;font:15px/1.5 system-ui,-apple-system,"Segoe UI",Roboto,"Noto Sans",sans-serif}
td,th{overflow-wrap:break-word}
img{max-width:100%;height:auto}
pre{white-space:pre-wrap}
blockquote{margin:.75em 0;padding-inline-start:12px;border-inline-start:2px solid #8886}`;

// What no mail's style may change, not even with `!important`: in a layer, importance turns the order round. Its
// style sheets are no text of the mail, and its height does not come from the frame, which follows it.
// https://www.w3.org/TR/css-cascade-5/#important
const FIXED_STYLE =
  '@layer{head{display:none!important}html,body{height:auto!important;min-height:0!important}}';

// A mail with clothes of its own was made for white paper and gets it, in a dark page too.
const PAPER_STYLE = `
:root{color-scheme:light}
html{background:#fff;color:#1a1d21}
a{color:#0b5c8a}`;

const TEXT_STYLE = `
:root{color-scheme:light dark}
body{white-space:pre-wrap;unicode-bidi:plaintext}
a{color:light-dark(#0b5c8a,#7cc4ee)}
.quote{opacity:.72;display:inline-block;padding-inline-start:10px;border-inline-start:2px solid #8886}`;

export type MailDocument = { kind: 'html'; html: string; css: string } | { kind: 'text'; html: string };

/**
 * Wraps clean HTML. The mail's own styles come last and in an element of their own, so that its looks win over
 * ours and over what the page adds between the two.
 */
export function mailDocument(mail: MailDocument): string {
  const style = mail.kind === 'html' ? PAPER_STYLE : TEXT_STYLE;
  const own = mail.kind === 'html' && mail.css ? `<style>${mail.css}</style>` : '';
  return `<!doctype html>
<html><head><meta charset="utf-8">
<meta http-equiv="Content-Security-Policy" content="${MAIL_POLICY}">
<meta name="referrer" content="no-referrer">
<meta name="viewport" content="width=device-width">
<style>${FIXED_STYLE}${COMMON_STYLE}${style}</style>${own}</head>
<body dir="auto">${mail.html}</body></html>`;
}
