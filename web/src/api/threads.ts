// Conversations: the inbox's pages, one thread, its bodies and attachments.
import { infiniteQueryOptions, queryOptions } from '@tanstack/react-query';

import { abortable, answer, service } from './client.ts';
import { idOf } from './ids.ts';
import type { Page, ThreadRow } from './types.ts';

export type InboxFilter = 'all' | 'unread';
/** What an inbox shows; `mailbox`: only that one, by its watcher id. */
export type InboxView = { filter: InboxFilter; mailbox: string | null };
export const PAGE_ROWS = 60;

/** One page of the inbox, newest first; `cursor` is a page's `next_cursor`, null for the first. */
export function fetchInboxPage(
  { filter, mailbox }: InboxView,
  cursor: string | null,
  signal?: AbortSignal,
): Promise<Page<ThreadRow>> {
  const query = {
    filter,
    limit: String(PAGE_ROWS),
    ...(mailbox && { mailbox }),
    ...(cursor && { cursor }),
  };
  return answer(service.api.threads.$get({ query }, abortable(signal)));
}

export const inboxQuery = (view: InboxView) =>
  infiniteQueryOptions({
    queryKey: ['inbox', view.filter, view.mailbox],
    queryFn: ({ pageParam, signal }) => fetchInboxPage(view, pageParam, signal),
    initialPageParam: null as string | null,
    getNextPageParam: (page) => page.next_cursor,
    // Live events keep it fresh, page by page; a blanket refetch would load every page again.
    staleTime: Number.POSITIVE_INFINITY,
  });

export const threadQuery = (id: string) =>
  queryOptions({
    queryKey: ['thread', id],
    queryFn: async ({ signal }) =>
      answer(service.api.threads[':id'].$get({ param: { id: idOf(id) } }, abortable(signal))),
    staleTime: 60_000,
  });

export const bodyQuery = (emailId: string) =>
  queryOptions({
    queryKey: ['body', emailId],
    queryFn: ({ signal }) =>
      answer(service.api.emails[':id'].body.$get({ param: { id: emailId } }, abortable(signal))),
    staleTime: Number.POSITIVE_INFINITY,
    gcTime: 30 * 60_000,
  });

export const attachmentsQuery = (emailId: string) =>
  queryOptions({
    queryKey: ['attachments', emailId],
    queryFn: async ({ signal }) =>
      (
        await answer(
          service.api.emails[':id'].attachments.$get({ param: { id: emailId } }, abortable(signal)),
        )
      ).items,
    staleTime: Number.POSITIVE_INFINITY,
  });

export const attachmentUrl = (emailId: string, attachmentId: string) =>
  `/api/emails/${emailId}/attachments/${attachmentId}`;
