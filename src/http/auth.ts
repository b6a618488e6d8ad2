// Who may come in: the principal of a request, and the guard against other sites' forms.
import type { MiddlewareHandler } from 'hono';

import { CelesteError } from '#base/errors.ts';
import type { Identify } from '#directory/principal.ts';

import type { AppEnv } from './context.ts';

/** Sets `principal`, or refuses with `sign_in_required`. */
export function requirePrincipal(identify: Identify): MiddlewareHandler<AppEnv> {
  return async (c, next) => {
    const principal = await identify(c.req.raw);
    if (!principal) {
      throw new CelesteError('sign_in_required', 'Nobody is signed in.', {
        advice: 'Sign in and try again.',
      });
    }
    c.set('principal', principal);
    await next();
  };
}

const SAFE_METHODS = new Set(['GET', 'HEAD', 'OPTIONS']);

/**
 * Refuses a change that another site makes in the name of a signed-in browser, or that signs a browser in
 * behind its owner's back. A browser always names the page's origin on such a request; a bearer token is never
 * sent by itself, so it needs no guard.
 * https://cheatsheetseries.owasp.org/cheatsheets/Cross-Site_Request_Forgery_Prevention_Cheat_Sheet.html
 */
export function refuseCrossSite(appUrl: string): MiddlewareHandler<AppEnv> {
  const own = new URL(appUrl).origin;
  return async (c, next) => {
    const isSafe = SAFE_METHODS.has(c.req.method) || /^bearer /i.test(c.req.header('authorization') ?? '');
    const origin = c.req.header('origin');
    const byBrowser = origin !== undefined || c.req.header('cookie') !== undefined;
    if (!isSafe && byBrowser && origin !== own) {
      throw new CelesteError('cross_site', `This change did not come from a page of ${own}.`, {
        advice: `Open Celeste Mail at ${own}. If that address is wrong, the operator sets APP_URL.`,
      });
    }
    await next();
  };
}
