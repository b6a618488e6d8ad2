// The inbox and one conversation.
import { createRoute, z } from '@hono/zod-openapi';

import { json, newRoutes, problems, scopeOf } from '#http/context.ts';
import {
  linkBody,
  messageBody,
  type Names,
  PageQuerySchema,
  pageOf,
  ThreadRowSchema,
  ThreadSchema,
  threadRowBody,
} from '#http/record-shapes.ts';
import { chipsOf, linksOfThread } from '#links/views.ts';
import type { Tenants } from '#tenants/tenants.ts';
import { listInbox } from '#threads/inbox.ts';
import { readThread } from '#threads/thread.ts';

export type ThreadDeps = {
  tenants: Tenants;
  /** Names of the people of a yacht, by user id. */
  crewNames: (yachtId: string) => Promise<Names>;
};

const tags = ['Conversations'];

const list = createRoute({
  method: 'get',
  path: '/api/threads',
  tags,
  summary: 'Your inbox, newest first',
  description: 'Conversations of the mailboxes you read, without Junk, Deleted Items, Drafts and Outbox.',
  request: {
    query: PageQuerySchema.extend({
      filter: z.enum(['all', 'unread']).default('all'),
      mailbox: z.uuid().optional().openapi({ description: 'Only this one of them, by its watcher id.' }),
    }),
  },
  responses: { 200: json(pageOf(ThreadRowSchema), 'A page'), ...problems(400, 401) },
});

const get = createRoute({
  method: 'get',
  path: '/api/threads/{id}',
  tags,
  summary: 'One conversation',
  description:
    'Oldest first. A mail that is in several mailboxes stands once, your own copy if you have one. An id from ' +
    'before two conversations became one leads to that one.',
  request: { params: z.object({ id: z.uuid() }) },
  responses: { 200: json(ThreadSchema, 'Yours, or linked to a record'), ...problems(401, 404) },
});

export function threadRoutes({ tenants, crewNames }: ThreadDeps) {
  return newRoutes()
    .openapi(list, async (c) => {
      const { mailbox: watcherId, ...query } = c.req.valid('query');
      const body = await tenants.read(scopeOf(c), async (db) => {
        const page = await listInbox(db, { ...query, watcherId });
        const chips = await chipsOf(
          db,
          page.items.map((row) => row.id),
        );
        return { ...page, items: page.items.map((row) => threadRowBody(row, chips.get(row.id) ?? [])) };
      });
      return c.json(body, 200);
    })
    .openapi(get, async (c) => {
      const { userId, yachtId } = c.get('principal');
      const { links, ...thread } = await tenants.read(scopeOf(c), async (db) => {
        const found = await readThread(db, c.req.valid('param').id);
        return { ...found, links: await linksOfThread(db, found.id, userId) };
      });
      const names = await crewNames(yachtId);
      const messages = thread.messages.map(messageBody);
      return c.json({ ...thread, messages, links: links.map((link) => linkBody(link, names)) }, 200);
    });
}
