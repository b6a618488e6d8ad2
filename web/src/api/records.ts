// Work orders and equipment.
import { infiniteQueryOptions, keepPreviousData, queryOptions } from '@tanstack/react-query';

import { abortable, answer, service } from './client.ts';
import { idOf } from './ids.ts';
import type { Equipment } from './types.ts';

const { equipment, 'work-orders': workOrders } = service.api;
/** The states in which there is something left to do. */
const OPEN_STATES = 'planned,open,in_progress,waiting_parts,on_hold';

export const ANY_STATUS = 'any';
/** Without a status: what is to be done; with words to search for: all of them. */
export type WorkOrderFilter = { q?: string | undefined; status?: string | undefined };

function statusesOf({ q, status }: WorkOrderFilter): string {
  if (status === ANY_STATUS) return '';
  return status ?? (q ? '' : OPEN_STATES);
}

export const workOrdersQuery = (filter: WorkOrderFilter) =>
  infiniteQueryOptions({
    queryKey: ['work-orders', { q: filter.q ?? '', status: statusesOf(filter) }],
    queryFn: ({ pageParam, signal }) =>
      answer(
        workOrders.$get(
          {
            query: { limit: '100', ...given({ q: filter.q, status: statusesOf(filter), cursor: pageParam }) },
          },
          abortable(signal),
        ),
      ),
    initialPageParam: null as string | null,
    getNextPageParam: (page) => page.next_cursor,
    placeholderData: keepPreviousData,
    staleTime: 30_000,
  });

export const workOrderQuery = (id: string) =>
  queryOptions({
    queryKey: ['work-order', id],
    queryFn: async ({ signal }) =>
      answer(workOrders[':id'].$get({ param: { id: idOf(id) } }, abortable(signal))),
    staleTime: 30_000,
  });

/** All equipment that matches; a yacht has a few hundred items, so every page is read. */
export const equipmentListQuery = (q: string) =>
  queryOptions({
    queryKey: ['equipment-list', q],
    queryFn: async ({ signal }) => {
      const all: Equipment[] = [];
      let cursor: string | null = null;
      do {
        const query = { limit: '200', ...given({ q, cursor }) };
        const page: { items: Equipment[]; next_cursor: string | null } = await answer(
          equipment.$get({ query }, abortable(signal)),
        );
        all.push(...page.items);
        cursor = page.next_cursor;
      } while (cursor);
      return all;
    },
    placeholderData: keepPreviousData,
    staleTime: 60_000,
  });

export const equipmentQuery = (id: string) =>
  queryOptions({
    queryKey: ['equipment', id],
    queryFn: async ({ signal }) =>
      answer(equipment[':id'].$get({ param: { id: idOf(id) } }, abortable(signal))),
    staleTime: 30_000,
  });

/** The work orders and the equipment that match `q` best; without words, what is open. For pickers. */
export const recordSearchQuery = (q: string) =>
  queryOptions({
    queryKey: ['record-search', q],
    queryFn: async ({ signal }) => {
      const orders = given({ q, status: q ? null : OPEN_STATES });
      const [first, second] = await Promise.all([
        answer(workOrders.$get({ query: { limit: q ? '8' : '30', ...orders } }, abortable(signal))),
        q ? answer(equipment.$get({ query: { limit: '6', q } }, abortable(signal))) : null,
      ]);
      return { orders: first.items, equipment: second?.items ?? [] };
    },
    placeholderData: keepPreviousData,
    staleTime: 30_000,
  });

type Given = { q?: string; status?: string; cursor?: string };

/** The values that are there, without the empty ones. */
function given(values: { [K in keyof Given]: string | null | undefined }): Given {
  return Object.fromEntries(Object.entries(values).filter(([, value]) => value)) as Given;
}
