// Paging of lists by $top and $skip, with a nextLink that repeats the client's own options.
// https://learn.microsoft.com/en-us/graph/paging
import type { GraphCall } from './call.ts';
import { badRequest } from './errors.ts';

const DEFAULT_PAGE = 10;

export type ListPage<T> = {
  items: T[];
  count: { '@odata.count'?: number };
  next: { '@odata.nextLink'?: string };
};

function whole(call: GraphCall, option: string, fallback: number): number {
  const text = call.query.get(option);
  if (text === null) return fallback;
  if (!/^\d+$/.test(text))
    throw badRequest(
      `Invalid value '${text}' for ${option} query option found. The ${option} query option requires a non-negative integer value.`,
    );
  return Number(text);
}

export function pageSizeOf(call: GraphCall): number {
  const size = whole(call, '$top', call.prefer.maxPageSize ?? DEFAULT_PAGE);
  if (size < 1 || size > 1000) throw badRequest('The value of $top must be between 1 and 1000.');
  return size;
}

/** Cuts the asked page out of `items`, which may be given as a total and a slice to save work. */
export function pageOf<T>(
  call: GraphCall,
  items: T[] | { total: number; slice(from: number, to: number): T[] },
): ListPage<T> {
  const size = pageSizeOf(call);
  const skip = whole(call, '$skip', 0);
  const total = Array.isArray(items) ? items.length : items.total;
  const counted = call.query.get('$count')?.toLowerCase() === 'true';
  return {
    items: items.slice(skip, skip + size),
    count: counted ? { '@odata.count': total } : {},
    next: skip + size < total ? { '@odata.nextLink': nextLink(call, skip + size) } : {},
  };
}

function nextLink(call: GraphCall, skip: number): string {
  const { origin, pathname } = call.request.url;
  const parts = [...call.query]
    .filter(([name]) => name !== '$skip')
    .map(([name, value]) => `${encodeURIComponent(name)}=${encodeURIComponent(value)}`);
  return `${origin}${pathname}?${[...parts, `%24skip=${skip}`].join('&')}`;
}
