// Connecting Outlook: to Microsoft's sign-in page and back, the status, and the way out.
import { createRoute, z } from '@hono/zod-openapi';
import type { Context } from 'hono';

import { CelesteError } from '#base/errors.ts';
import type { Identify, Principal } from '#directory/principal.ts';
import { type AppEnv, json, jsonBody, newRoutes, problems } from '#http/context.ts';
import { codeOf } from '#http/problem.ts';
import { StatusSchema, statusBody } from '#http/shapes.ts';
import type { SignInOutcome } from '#mailboxes/connect.ts';
import type { MailChoice } from '#mailboxes/disconnect.ts';
import type { ConnectionStatus } from '#mailboxes/status.ts';

/** What the routes need of mailboxes; each throws the coded errors of its function there. */
export type OutlookDeps = {
  begin: (principal: Principal, wanted: { purpose: Purpose; shared: boolean }) => Promise<{ url: string }>;
  finish: (
    principal: Principal,
    answer: { state: string; code?: string | undefined; error?: string | undefined },
  ) => Promise<SignInOutcome>;
  replace: (principal: Principal, state: string) => Promise<unknown>;
  status: (principal: Principal) => Promise<ConnectionStatus>;
  disconnect: (principal: Principal, order: { purpose: Purpose; mail: MailChoice }) => Promise<void>;
};

type Purpose = 'read' | 'write';
const PurposeSchema = z.enum(['read', 'write']);
const StateSchema = z.string().min(1).max(512);
const CodeSchema = z.string().min(1).max(8192);

const authorize = createRoute({
  method: 'get',
  path: '/auth/outlook/authorize',
  tags: ['Outlook'],
  summary: "Set out for Microsoft's sign-in page",
  request: {
    query: z.object({
      purpose: PurposeSchema,
      shared: z.stringbool().default(false).openapi({
        type: 'boolean',
        description: 'Also ask for mailboxes that others have shared with the person.',
      }),
    }),
  },
  responses: {
    200: json(z.object({ url: z.url() }), 'Where to send the browser'),
    ...problems(400, 401, 409, 502),
  },
});

const exchange = createRoute({
  method: 'post',
  path: '/auth/outlook/exchange',
  tags: ['Outlook'],
  summary: 'Hand in the code that Microsoft gave; once, in the session that set out',
  request: { body: jsonBody(z.object({ code: CodeSchema, state: StateSchema })) },
  responses: { 200: json(StatusSchema, 'As GET status'), ...problems(400, 401, 403, 409, 502) },
});

const replace = createRoute({
  method: 'post',
  path: '/auth/outlook/replace',
  tags: ['Outlook'],
  summary: 'Confirm that another Microsoft account than the connected one is meant',
  request: { body: jsonBody(z.object({ state: StateSchema })) },
  responses: { 200: json(StatusSchema, 'As GET status'), ...problems(400, 401, 403, 409) },
});

const status = createRoute({
  method: 'get',
  path: '/auth/outlook/status',
  tags: ['Outlook'],
  summary: 'What is connected, and what is wrong with it',
  responses: { 200: json(StatusSchema, 'Per purpose'), ...problems(401) },
});

const disconnect = createRoute({
  method: 'post',
  path: '/auth/outlook/disconnect',
  tags: ['Outlook'],
  summary: 'Erase the tokens of a purpose; for reading the sync stops, and the mail stays or is purged',
  request: {
    body: jsonBody(
      z.object({
        purpose: PurposeSchema,
        mail: z.enum(['keep', 'purge']).default('keep').openapi({
          description: 'purge: the mail that is on no work order or equipment is deleted here, for good.',
        }),
      }),
    ),
  },
  responses: { 200: json(StatusSchema, 'As GET status'), ...problems(400, 401) },
});

export function outlookRoutes(deps: OutlookDeps) {
  const answer = async (principal: Principal) => statusBody(await deps.status(principal));
  return newRoutes()
    .openapi(authorize, async (c) => c.json(await deps.begin(c.get('principal'), c.req.valid('query')), 200))
    .openapi(exchange, async (c) => {
      const { refusal } = await deps.finish(c.get('principal'), c.req.valid('json'));
      if (refusal) throw refusal;
      return c.json(await answer(c.get('principal')), 200);
    })
    .openapi(replace, async (c) => {
      await deps.replace(c.get('principal'), c.req.valid('json').state);
      return c.json(await answer(c.get('principal')), 200);
    })
    .openapi(status, async (c) => c.json(await answer(c.get('principal')), 200))
    .openapi(disconnect, async (c) => {
      await deps.disconnect(c.get('principal'), c.req.valid('json'));
      return c.json(await answer(c.get('principal')), 200);
    });
}

const callback = createRoute({
  method: 'get',
  path: '/auth/outlook/callback',
  tags: ['Outlook'],
  summary: 'Where Microsoft returns the browser: exchanges, then back to the settings page',
  request: {
    query: z.object({
      state: StateSchema.optional(),
      code: CodeSchema.optional(),
      error: z.string().optional(),
    }),
  },
  responses: { 302: { description: 'To /settings, whose query says how it ended' } },
});

/** Apart from the others because a person stands before it: whatever goes wrong, they land on the settings page. */
export function outlookCallbackRoute(deps: Pick<OutlookDeps, 'finish'> & { identify: Identify }) {
  const routes = newRoutes();
  routes.onError((error, c) => toSettings(c, { outlook: 'error', code: codeOf(error, c) }));
  return routes.openapi(callback, async (c) => {
    const { state, ...answer } = c.req.valid('query');
    if (!state) throw new CelesteError('state_unknown', 'Microsoft sent no state.');
    const principal = await deps.identify(c.req.raw);
    if (!principal) throw new CelesteError('sign_in_required', 'Nobody is signed in.');
    return toSettings(c, queryOf(await deps.finish(principal, { state, ...answer }), state));
  });
}

function queryOf({ purpose, refusal, account }: SignInOutcome, state: string): Record<string, string> {
  if (!refusal) return { purpose, outlook: 'connected' };
  if (refusal.code !== 'account_mismatch') return { purpose, outlook: 'error', code: refusal.code };
  return { purpose, outlook: 'confirm_account', state, ...(account && { account }) };
}

function toSettings(c: Context<AppEnv>, query: Record<string, string>) {
  return c.redirect(`/settings?${new URLSearchParams(query)}`, 302);
}
