// Somebody else's HTML, made safe to show: an allowlist of what has a look, nothing that runs, loads from
// elsewhere, asks for input or leaves its place. The frame's sandbox and the document's own policy
// (document.ts) stand behind it.
import { Parser } from 'htmlparser2';
import sanitizeHtml, { type Attributes, type Tag } from 'sanitize-html';

import { cleanDeclarations, cleanStylesheet } from './css.ts';

export type CleanHtml = {
  /** For the inside of a body element. */
  html: string;
  /** The mail's own stylesheets, for a style element. */
  css: string;
  /** Pictures, fonts and styles that would have been loaded from elsewhere. */
  blockedRemote: number;
};

/** The address of an inline picture by its content id, or null when the mail has none such. */
export type InlinePictures = (contentId: string) => string | null;

const TAGS =
  `a abbr acronym address article aside b bdi bdo big blockquote br caption center cite code col colgroup
  dd del dfn div dl dt em figcaption figure font footer h1 h2 h3 h4 h5 h6 header hr i img ins kbd li main mark nav ol
  p pre q rp rt ruby s samp section small span strike strong sub sup table tbody td tfoot th thead time tr tt u ul var
  wbr`.split(/\s+/);

const LOOKS =
  `align valign bgcolor width height dir lang title class style border cellpadding cellspacing colspan
  rowspan nowrap color face size hspace vspace start scope abbr role`.split(/\s+/);

/** Elements whose contents are no text of the mail either. */
const DROPPED_WHOLE =
  `applet audio canvas embed frame frameset head-script iframe math noembed noframes object option
  script select style svg template textarea title video xmp`.split(/\s+/);

/** Deeper than any table layout; beyond it a browser gets slow. */
const MAX_NESTING = 200;

/** Cleans a mail's HTML. Whatever comes in, what goes out holds nothing executable and loads nothing remote. */
export function sanitizeMail(html: string, pictureAt: InlinePictures): CleanHtml {
  const styles = stylesOf(html);
  const cleaner = new Cleaner(pictureAt);
  const clean = sanitizeHtml(html, {
    allowedTags: TAGS,
    allowedAttributes: { '*': LOOKS, a: ['href', 'target', 'rel'], img: ['src', 'alt'] },
    allowedSchemes: ['http', 'https', 'mailto', 'tel'],
    allowedSchemesByTag: { img: ['data'] },
    allowedSchemesAppliedToAttributes: ['href', 'src'],
    allowProtocolRelative: false,
    nonTextTags: DROPPED_WHOLE,
    nestingLimit: MAX_NESTING,
    parseStyleAttributes: false,
    transformTags: { '*': (name, attributes) => cleaner.clean(name, attributes) },
  });
  return { html: clean, css: styles.css, blockedRemote: cleaner.blockedRemote + styles.blockedRemote };
}

class Cleaner {
  blockedRemote = 0;
  readonly #pictureAt: InlinePictures;

  constructor(pictureAt: InlinePictures) {
    this.#pictureAt = pictureAt;
  }

  clean(name: string, attributes: Attributes): Tag {
    this.#countRemote(name, attributes);
    const kept: Attributes = { ...attributes };
    if (attributes.style !== undefined) {
      const { css, blockedRemote } = cleanDeclarations(attributes.style);
      this.blockedRemote += blockedRemote;
      if (css === '') delete kept.style;
      else kept.style = css;
    }
    if (name === 'a') return { tagName: 'a', attribs: this.#link(kept) };
    if (name === 'img') return { tagName: 'img', attribs: this.#picture(kept) };
    // A newsletter's background colour sits on its body.
    return { tagName: name === 'body' ? 'div' : name, attribs: kept };
  }

  #link({ href, target: _target, rel: _rel, ...rest }: Attributes): Attributes {
    const address = href?.trim() ?? '';
    if (!/^(?:https?:\/\/|mailto:|tel:)/i.test(address)) return rest;
    return { ...rest, href: address, target: '_blank', rel: 'noopener noreferrer nofollow' };
  }

  #picture({ src, ...rest }: Attributes): Attributes {
    const address = src?.trim() ?? '';
    if (/^cid:/i.test(address)) {
      const picture = this.#pictureAt(decoded(address.slice('cid:'.length)));
      return picture === null ? rest : { ...rest, src: picture };
    }
    // Raster pictures that came with the mail; an SVG could hold anything.
    const isRaster = /^data:image\/(?:png|gif|jpe?g|webp);base64,[a-z0-9+/=\s]*$/i.test(address);
    return isRaster ? { ...rest, src: address } : rest;
  }

  #countRemote(name: string, attributes: Attributes): void {
    const loading = [
      'src',
      'srcset',
      'background',
      'poster',
      'data',
      'lowsrc',
      'dynsrc',
      'code',
      'xlink:href',
    ];
    if (name === 'link' || name === 'image' || name === 'use') loading.push('href');
    if (loading.some((attribute) => isRemote(attributes[attribute]))) this.blockedRemote += 1;
  }
}

function isRemote(address: string | undefined): boolean {
  return /^\s*(?:[a-z]+:)?\/\//i.test(address ?? '');
}

function decoded(contentId: string): string {
  try {
    return decodeURIComponent(contentId);
  } catch (error) {
    // A percent sign that encodes nothing is part of the id.
    if (error instanceof URIError) return contentId;
    throw error;
  }
}

/** The stylesheets of a mail, wherever they stand in it. */
function stylesOf(html: string): { css: string; blockedRemote: number } {
  const sheets: string[] = [];
  let inStyle = false;
  const parser = new Parser({
    onopentagname: (name) => {
      inStyle = name === 'style';
      if (inStyle) sheets.push('');
    },
    ontext: (text) => {
      if (inStyle) sheets.push(`${sheets.pop() ?? ''}${text}`);
    },
    onclosetag: () => {
      inStyle = false;
    },
  });
  parser.end(html);
  const clean = sheets.map(cleanStylesheet);
  return {
    css: clean.map((sheet) => sheet.css).join(''),
    blockedRemote: clean.reduce((sum, sheet) => sum + sheet.blockedRemote, 0),
  };
}
