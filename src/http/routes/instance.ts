// What this installation is, for the page before anyone has signed in.
import { createRoute, z } from '@hono/zod-openapi';

import { ROLES, type Role } from '#directory/roles.ts';
import { json, newRoutes } from '#http/context.ts';

export type DemoUser = {
  id: string;
  display_name: string;
  role: Role;
  email: string;
  yacht_id: string;
  yacht_name: string;
};

export type InstanceDeps = {
  version: string;
  /** Where the sandbox answers; null outside demo mode. */
  sandboxUrl: string | null;
  /** The crew anyone may sign in as; empty outside demo mode. */
  listDemoUsers: () => Promise<DemoUser[]>;
};

const InstanceSchema = z
  .object({
    name: z.string(),
    version: z.string(),
    demo: z.boolean(),
    sandbox_url: z.string().nullable(),
    demo_users: z.array(
      z.object({
        id: z.uuid(),
        display_name: z.string(),
        role: z.enum(ROLES),
        email: z.string(),
        yacht_id: z.string(),
        yacht_name: z.string(),
      }),
    ),
  })
  .openapi('Instance');

const getInstance = createRoute({
  method: 'get',
  path: '/api/instance',
  tags: ['Instance'],
  summary: 'What this installation is',
  security: [],
  responses: { 200: json(InstanceSchema, 'Its version and, in demo mode, whom one may sign in as') },
});

export function instanceRoutes({ version, sandboxUrl, listDemoUsers }: InstanceDeps) {
  return newRoutes().openapi(getInstance, async (c) => {
    const demo = sandboxUrl !== null;
    const demo_users = demo ? await listDemoUsers() : [];
    return c.json({ name: 'Celeste Mail', version, demo, sandbox_url: sandboxUrl, demo_users }, 200);
  });
}
