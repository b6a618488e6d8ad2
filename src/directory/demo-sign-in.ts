// One click and you are the chief engineer: a sign-in without a password, in demo mode only, and only as
// the people the demo made.
import type { BetterAuthPlugin } from 'better-auth';
import { APIError, createAuthEndpoint } from 'better-auth/api';
import { setSessionCookie } from 'better-auth/cookies';
import type { Kysely } from 'kysely';
import { z } from 'zod';

import { listDemoAccounts } from './directory.ts';
import type { MasterSchema } from './schema.ts';

/** The better-auth plugin for `POST /api/auth/demo/sign-in {user_id}`. Never give it to a production instance. */
export function demoSignIn(master: Kysely<MasterSchema>) {
  return {
    id: 'celeste-demo',
    endpoints: {
      demoSignIn: createAuthEndpoint(
        '/demo/sign-in',
        { method: 'POST', body: z.object({ user_id: z.uuid() }) },
        async (ctx) => {
          const allowed = await listDemoAccounts(master);
          const account = allowed.find((candidate) => candidate.userId === ctx.body.user_id);
          const user = account && (await ctx.context.internalAdapter.findUserById(account.userId));
          if (!user) {
            throw new APIError('NOT_FOUND', { code: 'NOT_FOUND', message: 'There is no such demo person.' });
          }
          const session = await ctx.context.internalAdapter.createSession(user.id);
          await setSessionCookie(ctx, { session, user });
          return ctx.json({ user_id: user.id });
        },
      ),
    },
  } satisfies BetterAuthPlugin;
}
