// Work orders and the conversations that stand on them.
import { createRoute, z } from '@hono/zod-openapi';

import { json, newRoutes, problems, scopeOf } from '#http/context.ts';
import {
  conversationBody,
  type Names,
  PageQuerySchema,
  pageOf,
  WorkOrderPageSchema,
  WorkOrderSchema,
  WorkOrderStatusSchema,
  workOrderBody,
} from '#http/record-shapes.ts';
import { isoTime } from '#http/shapes.ts';
import { conversationsOf, countConversations } from '#links/conversations.ts';
import { listWorkOrders, readWorkOrder } from '#maintenance/work-orders.ts';
import type { Tenants } from '#tenants/tenants.ts';

export type WorkOrderDeps = {
  tenants: Tenants;
  /** Names of the people of a yacht, by user id. */
  crewNames: (yachtId: string) => Promise<Names>;
};

const tags = ['Records'];

const StatusListSchema = z
  .string()
  .transform((text) => text.split(',').filter(Boolean))
  .pipe(z.array(WorkOrderStatusSchema))
  .optional()
  .openapi({ type: 'string', description: 'One or several, with commas.', example: 'open,in_progress' });

const list = createRoute({
  method: 'get',
  path: '/api/work-orders',
  tags,
  summary: 'Work orders: those to be done first, newest numbers first',
  request: {
    query: PageQuerySchema.extend({
      q: z.string().max(200).optional().openapi({
        description: 'Words in the number, the title, or the equipment’s code, name or serial number.',
      }),
      status: StatusListSchema,
    }),
  },
  responses: { 200: json(pageOf(WorkOrderSchema), 'A page'), ...problems(400, 401) },
});

const get = createRoute({
  method: 'get',
  path: '/api/work-orders/{id}',
  tags,
  summary: 'A work order with its conversations',
  request: { params: z.object({ id: z.uuid() }) },
  responses: { 200: json(WorkOrderPageSchema, 'Conversations newest first'), ...problems(401, 404) },
});

export function workOrderRoutes({ tenants, crewNames }: WorkOrderDeps) {
  return newRoutes()
    .openapi(list, async (c) => {
      const body = await tenants.read(scopeOf(c), async (db) => {
        const page = await listWorkOrders(db, c.req.valid('query'));
        const ids = page.items.map((row) => row.id);
        const counts = await countConversations(db, 'work_order', ids);
        return { ...page, items: page.items.map((row) => workOrderBody(row, counts.get(row.id) ?? 0)) };
      });
      return c.json(body, 200);
    })
    .openapi(get, async (c) => {
      const { userId, yachtId } = c.get('principal');
      const { id } = c.req.valid('param');
      const names = await crewNames(yachtId);
      const { row, threads } = await tenants.read(scopeOf(c), async (db) => ({
        row: await readWorkOrder(db, id),
        threads: await conversationsOf(db, { target_type: 'work_order', target_id: id }, userId),
      }));
      const details = { created_at: isoTime(row.created_at), completed_at: isoTime(row.completed_at) };
      const conversations = threads.map((thread) => conversationBody(thread, names));
      return c.json(
        { ...row, ...workOrderBody(row, threads.length), ...details, threads: conversations },
        200,
      );
    });
}
