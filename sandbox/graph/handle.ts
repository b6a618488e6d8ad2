// From a request to the handler of its path.
import type { SandboxRequest, SandboxResponse } from '../http.ts';
import type { GraphCall } from './call.ts';
import { refuseLarge } from './call.ts';
import { parseUri } from './errors.ts';
import type { Occasion } from './occasion.ts';
import { pathOf, versionOf } from './occasion.ts';
import { ownerOf } from './owner.ts';
import { readPreferences } from './prefer.ts';
import { findHandler } from './routes.ts';
import { segmentsOf } from './segments.ts';
import { subscriptionsEndpoint } from './subscriptions.ts';
import { refuseUnready } from './unready.ts';

/** @throws {GraphError} whatever the handler refuses */
export async function handle(
  request: SandboxRequest,
  { context, caller }: Occasion,
): Promise<SandboxResponse> {
  const { url } = request;
  refuseLarge(request, context);
  const prefer = readPreferences(request.headers.prefer);
  checkOptions(url.searchParams);
  const own: GraphCall = {
    ...{ ...caller, person: caller.mailbox, context, request, prefer },
    query: url.searchParams,
    base: `${url.origin}/${versionOf(request)}/me`,
  };
  const response = await route(own, segmentsOf(pathOf(request)));
  const applied: Record<string, string> =
    prefer.applied.length > 0 ? { 'preference-applied': prefer.applied.join(', ') } : {};
  return { ...response, headers: { ...applied, ...response.headers } };
}

function route(own: GraphCall, segments: string[]): SandboxResponse | Promise<SandboxResponse> {
  const [first = ''] = segments;
  if (first.toLowerCase() === 'subscriptions') return subscriptionsEndpoint(own, segments.slice(1));
  const { owner, mailbox, rest } = ownerOf(own, segments);
  refuseUnready(own.context, mailbox, rest);
  const base = own.base.replace(/me$/, owner);
  return findHandler(rest, own.request.method).run({ ...own, mailbox, base });
}

const OPTIONS = new Set(
  '$select $filter $orderby $top $skip $search $expand $count $skiptoken $deltatoken $format'.split(' '),
);

function checkOptions(query: URLSearchParams): void {
  const unknown = [...query.keys()].find((name) => name.startsWith('$') && !OPTIONS.has(name.toLowerCase()));
  if (unknown) throw parseUri(`The query parameter '${unknown}' is not supported.`);
}
