// Shared and role mailboxes: adding one, and who aboard reads it; ending any mailbox.
import { createRoute, z } from '@hono/zod-openapi';

import type { Clock } from '#base/clock.ts';
import { CelesteError } from '#base/errors.ts';
import type { Principal } from '#directory/principal.ts';
import { ROLES, type Role } from '#directory/roles.ts';
import { json, jsonBody, newRoutes, problems, scopeOf } from '#http/context.ts';
import { isoTime } from '#http/shapes.ts';
import type { MailChoice } from '#mailboxes/disconnect.ts';
import { listReaders, mayChange, setReaders } from '#mailboxes/readers.ts';
import { getWatcher } from '#mailboxes/watchers.ts';
import { asWorker, type TenantScope, type Tenants } from '#tenants/tenants.ts';

export type SharedMailboxDeps = {
  tenants: Tenants;
  clock: Clock;
  /** The people of a yacht. */
  crew: (yachtId: string) => Promise<{ userId: string; displayName: string; role: Role }[]>;
  /** @returns the watcher's id; throws what `addSharedMailbox` throws */
  add: (principal: Principal, address: string) => Promise<string>;
  /** Throws what `leaveMailbox` throws. */
  end: (principal: Principal, order: { watcherId: string; mail: MailChoice }) => Promise<void>;
  wake: (yachtId: string, watcherId: string) => Promise<void>;
};

const params = z.object({ id: z.uuid() });
const tags = ['Mailboxes'];

const ReadersSchema = z
  .object({
    may_change: z.boolean(),
    crew: z.array(
      z.object({
        id: z.uuid(),
        display_name: z.string(),
        role: z.enum(ROLES),
        reads: z.boolean(),
        since: z.iso.datetime().nullable(),
      }),
    ),
  })
  .openapi('MailboxReaders');

const add = createRoute({
  method: 'post',
  path: '/api/watchers',
  tags,
  summary: 'Keep a shared mailbox in sync that Microsoft lets you read',
  request: { body: jsonBody(z.object({ mailbox: z.email().max(320) })) },
  responses: {
    201: json(z.object({ id: z.uuid() }), 'Its first sync begins'),
    ...problems(400, 401, 403, 404, 409, 502),
  },
});

const readers = createRoute({
  method: 'get',
  path: '/api/watchers/{id}/readers',
  tags,
  summary: 'Everyone aboard, and who of them reads a shared mailbox',
  request: { params },
  responses: { 200: json(ReadersSchema, 'By name'), ...problems(401, 404) },
});

const choose = createRoute({
  method: 'put',
  path: '/api/watchers/{id}/readers',
  tags,
  summary: 'Say who reads a shared mailbox',
  request: { params, body: jsonBody(z.object({ user_ids: z.array(z.uuid()).min(1).max(200) })) },
  responses: { 200: json(ReadersSchema, 'As it is now'), ...problems(400, 401, 403, 404) },
});

const end = createRoute({
  method: 'delete',
  path: '/api/watchers/{id}',
  tags,
  summary: 'Stop keeping a mailbox in sync; with one of their own, erase what its owner granted',
  description: 'Of one that has ended already, it says what becomes of the mail.',
  request: {
    params,
    query: z.object({
      mail: z.enum(['keep', 'purge']).default('keep').openapi({
        description: 'purge: not for the mailbox of somebody else, but for a shared one.',
      }),
    }),
  },
  responses: { 204: { description: 'It is not synced any more' }, ...problems(401, 403, 404) },
});

export function sharedMailboxRoutes(deps: SharedMailboxDeps) {
  const { tenants, crew } = deps;
  const show = (scope: TenantScope, principal: Principal, watcherId: string) =>
    readersBody(deps, { scope, principal, watcherId });
  return newRoutes()
    .openapi(add, async (c) => {
      const principal = c.get('principal');
      const id = await deps.add(principal, c.req.valid('json').mailbox);
      await deps.wake(principal.yachtId, id);
      return c.json({ id }, 201);
    })
    .openapi(readers, async (c) =>
      c.json(await show(scopeOf(c), c.get('principal'), c.req.valid('param').id), 200),
    )
    .openapi(choose, async (c) => {
      const principal = c.get('principal');
      const { id: watcherId } = c.req.valid('param');
      const userIds = [...new Set(c.req.valid('json').user_ids)];
      requireAboard(await crew(principal.yachtId), userIds);
      await tenants.transact(asWorker(principal.yachtId), (tx) =>
        setReaders(tx, principal, { watcherId, userIds }),
      );
      return c.json(await show(scopeOf(c), principal, watcherId), 200);
    })
    .openapi(end, async (c) => {
      const { mail } = c.req.valid('query');
      await deps.end(c.get('principal'), { watcherId: c.req.valid('param').id, mail });
      return c.body(null, 204);
    });
}

type Showing = { scope: TenantScope; principal: Principal; watcherId: string };

async function readersBody(
  { tenants, clock, crew }: SharedMailboxDeps,
  { scope, principal, watcherId }: Showing,
): Promise<z.infer<typeof ReadersSchema>> {
  const { watcher, listed } = await tenants.read(scope, async (db) => ({
    watcher: await getWatcher(db, watcherId, clock.now()),
    listed: await listReaders(db, watcherId),
  }));
  const since = new Map(listed.map((reader) => [reader.userId, reader.addedAt]));
  const people = (await crew(principal.yachtId)).map(({ userId, displayName, role }) => ({
    id: userId,
    display_name: displayName,
    role,
    reads: since.has(userId),
    since: isoTime(since.get(userId) ?? null),
  }));
  people.sort((a, b) => a.display_name.localeCompare(b.display_name));
  return { may_change: mayChange(principal, watcher.user_id), crew: people };
}

function requireAboard(crew: { userId: string }[], userIds: string[]): void {
  const aboard = new Set(crew.map((person) => person.userId));
  if (userIds.every((id) => aboard.has(id))) return;
  throw new CelesteError('invalid_request', 'user_ids: not everyone named there is of this yacht.', {
    advice: 'Reload the list of the crew and choose again.',
  });
}
