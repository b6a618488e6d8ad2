import { useInfiniteQuery, useQueryClient } from '@tanstack/react-query';
import { useCallback, useEffect, useMemo, useRef, useState } from 'react';

import { onLive } from '../../api/live.ts';
import { fetchInboxPage, type InboxView, inboxQuery } from '../../api/threads.ts';
import type { Page, ThreadRow } from '../../api/types.ts';
import { arrivals, hasDepartures, type InboxData, patchInPlace, rowsOf, withHead } from './merge.ts';

/** Events come in bursts during a first sync; the first page is asked for at most this often. */
const QUIET_MS = 400;

/**
 * The inbox's rows, kept fresh by live events. `mayMove` is asked whether rows may change places right now;
 * when not, what came waits: `waiting` counts it and `showWaiting` lets it in.
 */
export function useInbox({ filter, mailbox }: InboxView, mayMove: () => boolean) {
  const client = useQueryClient();
  const view = useMemo(() => ({ filter, mailbox }), [filter, mailbox]);
  const list = useInfiniteQuery(inboxQuery(view));
  const [held, setHeld] = useState<Page<ThreadRow> | null>(null);
  const data = list.data as InboxData | undefined;
  const key = useMemo(() => inboxQuery(view).queryKey, [view]);

  const change = useCallback(
    (apply: (old: InboxData) => InboxData) =>
      client.setQueryData(key, (old) => (old ? apply(old as InboxData) : old)),
    [client, key],
  );

  const takeHead = useCallback(
    (head: Page<ThreadRow>) => {
      const current = client.getQueryData(key) as InboxData | undefined;
      if (!current) return;
      change((old) => patchInPlace(old, head.items));
      const moves = arrivals(current, head).length > 0 || hasDepartures(current, head);
      if (moves && !mayMove()) return setHeld(head);
      setHeld(null);
      if (moves) change((old) => withHead(old, head));
    },
    [client, key, change, mayMove],
  );

  const refresh = useRefresh(async (ids) => {
    const current = client.getQueryData(key) as InboxData | undefined;
    if (!current) return;
    const head = await fetchInboxPage(view, null);
    takeHead(head);
    await patchLaterPages({ current, head, ids, view, change });
  });

  useEffect(() => setHeld((old) => (key ? null : old)), [key]);
  useEffect(() => {
    const stops = [
      onLive('threads', ({ thread_ids }) => refresh(thread_ids ?? [])),
      onLive('links', ({ thread_id }) => refresh([thread_id])),
      onLive('opened', () => refresh([])),
    ];
    return () => {
      for (const stop of stops) stop();
    };
  }, [refresh]);

  const showWaiting = useCallback(() => {
    if (held) change((old) => withHead(old, held));
    setHeld(null);
  }, [held, change]);

  const rows = useMemo(() => rowsOf(data), [data]);
  const waiting = held && data ? arrivals(data, held).length : 0;
  return { list, rows, waiting, hasHeld: held !== null, showWaiting };
}

type LaterPages = {
  current: InboxData;
  head: Page<ThreadRow>;
  ids: string[];
  view: InboxView;
  change: (apply: (old: InboxData) => InboxData) => unknown;
};

/** Fetches again the loaded pages below the first that hold one of `ids`, and changes their rows in place. */
async function patchLaterPages({ current, head, ids, view, change }: LaterPages): Promise<void> {
  const inHead = new Set(head.items.map((row) => row.id));
  const wanted = new Set(ids.filter((id) => !inHead.has(id)));
  for (const [index, page] of current.pages.entries()) {
    if (index === 0 || !page.items.some((row) => wanted.has(row.id))) continue;
    const fresh = await fetchInboxPage(view, current.pageParams[index] ?? null);
    change((old) => patchInPlace(old, fresh.items));
  }
}

/** Gathers ids for a moment and runs `run` once for all of them, never twice at a time. */
function useRefresh(run: (ids: string[]) => Promise<void>): (ids: string[]) => void {
  const latest = useRef(run);
  latest.current = run;
  const ids = useRef(new Set<string>());
  const timer = useRef<ReturnType<typeof setTimeout> | undefined>(undefined);
  const running = useRef(false);

  const fire = useCallback(async () => {
    timer.current = undefined;
    if (running.current) {
      timer.current = setTimeout(fire, QUIET_MS);
      return;
    }
    running.current = true;
    const batch = [...ids.current];
    ids.current.clear();
    // A failed look is repeated by the next event or by "resumed"; the banner says when the link is down.
    await latest.current(batch).catch((error: unknown) => console.warn('inbox not refreshed', error));
    running.current = false;
  }, []);

  useEffect(() => () => clearTimeout(timer.current), []);
  return useCallback(
    (more: string[]) => {
      for (const id of more) ids.current.add(id);
      timer.current ??= setTimeout(fire, QUIET_MS);
    },
    [fire],
  );
}
