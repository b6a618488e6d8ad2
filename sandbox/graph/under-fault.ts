// The fault a request runs into, if any, and its latency.
import { setTimeout as delay } from 'node:timers/promises';

import type { Fault } from '../control/faults.ts';
import type { SandboxRequest, SandboxResponse } from '../http.ts';
import { lookUpFolder } from '../store/mailbox.ts';
import { claimsChallenge, errorBody } from './errors.ts';
import type { Occasion } from './occasion.ts';
import { pathOf } from './occasion.ts';
import { retryAfter } from './retry-after.ts';
import { segmentsOf } from './segments.ts';

export async function faulty(
  request: SandboxRequest,
  occasion: Occasion,
  work: () => Promise<SandboxResponse>,
): Promise<SandboxResponse> {
  const { context, caller, mailbox, inner } = occasion;
  const { url, method } = request;
  const fault = context.faults.take({
    ...{ mailbox: mailbox.address, path: url.pathname + url.search, method },
    ...{ clientId: caller.clientId, inner },
  });
  await pause(context.settings.latencyMs + (fault?.delay_ms ?? 0));
  if (!fault) return work();
  if (fault.expire) expireLink(request, occasion);
  return underFault(fault, occasion, work);
}

/** Without latency too, requests that arrive together are in flight together. */
const pause = (ms: number) => (ms > 0 ? delay(ms) : new Promise((resolve) => setImmediate(resolve)));

/** Every link of the round that this request follows dies. */
function expireLink(request: SandboxRequest, { context, mailbox }: Occasion): void {
  const segments = segmentsOf(pathOf(request));
  const at = segments.findIndex((segment) => segment.toLowerCase() === 'mailfolders');
  const text = segments[at + 1] ?? '';
  const folder = text.toLowerCase() === 'delta' ? mailbox.root : lookUpFolder(mailbox, text);
  if (folder) context.store.expireDelta(mailbox.address, folder.id);
}

async function underFault(
  fault: Fault,
  occasion: Occasion,
  work: () => Promise<SandboxResponse>,
): Promise<SandboxResponse> {
  if (fault.after_work) await work();
  if (fault.hang) return { status: 0, hang: true };
  if (fault.claims !== undefined) throw claimsChallenge(fault.claims);
  const cut = fault.cut === undefined ? {} : { cut: fault.cut };
  if (fault.status === undefined) return { ...(await work()), ...cut };
  const { ids } = occasion;
  const { status, code = 'generalException', message = 'The sandbox was told to fail.', inner = {} } = fault;
  const { seconds, as = 'number' } = fault.retry_after ?? { seconds: 0, as: 'missing' };
  const headers = {
    'content-type': fault.body === undefined ? 'application/json' : 'text/html',
    ...retryAfter(seconds, as),
    ...lowerCase(fault.headers),
  };
  return { status, headers, body: fault.body ?? errorBody({ code, message, inner }, ids), ...cut };
}

const lowerCase = (headers: Record<string, string> = {}) =>
  Object.fromEntries(Object.entries(headers).map(([name, value]) => [name.toLowerCase(), value]));
