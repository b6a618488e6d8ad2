// One request on its way through Graph: who asks, about whose mailbox, alone or inside a batch.
import type { SandboxContext } from '../context.ts';
import type { SandboxRequest } from '../http.ts';
import type { Mailbox } from '../store/types.ts';
import type { Caller } from './auth.ts';
import type { RequestIds } from './errors.ts';
import { newRequestIds } from './errors.ts';
import { namedMailbox } from './owner.ts';

export type Occasion = {
  context: SandboxContext;
  caller: Caller;
  /** Whose limits, faults and log it is: the mailbox that the path names, else the caller's own. */
  mailbox: Mailbox;
  ids: RequestIds;
  inner: boolean;
  /** When the client sent it, in ms; for a part of a batch, when the batch came. */
  arrivedAt: number;
  /** Who was told to wait, until when; it counts from when the client has the whole answer. */
  told: { mailbox: string; until: number | null }[];
  /** How many requests it is of each mailbox: a batch is several. */
  requests: Map<string, number>;
};

export const VERSION = /^\/(v1\.0|beta)(?=\/|$)/;

export const versionOf = ({ url }: SandboxRequest): string => VERSION.exec(url.pathname)?.[1] ?? 'v1.0';

export const pathOf = ({ url }: SandboxRequest): string => url.pathname.replace(VERSION, '');

/** A user alone is the directory's to answer: Exchange's limits and waits are not about it. */
export const isProfile = (request: SandboxRequest): boolean =>
  /^\/(me|users(\/[^/]+|\('[^/]+'\)))\/?$/i.test(pathOf(request));

function mailboxAt(context: SandboxContext, request: SandboxRequest, caller: Caller): Mailbox {
  const [, named = ''] = /^\/users(?:\/|\(')([^/']+)/i.exec(pathOf(request)) ?? [];
  return (named && namedMailbox(context, named)) || caller.mailbox;
}

export function outerOccasion(
  context: SandboxContext,
  request: SandboxRequest,
  { caller, ids, arrivedAt }: Pick<Occasion, 'caller' | 'ids' | 'arrivedAt'>,
): Occasion {
  const mailbox = mailboxAt(context, request, caller);
  return { context, caller, mailbox, ids, inner: false, arrivedAt, told: [], requests: new Map() };
}

export function innerOccasion(outer: Occasion, request: SandboxRequest): Occasion {
  const { context, caller } = outer;
  const ids = newRequestIds(undefined, context.now());
  return { ...outer, mailbox: mailboxAt(context, request, caller), ids, inner: true };
}
