// New mail arrives while someone reads the list. What is on screen is changed without moving a row under the
// pointer: rows that keep their place change at once, the rest waits until it may move.
import type { InfiniteData } from '@tanstack/react-query';

import type { Page, ThreadRow } from '../../api/types.ts';

export type InboxData = InfiniteData<Page<ThreadRow>, string | null>;

/** All loaded rows in order, each once: pages overlap when mail came in between loading them. */
export function rowsOf(data: InboxData | undefined): ThreadRow[] {
  const seen = new Set<string>();
  return (data?.pages ?? []).flatMap((page) =>
    page.items.filter((row) => !seen.has(row.id) && seen.add(row.id) !== undefined),
  );
}

const sameRow = (a: ThreadRow, b: ThreadRow) => JSON.stringify(a) === JSON.stringify(b);

/** `data` with every loaded row that kept its date replaced by its fresh state. Nothing moves. */
export function patchInPlace(data: InboxData, fresh: ThreadRow[]): InboxData {
  const byId = new Map(fresh.map((row) => [row.id, row]));
  const patch = (row: ThreadRow) => {
    const next = byId.get(row.id);
    return next && next.last_message_at === row.last_message_at && !sameRow(row, next) ? next : row;
  };
  return { ...data, pages: data.pages.map((page) => ({ ...page, items: page.items.map(patch) })) };
}

/** The rows of a fresh first page that are new, or newer than where they stand now. */
export function arrivals(data: InboxData, head: Page<ThreadRow>): ThreadRow[] {
  const known = new Map(rowsOf(data).map((row) => [row.id, row.last_message_at]));
  return head.items.filter((row) => known.get(row.id) !== row.last_message_at);
}

/** True when rows of the shown first page are missing from the fresh one: moved away, deleted, or read. */
export function hasDepartures(data: InboxData, head: Page<ThreadRow>): boolean {
  return rowsOf(withHead(data, head)).length < rowsOf(data).length + newRows(data, head);
}

function newRows(data: InboxData, head: Page<ThreadRow>): number {
  const known = new Set(rowsOf(data).map((row) => row.id));
  return head.items.filter((row) => !known.has(row.id)).length;
}

/**
 * `data` with a fresh first page on top. Rows that should stand within the fresh page and do not are gone.
 * When so much is new that the fresh page does not reach what was shown, the list begins anew.
 */
export function withHead(data: InboxData, head: Page<ThreadRow>): InboxData {
  const old = rowsOf(data);
  const places = new Map(old.map((row) => [row.id, row.last_message_at]));
  const reaches = head.items.some((row) => places.get(row.id) === row.last_message_at);
  const [first, second, ...others] = data.pages;
  if (!first || !head.next_cursor || !reaches) return { pages: [head], pageParams: [null] };

  const inHead = new Set(head.items.map((row) => row.id));
  const edge = head.items.at(-1)?.last_message_at ?? '';
  const remains = (row: ThreadRow) => !inHead.has(row.id) && (row.last_message_at ?? '') <= edge;
  const keep = (page: Page<ThreadRow>) => ({ ...page, items: page.items.filter(remains) });
  const joined = second
    ? { items: [...first.items, ...second.items], next_cursor: second.next_cursor }
    : { items: first.items, next_cursor: first.next_cursor };
  return {
    pages: [head, keep(joined), ...others.map(keep)],
    pageParams: [null, head.next_cursor, ...data.pageParams.slice(2)],
  };
}
