// Fetches a folder's pages and makes them ready, one ahead of whoever takes them.
import type { Clock } from '#base/clock.ts';
import { retry } from '#base/retry.ts';
import { isGraphError } from '#microsoft/errors.ts';
import type { Graph } from '#microsoft/graph-client.ts';
import { type MessagePage, messagePage, type PageProtocol } from '#microsoft/message-page.ts';
import { asObject, asText } from '#microsoft/read.ts';

import { FULL_PAGE, pageSizeAfter, pageSizeForAttempt } from './plan.ts';

const ATTEMPTS = 4;
const BASE_MS = 400;

export type Pull<Ready> = {
  protocol: PageProtocol;
  folderId: string;
  link: string | null;
  /** The page at `link`, when it is here already. */
  first?: MessagePage | undefined;
  /** What a page is made into before it is taken. */
  prepare(page: MessagePage): Promise<Ready>;
  clock: Clock;
  signal: AbortSignal;
};

/**
 * The pages of a folder from `link` on, to the one with the deltaLink, each prepared. While a page is being applied
 * the next is on its way. Passing faults are tried again, with smaller pages.
 *
 * @throws GraphError, `throttled` (CelesteError) when the wait is the schedule's, the signal's reason, and what
 *   `prepare` throws
 */
export async function* pullFolder<Ready>(
  graph: Graph,
  { protocol, folderId, link, first, prepare, clock, signal }: Pull<Ready>,
): AsyncGenerator<Ready> {
  const left = new AbortController();
  const either = AbortSignal.any([signal, left.signal]);
  let size = FULL_PAGE;
  const fetch = async (from: string | null) => {
    const at = { root: graph.root, folderId, link: from, pageSize: size, now: clock.now() };
    const page = await fetchPage(graph, protocol, { ...at, signal: either });
    size = pageSizeAfter(size, textLength(page));
    return ready(page);
  };
  const ready = async (page: MessagePage) => ({ nextLink: page.nextLink, page: await prepare(page) });
  let coming = first ? ready(first) : fetch(link);
  try {
    for (;;) {
      const { nextLink, page } = await coming;
      if (nextLink !== null) {
        coming = fetch(nextLink);
        // It is awaited once this page is taken; a failure until then is not unhandled.
        coming.catch(() => undefined);
      }
      yield page;
      if (nextLink === null) return;
    }
  } finally {
    left.abort();
    await coming.catch(() => undefined);
  }
}

type Fetch = Parameters<typeof messagePage>[2] & { signal: AbortSignal };

function fetchPage(graph: Graph, protocol: PageProtocol, request: Fetch): Promise<MessagePage> {
  const attempt = (n: number) =>
    messagePage(graph, protocol, { ...request, pageSize: pageSizeForAttempt(request.pageSize, n) });
  // A throttle is retried at once: the gate holds the request back, or hands it to the schedule.
  const isTransient = (error: unknown) => isGraphError(error, 'transient', 'malformed', 'throttled');
  return retry(attempt, { attempts: ATTEMPTS, baseMs: BASE_MS, isTransient, signal: request.signal });
}

function textLength(page: MessagePage): number {
  let length = 0;
  for (const row of page.rows) {
    if (!row.removed) length += asText(asObject(row.message.body).content)?.length ?? 0;
  }
  return length;
}
