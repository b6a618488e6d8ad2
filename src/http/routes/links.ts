// Links between conversations and records: made, removed, decided, undone. A change of state is a resource.
import { createRoute, z } from '@hono/zod-openapi';
import type { Context } from 'hono';

import type { Clock } from '#base/clock.ts';
import type { Events } from '#directory/events.ts';
import { type AppEnv, json, jsonBody, newRoutes, problems, scopeOf } from '#http/context.ts';
import { LinkSchema, linkBody, type Names } from '#http/record-shapes.ts';
import type { Actor, LinkRow } from '#links/history.ts';
import { decideLink, linkByHand, removeLink, undoChange } from '#links/links.ts';
import { viewLinks } from '#links/views.ts';
import type { RecordRef } from '#maintenance/records.ts';
import type { Tenants, TenantWriter } from '#tenants/tenants.ts';

export type LinkDeps = {
  tenants: Tenants;
  clock: Clock;
  /** Names of the people of a yacht, by user id. */
  crewNames: (yachtId: string) => Promise<Names>;
  /** Open pages aboard hear of the change. */
  events: Pick<Events, 'publish'>;
};

const params = z.object({ id: z.uuid() });
const tags = ['Links'];

const RecordSchema = z
  .union([z.strictObject({ work_order_id: z.uuid() }), z.strictObject({ equipment_id: z.uuid() })])
  .openapi('LinkRequest');

const link = createRoute({
  method: 'post',
  path: '/api/emails/{id}/link',
  tags,
  summary: 'Link the conversation of a mail to a work order or to equipment',
  description:
    'Everyone aboard may read a conversation from then on. Captain, heads of department and manager may.',
  request: {
    params,
    body: jsonBody(RecordSchema),
  },
  responses: {
    201: json(LinkSchema, 'Linked'),
    200: json(LinkSchema, 'It was linked already; nothing changed'),
    ...problems(400, 401, 403, 404),
  },
});

const remove = createRoute({
  method: 'delete',
  path: '/api/links/{id}',
  tags,
  summary: 'Take a conversation off a record',
  description:
    'With its last link gone a conversation is private again. No rule links it to this record again.',
  request: { params },
  responses: { 200: json(LinkSchema, 'Removed'), ...problems(401, 403, 404) },
});

const decide = createRoute({
  method: 'put',
  path: '/api/links/{id}/decision',
  tags,
  summary: 'Confirm or reject a link',
  request: {
    params,
    body: {
      required: true,
      content: { 'application/json': { schema: z.object({ state: z.enum(['linked', 'rejected']) }) } },
    },
  },
  responses: { 200: json(LinkSchema, 'Decided'), ...problems(400, 401, 403, 404) },
});

const undo = createRoute({
  method: 'delete',
  path: '/api/links/{id}/decision',
  tags,
  summary: 'Take back your last change of a link',
  request: { params },
  responses: { 200: json(LinkSchema, 'As it was before'), ...problems(401, 403, 404, 409) },
});

export function linkRoutes({ tenants, clock, crewNames, events }: LinkDeps) {
  const change = async (
    c: Context<AppEnv>,
    verb: (tx: TenantWriter, actor: Actor) => Promise<{ link: LinkRow; changed: boolean }>,
  ) => {
    const { userId, role, yachtId } = c.get('principal');
    const { view, changed } = await tenants.transact(scopeOf(c), async (tx) => {
      const done = await verb(tx, { userId, role, yachtId, now: clock.now() });
      const [view] = await viewLinks(tx, [done.link], userId);
      return { view, changed: done.changed };
    });
    if (!view) throw new Error('a link without a view');
    const { thread_id, target_type, target_id } = view;
    const data = { thread_id, target_type, target_id };
    if (changed) await events.publish({ yacht_id: yachtId, user_id: null, type: 'links', data });
    return linkBody(view, await crewNames(yachtId));
  };
  return newRoutes()
    .openapi(link, async (c) => {
      const request = { emailId: c.req.valid('param').id, target: recordOf(c.req.valid('json')) };
      let created = false;
      const body = await change(c, async (tx, actor) => {
        const done = await linkByHand(tx, actor, request);
        created = done.created;
        return { link: done.link, changed: done.created };
      });
      return created ? c.json(body, 201) : c.json(body, 200);
    })
    .openapi(remove, async (c) => {
      const { id } = c.req.valid('param');
      const verb = async (tx: TenantWriter, actor: Actor) => ({
        link: await removeLink(tx, actor, id),
        changed: true,
      });
      return c.json(await change(c, verb), 200);
    })
    .openapi(decide, async (c) => {
      const decision = { linkId: c.req.valid('param').id, state: c.req.valid('json').state };
      const verb = async (tx: TenantWriter, actor: Actor) => ({
        link: await decideLink(tx, actor, decision),
        changed: true,
      });
      return c.json(await change(c, verb), 200);
    })
    .openapi(undo, async (c) => {
      const { id } = c.req.valid('param');
      const verb = async (tx: TenantWriter, actor: Actor) => ({
        link: await undoChange(tx, actor, id),
        changed: true,
      });
      return c.json(await change(c, verb), 200);
    });
}

function recordOf(body: z.infer<typeof RecordSchema>): RecordRef {
  return 'work_order_id' in body
    ? { target_type: 'work_order', target_id: body.work_order_id }
    : { target_type: 'equipment', target_id: body.equipment_id };
}
