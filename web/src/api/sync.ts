// What happened to the mailboxes: rounds, gaps, notices; and how often they are looked at.
import { keepPreviousData, queryOptions } from '@tanstack/react-query';

import { abortable, answer, service } from './client.ts';
import type { Watcher } from './types.ts';

const { watchers, notices } = service.api;

/** The rounds of the last day. `latest`: when the last one ended, so that a new one is asked for once. */
export const roundsQuery = (id: string, latest: string | null) =>
  queryOptions({
    queryKey: ['rounds', id, latest],
    queryFn: async ({ signal }) =>
      (await answer(watchers[':id'].rounds.$get({ param: { id } }, abortable(signal)))).items,
    placeholderData: keepPreviousData,
  });

/** When mail may have been missed, why, and when that was repaired. */
export const gapsQuery = (id: string, latest: string | null) =>
  queryOptions({
    queryKey: ['gaps', id, latest],
    queryFn: async ({ signal }) =>
      (await answer(watchers[':id'].gaps.$get({ param: { id } }, abortable(signal)))).items,
    placeholderData: keepPreviousData,
  });

/** What somebody should know of mailboxes without looking for it. */
export const noticesQuery = queryOptions({
  queryKey: ['notices'],
  queryFn: async ({ signal }) => (await answer(notices.$get({}, abortable(signal)))).items,
  // A mailbox also falls behind while no event says so.
  refetchInterval: 60_000,
});

export function setIntervalMinutes(id: string, minutes: number): Promise<Watcher> {
  return answer(watchers[':id'].interval.$put({ param: { id }, json: { minutes } }));
}
