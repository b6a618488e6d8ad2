// The control interface: what tests, demos and the importer do to the sandbox from outside. Every request
// needs the header `x-sandbox-control`, which no web page can send across origins without asking.
import type { SandboxContext } from '../context.ts';
import type { SandboxRequest, SandboxResponse } from '../http.ts';
import type { SandboxApp } from '../identity/state.ts';
import { StoreError } from '../store/store-error.ts';
import type { ControlCall } from './call.ts';
import { bodyOf, ControlError, done } from './call.ts';
import type { FaultRule } from './faults.ts';
import type { LiveMail } from './live.ts';
import * as mail from './mail.ts';
import {
  addMailbox,
  changeMailboxState,
  changeSignIn,
  grantAccess,
  listMailboxes,
  withdrawAccess,
} from './mailboxes.ts';
import * as notifications from './notifications.ts';
import { applySettings } from './settings-input.ts';
import { readState } from './state.ts';

export type Control = (request: SandboxRequest) => Promise<SandboxResponse | null>;

type Handler = (call: ControlCall) => SandboxResponse;

const ROUTES: [method: string, path: string, handler: Handler][] = [
  ['GET', 'mailboxes', listMailboxes],
  ['POST', 'mailboxes', addMailbox],
  ['GET', 'mailboxes/:address/state', readState],
  ['POST', 'mailboxes/:address/access', grantAccess],
  ['DELETE', 'mailboxes/:address/access/:person', withdrawAccess],
  ['POST', 'mailboxes/:address/messages', mail.deliver],
  ['PATCH', 'mailboxes/:address/messages/:id', mail.patch],
  ['DELETE', 'mailboxes/:address/messages/:id', mail.remove],
  ['POST', 'mailboxes/:address/messages/:id/move', mail.move],
  ['POST', 'mailboxes/:address/messages/:id/restore', mail.restore],
  ['POST', 'mailboxes/:address/messages/:id/send', mail.send],
  ['POST', 'mailboxes/:address/messages/:id/poison', mail.poison],
  ['POST', 'mailboxes/:address/move', mail.moveMany],
  ['POST', 'mailboxes/:address/folders', mail.addFolder],
  ['PATCH', 'mailboxes/:address/folders/:id', mail.changeFolder],
  ['DELETE', 'mailboxes/:address/folders/:id', mail.removeFolder],
  ['POST', 'mailboxes/:address/bulk', mail.bulk],
  ['POST', 'mailboxes/:address/expire-delta', mail.expireDelta],
  ['POST', 'mailboxes/:address/revoke', (call) => changeSignIn(call, 'revoke')],
  ['POST', 'mailboxes/:address/expire', (call) => changeSignIn(call, 'expire')],
  ['POST', 'mailboxes/:address/withdraw-consent', (call) => changeSignIn(call, 'withdraw')],
  ['POST', 'mailboxes/:address/state', changeMailboxState],
  ['POST', 'mailboxes/:address/sign-in', (call) => changeSignIn(call, 'configure')],
  ['POST', 'apps', ({ context, body }) => done(201, context.identity.registerApp(body as SandboxApp) ?? {})],
  ['GET', 'faults', ({ context }) => done(200, { faults: context.faults.list() })],
  ['POST', 'faults', ({ context, body }) => done(201, context.faults.add(body as FaultRule))],
  ['DELETE', 'faults', ({ context }) => done(204, context.faults.clear())],
  ['DELETE', 'faults/:id', ({ context, params }) => done(204, context.faults.remove(params.id ?? ''))],
  [
    'GET',
    'requests',
    ({ context, query }) => done(200, { requests: context.requests.list(Number(query.get('since') ?? 0)) }),
  ],
  ['DELETE', 'requests', ({ context }) => done(204, context.requests.clear())],
  ['GET', 'conduct', ({ context }) => done(200, { conduct: context.conduct.report() })],
  ['DELETE', 'conduct', ({ context }) => done(204, context.conduct.clear())],
  ['GET', 'settings', ({ context }) => done(200, context.settings)],
  ['POST', 'settings', ({ context, body }) => done(200, applySettings(context.settings, body))],
  ['GET', 'subscriptions', notifications.listSubscriptions],
  ['DELETE', 'subscriptions/:id', notifications.removeSubscription],
  ['POST', 'subscriptions/:id/lifecycle', notifications.sendLifecycle],
  ['GET', 'notifications', notifications.readDeliveries],
  ['POST', 'notifications', notifications.switchDelivery],
  ['DELETE', 'notifications', ({ context }) => done(204, context.notifications.log.clear())],
  ['POST', 'live', ({ live, body }) => done(200, live.configure(body))],
];

export function createControl(context: SandboxContext, live: LiveMail): Control {
  return async (request) => {
    const [, tail] = /^\/_control\/(.*)$/.exec(request.url.pathname) ?? [];
    if (tail === undefined) return null;
    if (!request.headers['x-sandbox-control'])
      return refusal(403, 'The header x-sandbox-control is missing.');
    try {
      return run(context, live, request, tail);
    } catch (error) {
      if (error instanceof ControlError) return refusal(error.status, error.message);
      if (error instanceof StoreError) return refusal(STATUS[error.code] ?? 400, error.message);
      throw error;
    }
  };
}

const STATUS: Record<string, number> = {
  mailbox_unknown: 404,
  folder_unknown: 404,
  message_unknown: 404,
  mailbox_exists: 409,
  folder_exists: 409,
};

const refusal = (status: number, message: string): SandboxResponse => ({
  status,
  headers: { 'content-type': 'application/json' },
  body: { error: message },
});

function run(
  context: SandboxContext,
  live: LiveMail,
  request: SandboxRequest,
  tail: string,
): SandboxResponse {
  const parts = tail.split('/').map(decodeURIComponent);
  let pathKnown = false;
  for (const [method, path, handler] of ROUTES) {
    const params = match(path.split('/'), parts);
    if (!params) continue;
    pathKnown = true;
    if (method !== request.method) continue;
    const address = params.address ?? '';
    return handler({
      context,
      live,
      params,
      address,
      query: request.url.searchParams,
      body: bodyOf(request),
    });
  }
  return pathKnown
    ? refusal(405, 'This address has no such method.')
    : refusal(404, 'The control interface has nothing at this address.');
}

function match(pattern: string[], parts: string[]): Record<string, string> | null {
  if (pattern.length !== parts.length) return null;
  const params: Record<string, string> = {};
  for (const [position, part] of pattern.entries()) {
    const given = parts[position] ?? '';
    if (part.startsWith(':')) params[part.slice(1)] = given;
    else if (part !== given) return null;
  }
  return params;
}
