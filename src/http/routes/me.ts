// The person who is signed in, and what their role lets them do.
import { createRoute, z } from '@hono/zod-openapi';

import { mayLink, ROLES } from '#directory/roles.ts';
import { json, newRoutes, problems } from '#http/context.ts';

const MeSchema = z
  .object({
    user: z.object({ id: z.uuid(), email: z.string(), display_name: z.string(), role: z.enum(ROLES) }),
    yacht: z.object({ id: z.string(), name: z.string() }),
    may_link: z.boolean(),
    demo: z.boolean(),
  })
  .openapi('Me');

const getMe = createRoute({
  method: 'get',
  path: '/api/me',
  tags: ['Instance'],
  summary: 'Who is signed in',
  responses: { 200: json(MeSchema, 'The person, their yacht and role'), ...problems(401) },
});

export function meRoutes({ demo }: { demo: boolean }) {
  return newRoutes().openapi(getMe, (c) => {
    const { userId, email, displayName, role, yachtId, yachtName } = c.get('principal');
    const user = { id: userId, email, display_name: displayName, role };
    return c.json({ user, yacht: { id: yachtId, name: yachtName }, may_link: mayLink(role), demo }, 200);
  });
}
