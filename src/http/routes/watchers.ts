// The mailboxes in sync: how each is doing, sync now, pause, how often.
import { createRoute, z } from '@hono/zod-openapi';
import type { Context } from 'hono';

import type { Clock } from '#base/clock.ts';
import { type AppEnv, json, jsonBody, newRoutes, problems, scopeOf } from '#http/context.ts';
import {
  folderBody,
  type Viewer,
  WatcherSchema,
  WatcherWithFoldersSchema,
  watcherBody,
} from '#http/shapes.ts';
import { INTERVAL_MINUTES, setSyncInterval } from '#mailboxes/interval.ts';
import { getWatcher, listWatchers, pauseWatcher, requestSync, resumeWatcher } from '#mailboxes/watchers.ts';
import type { Tenants } from '#tenants/tenants.ts';
import { readMailboxes } from '#threads/mine.ts';

export type WatcherDeps = {
  tenants: Tenants;
  clock: Clock;
  /** Names of the people of a yacht, by user id. */
  crewNames: (yachtId: string) => Promise<Map<string, string>>;
  /** Asks the workers to look at a mailbox now. */
  wake: (yachtId: string, watcherId: string) => Promise<void>;
};

const params = z.object({ id: z.uuid() });
const tags = ['Mailboxes'];

const list = createRoute({
  method: 'get',
  path: '/api/watchers',
  tags,
  summary: 'Your mailbox; for the captain and the manager every mailbox aboard',
  responses: { 200: json(z.object({ items: z.array(WatcherSchema) }), 'Oldest first'), ...problems(401) },
});

const get = createRoute({
  method: 'get',
  path: '/api/watchers/{id}',
  tags,
  summary: 'One mailbox with its folders',
  request: { params },
  responses: { 200: json(WatcherWithFoldersSchema, 'Folders only of your own'), ...problems(401, 404) },
});

const sync = createRoute({
  method: 'post',
  path: '/api/watchers/{id}/sync',
  tags,
  summary: 'Sync now; asking twice is asking once',
  request: { params },
  responses: { 202: json(WatcherSchema, 'Asked for'), ...problems(401, 404, 409) },
});

const pause = createRoute({
  method: 'put',
  path: '/api/watchers/{id}/pause',
  tags,
  summary: 'Stop syncing until further notice',
  request: { params },
  responses: { 200: json(WatcherSchema, 'Paused'), ...problems(401, 404, 409) },
});

const resume = createRoute({
  method: 'delete',
  path: '/api/watchers/{id}/pause',
  tags,
  summary: 'Go on syncing, at once',
  request: { params },
  responses: { 200: json(WatcherSchema, 'Going on'), ...problems(401, 404, 409) },
});

const { min, max } = INTERVAL_MINUTES;
const IntervalSchema = z.object({ minutes: z.number().int().min(min).max(max) });

const interval = createRoute({
  method: 'put',
  path: '/api/watchers/{id}/interval',
  tags,
  summary: 'How often it is looked at; for its owner and the captain',
  request: { params, body: jsonBody(IntervalSchema) },
  responses: { 200: json(WatcherSchema, 'From the next round on'), ...problems(400, 401, 403, 404) },
});

/** For whom watchers are shown. */
export async function viewerOf(
  c: Context<AppEnv>,
  { tenants, crewNames }: Pick<WatcherDeps, 'tenants' | 'crewNames'>,
): Promise<Viewer> {
  const names = await crewNames(c.get('principal').yachtId);
  const mailboxes = await tenants.read(scopeOf(c), readMailboxes);
  return { mailboxes, nameOf: (id) => names.get(id) ?? 'Someone no longer aboard' };
}

export function watcherRoutes({ tenants, clock, crewNames, wake }: WatcherDeps) {
  const viewer = (c: Context<AppEnv>) => viewerOf(c, { tenants, crewNames });
  return newRoutes()
    .openapi(list, async (c) => {
      const watchers = await tenants.read(scopeOf(c), (db) => listWatchers(db, clock.now()));
      const seenBy = await viewer(c);
      return c.json({ items: watchers.map((watcher) => watcherBody(watcher, seenBy)) }, 200);
    })
    .openapi(get, async (c) => {
      const { id } = c.req.valid('param');
      const { folders, ...watcher } = await tenants.read(scopeOf(c), (db) => getWatcher(db, id, clock.now()));
      const body = watcherBody(watcher, await viewer(c));
      return c.json({ ...body, folders: folders.map(folderBody) }, 200);
    })
    .openapi(sync, async (c) => {
      const { id } = c.req.valid('param');
      const watcher = await tenants.transact(scopeOf(c), (tx) => requestSync(tx, id, clock.now()));
      await wake(c.get('principal').yachtId, id);
      return c.json(watcherBody(watcher, await viewer(c)), 202);
    })
    .openapi(pause, async (c) => {
      const { id } = c.req.valid('param');
      const watcher = await tenants.transact(scopeOf(c), (tx) => pauseWatcher(tx, id, clock.now()));
      return c.json(watcherBody(watcher, await viewer(c)), 200);
    })
    .openapi(resume, async (c) => {
      const { id } = c.req.valid('param');
      const watcher = await tenants.transact(scopeOf(c), (tx) => resumeWatcher(tx, id, clock.now()));
      await wake(c.get('principal').yachtId, id);
      return c.json(watcherBody(watcher, await viewer(c)), 200);
    })
    .openapi(interval, async (c) => {
      const { id: watcherId } = c.req.valid('param');
      const { minutes } = c.req.valid('json');
      const watcher = await tenants.transact(scopeOf(c), (tx) =>
        setSyncInterval(tx, c.get('principal'), { watcherId, minutes, now: clock.now() }),
      );
      return c.json(watcherBody(watcher, await viewer(c)), 200);
    });
}
