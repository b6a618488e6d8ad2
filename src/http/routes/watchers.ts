// The mailboxes in sync: how each is doing, sync now, pause, how often.
import { createRoute, z } from '@hono/zod-openapi';
import type { Context } from 'hono';

import type { Clock } from '#base/clock.ts';
import { CelesteError } from '#base/errors.ts';
import { type AppEnv, json, jsonBody, newRoutes, problems, scopeOf } from '#http/context.ts';
import {
  folderBody,
  openerOf,
  type Viewer,
  WatcherSchema,
  WatcherWithFoldersSchema,
  watcherBody,
} from '#http/shapes.ts';
import { adviceOn } from '#mailboxes/advice.ts';
import { INTERVAL_MINUTES, setSyncInterval } from '#mailboxes/interval.ts';
import {
  getWatcher,
  getWatcherState,
  listWatchers,
  pauseWatcher,
  requestSync,
  resumeWatcher,
  type WatcherState,
} from '#mailboxes/watchers.ts';
import type { Tenants, TenantWriter } from '#tenants/tenants.ts';
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
  const { userId, yachtId, role } = c.get('principal');
  const names = await crewNames(yachtId);
  const mailboxes = await tenants.read(scopeOf(c), readMailboxes);
  return { userId, role, mailboxes, names };
}

type Order = (tx: TenantWriter, watcherId: string, now: Date) => Promise<WatcherState>;

/** Why an order was refused, in the words of whoever gave it: a mailbox may be somebody else's to open again. */
async function refusalFor(
  error: unknown,
  viewer: Viewer,
  readWatcher: () => Promise<WatcherState>,
): Promise<unknown> {
  if (!(error instanceof CelesteError) || !['reauth_required', 'not_connected'].includes(error.code))
    return error;
  const watcher = await readWatcher();
  const { message, advice } = adviceOn(watcher.problem?.code ?? error.code, openerOf(watcher, viewer));
  return new CelesteError(error.code, message, { advice, cause: error });
}

export function watcherRoutes({ tenants, clock, crewNames, wake }: WatcherDeps) {
  const viewer = (c: Context<AppEnv>) => viewerOf(c, { tenants, crewNames });
  const carryOut = async (c: Context<AppEnv>, id: string, order: Order) => {
    const seenBy = await viewer(c);
    const change = tenants.transact(scopeOf(c), (tx) => order(tx, id, clock.now()));
    const watcher = await change.catch(async (error: unknown) => {
      throw await refusalFor(error, seenBy, () =>
        tenants.read(scopeOf(c), (db) => getWatcherState(db, id, clock.now())),
      );
    });
    return watcherBody(watcher, seenBy);
  };
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
      const body = await carryOut(c, id, requestSync);
      await wake(c.get('principal').yachtId, id);
      return c.json(body, 202);
    })
    .openapi(pause, async (c) => c.json(await carryOut(c, c.req.valid('param').id, pauseWatcher), 200))
    .openapi(resume, async (c) => {
      const { id } = c.req.valid('param');
      const body = await carryOut(c, id, resumeWatcher);
      await wake(c.get('principal').yachtId, id);
      return c.json(body, 200);
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
