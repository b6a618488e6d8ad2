// What happened to the mailboxes: their rounds, their gaps, and what somebody should be told.
import { createRoute, z } from '@hono/zod-openapi';

import { json, newRoutes, problems, scopeOf } from '#http/context.ts';
import { GapSchema, gapBody, NoticeSchema, noticeBody, RoundSchema, roundBody } from '#http/ledger-shapes.ts';
import { listGaps } from '#mailboxes/gaps.ts';
import { listNotices } from '#mailboxes/notices.ts';
import { listRounds } from '#mailboxes/rounds.ts';
import { requireWatcher } from '#mailboxes/watchers.ts';

import { viewerOf, type WatcherDeps } from './watchers.ts';

const params = z.object({ id: z.uuid() });
const tags = ['Mailboxes'];
const DAY_MS = 24 * 3_600_000;

const rounds = createRoute({
  method: 'get',
  path: '/api/watchers/{id}/rounds',
  tags,
  summary: 'The rounds of the last 24 hours',
  request: { params },
  responses: {
    200: json(z.object({ items: z.array(RoundSchema) }), 'Oldest first, a thousand at most'),
    ...problems(401, 404),
  },
});

const gaps = createRoute({
  method: 'get',
  path: '/api/watchers/{id}/gaps',
  tags,
  summary: 'When mail may have been missed, why, and when that was repaired',
  request: { params },
  responses: {
    200: json(z.object({ items: z.array(GapSchema) }), 'Open ones first, then the latest'),
    ...problems(401, 404),
  },
});

const notices = createRoute({
  method: 'get',
  path: '/api/notices',
  tags,
  summary:
    'Mailboxes that need somebody, or that are behind: yours, and for the captain and the manager all aboard',
  responses: { 200: json(z.object({ items: z.array(NoticeSchema) }), 'Oldest first'), ...problems(401) },
});

export function ledgerRoutes(deps: Omit<WatcherDeps, 'wake'>) {
  const { tenants, clock } = deps;
  return newRoutes()
    .openapi(rounds, async (c) => {
      const { id } = c.req.valid('param');
      const since = new Date(clock.now().getTime() - DAY_MS);
      const items = await tenants.read(scopeOf(c), async (db) => {
        await requireWatcher(db, id);
        return listRounds(db, id, { since });
      });
      return c.json({ items: items.map(roundBody) }, 200);
    })
    .openapi(gaps, async (c) => {
      const { id } = c.req.valid('param');
      const items = await tenants.read(scopeOf(c), async (db) => {
        await requireWatcher(db, id);
        return listGaps(db, id);
      });
      return c.json({ items: items.map(gapBody) }, 200);
    })
    .openapi(notices, async (c) => {
      const items = await tenants.read(scopeOf(c), (db) => listNotices(db, clock.now()));
      const viewer = await viewerOf(c, deps);
      return c.json({ items: items.map((notice) => noticeBody(notice, viewer)) }, 200);
    });
}
