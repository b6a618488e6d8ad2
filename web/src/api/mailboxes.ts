// Connecting Outlook, and the state of every mailbox this person may see.
import { type QueryClient, queryOptions } from '@tanstack/react-query';

import { abortable, answer, service } from './client.ts';
import { readProblem } from './problem.ts';
import type { MailChoice, OutlookStatus, Purpose, Watcher } from './types.ts';

const { outlook } = service.auth;
const { watchers } = service.api;

export const outlookQuery = queryOptions({
  queryKey: ['outlook'],
  queryFn: ({ signal }) => answer(outlook.status.$get({}, abortable(signal))),
});

export const watchersQuery = queryOptions({
  queryKey: ['watchers'],
  queryFn: async ({ signal }) => (await answer(watchers.$get({}, abortable(signal)))).items,
  // Freshness is shown all the time: asked again now and then, also when no event comes through.
  refetchInterval: 60_000,
});

export const watcherQuery = (id: string) =>
  queryOptions({
    queryKey: ['watchers', id],
    queryFn: ({ signal }) => answer(watchers[':id'].$get({ param: { id } }, abortable(signal))),
  });

/** `shared`: also mailboxes that others have shared with the person. */
export type Wanted = { purpose: Purpose; shared?: boolean };

/** Where the browser must go to grant Celeste Mail access; bound to this session, good for ten minutes. */
export async function authorizeUrl({ purpose, shared = false }: Wanted): Promise<string> {
  return (await answer(outlook.authorize.$get({ query: { purpose, shared: String(shared) } }))).url;
}

export function disconnect(purpose: Purpose, mail: MailChoice): Promise<OutlookStatus> {
  return answer(outlook.disconnect.$post({ json: { purpose, mail } }));
}

/** Answers the question "you were connected as A, Microsoft says you are now B" with: take B. */
export function replaceAccount(state: string): Promise<OutlookStatus> {
  return answer(outlook.replace.$post({ json: { state } }));
}

export function syncNow(id: string): Promise<Watcher> {
  return answer(watchers[':id'].sync.$post({ param: { id } }));
}

export function setPaused(id: string, paused: boolean): Promise<Watcher> {
  const { pause } = watchers[':id'];
  return paused ? answer(pause.$put({ param: { id } })) : answer(pause.$delete({ param: { id } }));
}

/** Stops keeping a mailbox in sync: a shared one, or as the captain somebody else's. Leaves one so that has ended. */
export async function endMailbox(id: string, mail: MailChoice): Promise<void> {
  const response = await watchers[':id'].$delete({ param: { id }, query: { mail } });
  if (!response.ok) throw await readProblem(response as unknown as Response);
}

/** Puts a fresh watcher into the lists that are on screen. */
export function rememberWatcher(client: QueryClient, watcher: Watcher): void {
  client.setQueryData(watchersQuery.queryKey, (items) =>
    items?.map((item) => (item.id === watcher.id ? { ...item, ...watcher } : item)),
  );
  client.setQueryData(watcherQuery(watcher.id).queryKey, (old) => old && { ...old, ...watcher });
}
