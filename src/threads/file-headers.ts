// How somebody else's file is handed to a browser: under a harmless name and type, to be saved and not run.

export type FileHeaders = Record<string, string>;

type File = {
  kind: 'file' | 'item' | 'reference';
  name: string | null;
  content_type: string | null;
  is_inline: boolean;
};
type Sent = { contentType: string | null; contentLength: number | null };

/** Pictures that hold nothing but a picture; shown where a mail has them. */
const RASTER = new Set(['image/png', 'image/jpeg', 'image/gif', 'image/webp']);
/** Types that a browser would run, or read as a page. */
const ACTIVE = /html|svg|xml|script|xsl|mhtml|multipart|x-shockwave|java/;

/** Headers for an attachment. Names follow RFC 6266 and RFC 5987. */
export function fileHeaders(file: File, sent: Sent): FileHeaders {
  const type = typeOf(file, sent);
  const isPicture = file.is_inline && RASTER.has(type);
  const name = fileName(file.name, file.kind === 'item' ? extensionOf(type) : '');
  return {
    'Content-Type': type,
    'Content-Disposition': `${isPicture ? 'inline' : 'attachment'}; ${nameParameters(name)}`,
    'X-Content-Type-Options': 'nosniff',
    'Content-Security-Policy': "default-src 'none'; sandbox",
    'Cache-Control': isPicture ? 'private, max-age=86400' : 'private, no-store',
    ...(sent.contentLength !== null && { 'Content-Length': String(sent.contentLength) }),
  };
}

function typeOf(file: File, sent: Sent): string {
  const bare = (type: string | null) => (type ?? '').split(';')[0]?.trim().toLowerCase() ?? '';
  if (file.kind === 'item') {
    const type = bare(sent.contentType);
    return type === 'text/calendar' || type === 'text/vcard' ? type : 'message/rfc822';
  }
  const type = bare(file.content_type);
  const isKnown = /^[a-z0-9][\w.+-]*\/[a-z0-9][\w.+-]*$/.test(type);
  return isKnown && !ACTIVE.test(type) ? type : 'application/octet-stream';
}

function extensionOf(type: string): string {
  if (type === 'text/calendar') return '.ics';
  return type === 'text/vcard' ? '.vcf' : '.eml';
}

const MAX_NAME = 120;

/**
 * A name that is only a name: no folders, no control or direction marks (which make `gpj.exe` read `exe.jpg`),
 * nothing a file system forbids.
 */
export function fileName(name: string | null, extension = ''): string {
  const clean = (name ?? '')
    .normalize('NFC')
    .replace(/[\p{Cc}\p{Cf}\p{Co}\p{Cs}\u2028\u2029]/gu, '')
    .replace(/[\\/:*?"<>|]+/g, '_')
    .replace(/^[\s.]+|[\s.]+$/g, '');
  const full = clean === '' ? 'attachment' : clean;
  const ending = extension || (/\.[\p{L}\p{N}]{1,10}$/u.exec(full)?.[0] ?? '');
  const stem = full.toLowerCase().endsWith(ending.toLowerCase())
    ? full.slice(0, full.length - ending.length)
    : full;
  return [...stem].slice(0, MAX_NAME).join('') + ending;
}

function nameParameters(name: string): string {
  const ascii = name.replace(/[^\x20-\x7e]/g, '_').replace(/["\\%]/g, '_');
  const encoded = encodeURIComponent(name).replace(
    /['()*]/g,
    (character) => `%${character.charCodeAt(0).toString(16).toUpperCase()}`,
  );
  return `filename="${ascii}"; filename*=UTF-8''${encoded}`;
}
