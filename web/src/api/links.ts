// Links between conversations and records: made, withdrawn, decided and undone. What is on screen changes at
// once and is put back when the service refuses.
import { type InfiniteData, type QueryClient, useMutation, useQueryClient } from '@tanstack/react-query';

import { answer, service } from './client.ts';
import { threadQuery } from './threads.ts';
import type { Link, LinkChip, Page, Thread, ThreadRow } from './types.ts';

export type RecordTarget = {
  target_type: LinkChip['target_type'];
  target_id: string;
  label: string;
  title: string;
};
export type LinkRequest = { threadId: string; emailId: string; target: RecordTarget };

function postLink({ emailId, target }: LinkRequest): Promise<Link> {
  const id = target.target_id;
  const json = target.target_type === 'work_order' ? { work_order_id: id } : { equipment_id: id };
  return answer(service.api.emails[':id'].link.$post({ param: { id: emailId }, json }));
}

type ChangeLinks = <L extends LinkChip>(links: L[]) => L[];

/** Applies `change` to the links of a thread wherever it is on screen. */
function patchLinks(client: QueryClient, threadId: string, change: ChangeLinks): void {
  client.setQueriesData<InfiniteData<Page<ThreadRow>>>({ queryKey: ['inbox'] }, (data) => {
    if (!data) return data;
    const patchRow = (row: ThreadRow) => (row.id === threadId ? { ...row, links: change(row.links) } : row);
    return { ...data, pages: data.pages.map((page) => ({ ...page, items: page.items.map(patchRow) })) };
  });
  client.setQueryData<Thread>(threadQuery(threadId).queryKey, (thread) =>
    thread ? { ...thread, links: change(thread.links) } : thread,
  );
}

/** Asks the service again for everything a link of this thread shows up in. */
export function refreshLinked(client: QueryClient, threadId: string): void {
  void client.invalidateQueries({ queryKey: ['thread', threadId] });
  for (const key of ['work-orders', 'work-order', 'equipment', 'equipment-list']) {
    void client.invalidateQueries({ queryKey: [key] });
  }
}

const sameTarget = (a: LinkChip, b: RecordTarget) =>
  a.target_type === b.target_type && a.target_id === b.target_id;

function expectedLink(threadId: string, target: RecordTarget): Link {
  return {
    ...target,
    thread_id: threadId,
    id: `expected:${target.target_id}`,
    state: 'linked',
    source: 'person',
    confidence: 1,
    evidence: [],
    created_by: null,
    created_at: new Date().toISOString(),
    decided_by: null,
    decided_at: null,
    can_undo: false,
  };
}

/** Makes a link. Resolves to the link and whether the thread had it before. */
export function useLinkThread() {
  const client = useQueryClient();
  return useMutation({
    mutationFn: async (wanted: LinkRequest) => {
      const known = client.getQueryData<Thread>(threadQuery(wanted.threadId).queryKey);
      const link = await postLink(wanted);
      const before = known?.links.some((one) => one.id === link.id && one.state === 'linked') ?? false;
      return { link, already: before };
    },
    onMutate: ({ threadId, target }) =>
      patchLinks(client, threadId, (links) => [
        ...links.filter((link) => !sameTarget(link, target)),
        expectedLink(threadId, target) as Link & (typeof links)[number],
      ]),
    onSuccess: ({ link }, { threadId, target }) => {
      patchLinks(client, threadId, (links) =>
        links.map((old) => (sameTarget(old, target) ? { ...old, ...link } : old)),
      );
    },
    onError: (_error, { threadId, target }) =>
      patchLinks(client, threadId, (links) =>
        links.filter((link) => !(sameTarget(link, target) && link.id.startsWith('expected:'))),
      ),
    onSettled: (_data, _error, { threadId }) => refreshLinked(client, threadId),
  });
}

export type LinkChange =
  | { kind: 'unlink' }
  | { kind: 'decide'; state: 'linked' | 'rejected' }
  | { kind: 'undo' };

function sendChange(id: string, change: LinkChange): Promise<Link> {
  const link = service.api.links[':id'];
  const param = { id };
  if (change.kind === 'unlink') return answer(link.$delete({ param }));
  if (change.kind === 'undo') return answer(link.decision.$delete({ param }));
  return answer(link.decision.$put({ param, json: { state: change.state } }));
}

/** Changes a link that exists: withdraws it, decides a suggestion, or takes back the last change. */
export function useChangeLink() {
  const client = useQueryClient();
  return useMutation({
    mutationFn: ({ linkId, change }: { threadId: string; linkId: string; change: LinkChange }) =>
      sendChange(linkId, change),
    onSuccess: (link, { threadId }) => {
      patchLinks(client, threadId, (links) => {
        if (link.state === 'removed' || link.state === 'rejected') {
          return links.filter((old) => old.id !== link.id);
        }
        const known = links.some((old) => old.id === link.id);
        return known
          ? links.map((old) => (old.id === link.id ? { ...old, ...link } : old))
          : [...links, link as Link & (typeof links)[number]];
      });
    },
    onSettled: (_data, _error, { threadId }) => refreshLinked(client, threadId),
  });
}
