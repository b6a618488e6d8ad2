// What this installation is, for the page before anyone has signed in.
import { createRoute, z } from '@hono/zod-openapi';

import type { Account } from '#directory/directory.ts';
import { ROLES } from '#directory/roles.ts';
import { json, newRoutes } from '#http/context.ts';

export type InstanceDeps = {
  version: string;
  /** Where the sandbox answers; null outside demo mode. */
  sandboxUrl: string | null;
  /** The crew anyone may sign in as; empty outside demo mode. */
  listDemoAccounts: () => Promise<Account[]>;
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

export function instanceRoutes({ version, sandboxUrl, listDemoAccounts }: InstanceDeps) {
  return newRoutes().openapi(getInstance, async (c) => {
    const demo = sandboxUrl !== null;
    const demo_users = demo ? (await listDemoAccounts()).map(demoUser) : [];
    return c.json({ name: 'Celeste Mail', version, demo, sandbox_url: sandboxUrl, demo_users }, 200);
  });
}

function demoUser({ userId, displayName, role, email, yachtId, yachtName }: Account) {
  return { id: userId, display_name: displayName, role, email, yacht_id: yachtId, yacht_name: yachtName };
}
