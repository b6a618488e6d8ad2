// Equipment, its work orders and its conversations.
import { createRoute, z } from '@hono/zod-openapi';

import { json, newRoutes, problems, scopeOf } from '#http/context.ts';
import {
  conversationBody,
  EquipmentPageSchema,
  EquipmentSchema,
  equipmentBody,
  type Names,
  PageQuerySchema,
  pageOf,
  workOrderBody,
} from '#http/record-shapes.ts';
import { conversationsOf, countConversations } from '#links/conversations.ts';
import { listEquipment, readEquipment } from '#maintenance/equipment.ts';
import { listWorkOrders } from '#maintenance/work-orders.ts';
import type { TenantReader, Tenants } from '#tenants/tenants.ts';

export type EquipmentDeps = {
  tenants: Tenants;
  /** Names of the people of a yacht, by user id. */
  crewNames: (yachtId: string) => Promise<Names>;
};

const tags = ['Records'];
/** The most work orders shown on an equipment's page. */
const MAX_WORK_ORDERS = 200;

const list = createRoute({
  method: 'get',
  path: '/api/equipment',
  tags,
  summary: 'Equipment in the order of its codes',
  request: {
    query: PageQuerySchema.extend({
      q: z.string().max(200).optional().openapi({
        description: 'Words in the code, name, maker, model, serial number, place or system.',
      }),
    }),
  },
  responses: { 200: json(pageOf(EquipmentSchema), 'A page'), ...problems(400, 401) },
});

const get = createRoute({
  method: 'get',
  path: '/api/equipment/{id}',
  tags,
  summary: 'A piece of equipment with its parts, work orders and conversations',
  request: { params: z.object({ id: z.uuid() }) },
  responses: { 200: json(EquipmentPageSchema, 'Conversations newest first'), ...problems(401, 404) },
});

export function equipmentRoutes({ tenants, crewNames }: EquipmentDeps) {
  return newRoutes()
    .openapi(list, async (c) => {
      const body = await tenants.read(scopeOf(c), async (db) => {
        const page = await listEquipment(db, c.req.valid('query'));
        const ids = page.items.map((row) => row.id);
        const counts = await countConversations(db, 'equipment', ids);
        return { ...page, items: page.items.map((row) => equipmentBody(row, counts.get(row.id) ?? 0)) };
      });
      return c.json(body, 200);
    })
    .openapi(get, async (c) => {
      const { userId, yachtId } = c.get('principal');
      const names = await crewNames(yachtId);
      const page = await tenants.read(scopeOf(c), (db) => readPage(db, c.req.valid('param').id, userId));
      return c.json({ ...page, threads: page.threads.map((thread) => conversationBody(thread, names)) }, 200);
    });
}

async function readPage(db: TenantReader, id: string, userId: string) {
  const { children, ...equipment } = await readEquipment(db, id);
  const workOrders = await listWorkOrders(db, { equipmentId: id, limit: MAX_WORK_ORDERS });
  const threads = await conversationsOf(db, { target_type: 'equipment', target_id: id }, userId);
  const ofChildren = await countConversations(
    db,
    'equipment',
    children.map((child) => child.id),
  );
  const ofWorkOrders = await countConversations(
    db,
    'work_order',
    workOrders.items.map((row) => row.id),
  );
  return {
    ...equipment,
    thread_count: threads.length,
    children: children.map((child) => equipmentBody(child, ofChildren.get(child.id) ?? 0)),
    work_orders: workOrders.items.map((row) => workOrderBody(row, ofWorkOrders.get(row.id) ?? 0)),
    threads,
  };
}
