import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import { afterAll, beforeAll, describe, expect, it } from 'vitest';

import { newRoutes } from './context.ts';
import { noRouteResponse } from './problem.ts';
import { servePage } from './static.ts';

let folder: string;
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'celeste-page-'));
  mkdirSync(join(folder, 'dist', 'assets'), { recursive: true });
  writeFileSync(join(folder, 'dist', 'index.html'), '<title>the page</title>');
  writeFileSync(join(folder, 'dist', 'assets', 'app-1a2b3c.js'), 'run()');
  writeFileSync(join(folder, 'secret'), 'not for the web');
});
afterAll(() => rmSync(folder, { recursive: true }));

const get = (path: string, accept = '*/*', from = 'dist') => {
  const app = newRoutes();
  app.notFound(noRouteResponse(app));
  app.get('*', ...servePage(join(folder, from)));
  return app.request(path, { headers: { accept } });
};
const PAGE = 'text/html,application/xhtml+xml';

describe('the built page', () => {
  it('is at the root and at every address of a page, and always fresh', async () => {
    for (const path of ['/', '/settings?outlook=connected', '/threads/1']) {
      const answer = await get(path, PAGE);
      expect(await answer.text()).toContain('the page');
      expect(answer.headers.get('cache-control')).toBe('no-cache');
    }
  });

  it('has its hashed files kept for a year', async () => {
    const answer = await get('/assets/app-1a2b3c.js');
    expect(await answer.text()).toBe('run()');
    expect(answer.headers.get('cache-control')).toContain('immutable');
  });

  it.each([
    ['a file that is not there', '/assets/gone.js', PAGE],
    ['an unknown API path', '/api/nothing', PAGE],
    ['what no address bar asks for', '/robots.txt', '*/*'],
    ['a way out of the folder', '/..%2fsecret', '*/*'],
  ])('is not given instead of %s', async (_, path, accept) => {
    const answer = await get(path, accept);
    expect(answer.status).toBe(404);
    expect(await answer.text()).not.toMatch(/the page|not for the web/);
  });
});

it('says how to build the page when it is missing', async () => {
  const answer = await get('/', PAGE, 'nowhere');
  expect(answer.status).toBe(503);
  expect(await answer.text()).toContain('npm run build:web');
});
