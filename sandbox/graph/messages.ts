// Messages: list, search, get, MIME, and the changes a client may make.
// https://learn.microsoft.com/en-us/graph/api/resources/message
import type { SandboxResponse } from '../http.ts';
import type { StoredMessage } from '../store/types.ts';
import type { GraphCall } from './call.ts';
import { allows, contextUrl, folderAt, json, messageAt, needScope } from './call.ts';
import { accessDenied, badRequest, GraphError, itemNotFound } from './errors.ts';
import { compileFilter, fieldReader } from './filter.ts';
import { allMessages, folderMessages } from './folder-view.ts';
import { expandOf, withExpanded } from './message-expand.ts';
import type { Row } from './message-json.ts';
import { BODY_PROPERTIES, DEFAULT_PROPERTIES, messageRow, selectMessageProperties } from './message-json.ts';
import { mimeOf } from './mime.ts';
import { pageOf } from './paging.ts';
import { refusePoison } from './poison.ts';
import { compileSearch } from './search.ts';

const SEARCH_CAP = 1000;
const BODIES = new Set(['body', 'uniqueBody']);

/** The properties this token may see. Asking for a body with Mail.ReadBasic is refused. */
function selection(call: GraphCall): string[] | null {
  const text = call.query.get('$select');
  const select = text ? selectMessageProperties(text) : null;
  if (allows(call, 'Mail.Read')) return select;
  if (select?.some((name) => BODY_PROPERTIES.has(name))) throw accessDenied();
  return select ?? DEFAULT_PROPERTIES.filter((name) => !BODY_PROPERTIES.has(name));
}

export function rowOf(
  call: GraphCall,
  message: StoredMessage,
  select: string[] | null,
  { page = false } = {},
): Row {
  refusePoison(message, { page, bodies: !select || select.some((name) => BODIES.has(name)) });
  return {
    ...messageRow(message, select, call.prefer),
    ...withExpanded(call, message, call.query.get('$expand')),
  };
}

/** `GET /me/messages` (every folder, Deleted Items too) and `GET …/mailFolders/{id}/messages`. */
export function listMessages(call: GraphCall, folderText?: string): SandboxResponse {
  needScope(call, 'Mail.ReadBasic');
  const select = selection(call);
  const expand = call.query.get('$expand');
  if (expand) expandOf(expand);
  const source =
    folderText === undefined ? allMessages(call.mailbox) : folderMessages(folderAt(call, folderText));
  const page = pageOf(call, chosen(call, source));
  const tail =
    folderText === undefined ? '/messages' : `/mailFolders('${folderAt(call, folderText).id}')/messages`;
  return json(200, {
    '@odata.context': contextUrl(call, tail),
    ...page.count,
    value: page.items.map((message) => rowOf(call, message, select, { page: true })),
    ...page.next,
  });
}

export function countMessages(call: GraphCall, folderText?: string): SandboxResponse {
  needScope(call, 'Mail.ReadBasic');
  const source =
    folderText === undefined ? allMessages(call.mailbox) : folderMessages(folderAt(call, folderText));
  if (call.query.has('$search')) throw notWithSearch('$count', 'SearchWithCount');
  const found = chosen(call, source);
  const count = Array.isArray(found) ? found.length : found.total;
  return { status: 200, headers: { 'content-type': 'text/plain' }, body: String(count) };
}

type Slices = { total: number; slice(from: number, to: number): StoredMessage[] };

/** What $filter, $search and $orderby leave, in order; newest first without them. */
function chosen(call: GraphCall, source: StoredMessage[]): StoredMessage[] | Slices {
  const { query } = call;
  const search = query.get('$search');
  const filter = query.get('$filter');
  const orderBy = query.get('$orderby');
  if (search !== null) {
    // https://learn.microsoft.com/en-us/graph/permissions-reference#mailreadbasic
    needScope(call, 'Mail.Read');
    if (filter !== null) throw notWithSearch('$filter', 'SearchWithFilter');
    if (orderBy !== null) throw notWithSearch('$orderBy', 'SearchWithFilter');
    if (query.has('$count')) throw notWithSearch('$count', 'SearchWithCount');
    return source.filter(compileSearch(search)).sort(bySent).slice(0, SEARCH_CAP);
  }
  const compiled = filter === null ? null : compileFilter(filter);
  const orders = orderBy === null ? null : readOrder(orderBy);
  const named = [...(compiled?.properties ?? []), ...(orders ?? []).map(({ property }) => property)];
  if (named.includes('bodypreview')) needScope(call, 'Mail.Read');
  if (compiled && orders) refuseInefficient(compiled.properties, orders);
  if (!compiled && (!orders || isNewestFirst(orders))) return newestFirst(source);
  const found = (compiled ? source.filter(compiled.matches) : [...source]).reverse();
  return orders ? found.sort(comparator(orders)) : found;
}

const notWithSearch = (option: string, code: string) =>
  new GraphError(400, code, `The query parameter '${option}' is not supported with '$search'.`);

const bySent = (a: StoredMessage, b: StoredMessage) =>
  (b.sentAt?.getTime() ?? 0) - (a.sentAt?.getTime() ?? 0);

function newestFirst(source: StoredMessage[]): Slices {
  const total = source.length;
  return {
    total,
    slice: (from, to) => source.slice(Math.max(0, total - to), Math.max(0, total - from)).reverse(),
  };
}

type Order = { property: string; descending: boolean; read: ReturnType<typeof fieldReader> };

const isNewestFirst = (orders: Order[]) =>
  orders.length === 1 && orders[0]?.property === 'receiveddatetime' && orders[0].descending;

function readOrder(text: string): Order[] {
  return text.split(',').map((part) => {
    const [, property = '', direction = 'asc'] = /^\s*([\w/]+)(?:\s+(asc|desc))?\s*$/i.exec(part) ?? [];
    if (!property) throw badRequest(`Syntax error in $orderby '${text}'.`);
    return {
      property: property.toLowerCase(),
      descending: direction.toLowerCase() === 'desc',
      read: fieldReader(property),
    };
  });
}

/**
 * Each property of $orderby must be in $filter too, in the same order and before all others.
 * https://learn.microsoft.com/en-us/graph/api/user-list-messages#using-filter-and-orderby-in-the-same-query
 */
function refuseInefficient(filtered: string[], orders: Order[]): void {
  const distinct = [...new Set(filtered)];
  const fits = orders.every(({ property }, position) => distinct[position] === property);
  if (fits) return;
  const text = 'The restriction or sort order is too complex for this operation.';
  throw new GraphError(400, 'InefficientFilter', text);
}

const comparator = (orders: Order[]) => (a: StoredMessage, b: StoredMessage) => {
  for (const { read, descending } of orders) {
    const [x, y] = [read(a) ?? '', read(b) ?? ''];
    if (x !== y) return (x < y ? -1 : 1) * (descending ? -1 : 1);
  }
  return 0;
};

export function getMessage(call: GraphCall, id: string, folderText?: string): SandboxResponse {
  needScope(call, 'Mail.ReadBasic');
  const message = messageAt(call, id);
  if (folderText !== undefined && folderAt(call, folderText) !== message.placement.folder)
    throw itemNotFound();
  const row = rowOf(call, message, selection(call));
  return json(200, { '@odata.context': contextUrl(call, '/messages/$entity'), ...row });
}

/** The MIME source: as imported, else composed. */
export function getMime(call: GraphCall, id: string): SandboxResponse {
  needScope(call, 'Mail.Read');
  const message = messageAt(call, id);
  refusePoison(message, { page: false, bodies: true });
  return { status: 200, headers: { 'content-type': 'text/plain' }, body: mimeOf(message) };
}
