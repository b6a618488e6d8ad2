// The web page: hashed files for a year, index.html always fresh and for every address that is a page.
import { existsSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { relative, resolve } from 'node:path';

import { serveStatic } from '@hono/node-server/serve-static';
import type { MiddlewareHandler } from 'hono';

import type { AppEnv } from './context.ts';

const NOT_BUILT = `<!doctype html><title>Celeste Mail</title><h1>The web page is not built</h1>
<p>Run <code>npm run build:web</code> in the checkout, then reload. <code>npm start</code> does it by itself.</p>
<p>The API itself is up: see <a href="/docs">/docs</a>.</p>`;

type Middleware = MiddlewareHandler<AppEnv>;

const pass: Middleware = (_c, next) => next();

/** Serves the built web page from `folder` (web/dist); a clear message when it has not been built. */
export function servePage(folder: string): [Middleware, Middleware] {
  const index = resolve(folder, 'index.html');
  if (!existsSync(index))
    return [pass, async (c, next) => (wantsPage(c.req.raw) ? c.html(NOT_BUILT, 503) : next())];
  const serve = serveStatic<AppEnv>({ root: relative(process.cwd(), folder) || '.' });
  const files: Middleware = async (c, next) => {
    const answer = await serve(c, next);
    // The build puts a hash into the name of everything under assets/.
    const hashed = c.req.path.startsWith('/assets/');
    if (!(answer instanceof Response)) return;
    answer.headers.set('Cache-Control', hashed ? 'public, max-age=31536000, immutable' : 'no-cache');
    return answer;
  };
  const fallback: Middleware = async (c, next) => {
    if (!wantsPage(c.req.raw)) return next();
    c.header('Cache-Control', 'no-cache');
    return c.html(await readFile(index, 'utf8'));
  };
  return [files, fallback];
}

/** True for what a browser's address bar asks for; false for a missing file or an unknown API path. */
function wantsPage(request: Request): boolean {
  const { pathname } = new URL(request.url);
  const isPage = request.method === 'GET' && (request.headers.get('accept') ?? '').includes('text/html');
  return isPage && !/^\/(api|auth\/outlook|assets|webhooks)\//.test(pathname);
}
