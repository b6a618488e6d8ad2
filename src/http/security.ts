// Headers that keep the web page from loading, running or being framed by anything but itself.
import type { MiddlewareHandler } from 'hono';

import type { AppEnv } from './context.ts';

/**
 * The policy of the page: everything from this origin. Mail bodies stand in `srcdoc` frames, which
 * inherit it and add a stricter one of their own; `style-src` allows inline styles for them.
 * https://developer.mozilla.org/docs/Web/HTTP/Guides/CSP
 */
const CONTENT_SECURITY_POLICY = [
  "default-src 'self'",
  "img-src 'self' data: blob:",
  "style-src 'self' 'unsafe-inline'",
  "frame-src 'self'",
  "object-src 'none'",
  "base-uri 'none'",
  "form-action 'self'",
  "frame-ancestors 'none'",
].join('; ');

/** Adds the headers to every answer; a route that set a stricter one itself (an attachment) keeps its own. */
export function securityHeaders(appUrl: string): MiddlewareHandler<AppEnv> {
  const headers = {
    'Content-Security-Policy': CONTENT_SECURITY_POLICY,
    'Cross-Origin-Opener-Policy': 'same-origin',
    'Cross-Origin-Resource-Policy': 'same-origin',
    'Referrer-Policy': 'same-origin',
    'X-Content-Type-Options': 'nosniff',
    'X-Frame-Options': 'DENY',
    ...(appUrl.startsWith('https:') && { 'Strict-Transport-Security': 'max-age=31536000' }),
  };
  return async (c, next) => {
    await next();
    for (const [name, value] of Object.entries(headers)) {
      if (!c.res.headers.has(name)) c.res.headers.set(name, value);
    }
  };
}
