// The options of a delta query: given once, in the first request; from then on they travel inside the links.
// https://learn.microsoft.com/en-us/graph/api/message-delta#optional-query-parameters
import type { GraphCall } from './call.ts';
import { needScope } from './call.ts';
import { badRequest, GraphError, segmentNotFound } from './errors.ts';
import { expandOf } from './message-expand.ts';
import { BODY_PROPERTIES, selectMessageProperties } from './message-json.ts';

/** In China's cloud delta for mail is not available. @throws {GraphError} 400 */
export function refuseWithoutDelta({ context }: GraphCall): void {
  if (context.settings.cloud === 'china') throw segmentNotFound('delta');
}

export type DeltaQuery = {
  select?: string;
  expand?: string;
  since?: string;
  exclusive?: boolean;
  top?: number;
  changeType?: string;
  ordered?: boolean;
};

/** The same options as they would stand in a request. */
export function queryText({
  select,
  expand,
  since,
  exclusive,
  top,
  changeType,
  ordered,
}: DeltaQuery): string {
  const parts: string[] = [];
  if (select) parts.push(`$select=${encodeURIComponent(select)}`);
  if (expand) parts.push(`$expand=${encodeURIComponent(expand)}`);
  if (since)
    parts.push(`$filter=${encodeURIComponent(`receivedDateTime ${exclusive ? 'gt' : 'ge'} ${since}`)}`);
  if (ordered) parts.push('$orderby=receivedDateTime%20desc');
  if (top) parts.push(`$top=${top}`);
  if (changeType) parts.push(`changeType=${changeType}`);
  return parts.map((part) => `&${part}`).join('');
}

/** The first request's options, checked. @throws {GraphError} 400 */
export function readDeltaQuery(call: GraphCall): DeltaQuery {
  const { query } = call;
  const bad = ['$search', '$skip', '$count'].filter((name) => query.has(name));
  if (bad.length > 0) {
    const text = `The following parameters are not supported with change tracking over the 'Messages' resource: '${bad.join(', ')}'.`;
    throw new GraphError(400, 'ErrorInvalidUrlQuery', text);
  }
  const asked: DeltaQuery = {};
  const select = query.get('$select');
  if (select) {
    const names = selectMessageProperties(select);
    if (names.some((name) => BODY_PROPERTIES.has(name))) needScope(call, 'Mail.Read');
    asked.select = select;
  }
  const expand = query.get('$expand');
  if (expand) {
    needScope(call, 'Mail.Read');
    // https://learn.microsoft.com/en-us/graph/api/message-delta#optional-query-parameters
    if (expandOf(expand).some(({ name }) => name.endsWith('ExtendedProperties')))
      throw invalidQuery('$expand', expand);
    asked.expand = expand;
  }
  const filter = query.get('$filter');
  if (filter !== null) Object.assign(asked, readFilter(filter));
  const order = query.get('$orderby');
  if (order !== null) {
    if (!/^\s*receivedDateTime\s+desc\s*$/i.test(order)) throw invalidQuery('$orderby', order);
    asked.ordered = true;
  }
  const top = query.get('$top');
  if (top !== null) {
    if (!/^[1-9]\d{0,3}$/.test(top)) throw badRequest(`Invalid value '${top}' for $top query option found.`);
    asked.top = Number(top);
  }
  const changeType = query.get('changeType');
  if (changeType !== null) {
    if (!['created', 'updated', 'deleted'].includes(changeType)) throw invalidQuery('changeType', changeType);
    asked.changeType = changeType;
  }
  return asked;
}

const invalidQuery = (option: string, value: string) =>
  new GraphError(
    400,
    'ErrorInvalidUrlQuery',
    `The value '${value}' of ${option} is not supported with change tracking.`,
  );

function readFilter(filter: string): { since: string; exclusive: boolean } {
  const [, operator, since] = /^\s*receivedDateTime\s+(ge|gt)\s+(\S+)\s*$/i.exec(filter) ?? [];
  if (!operator || !since || Number.isNaN(Date.parse(since))) throw invalidQuery('$filter', filter);
  return { since, exclusive: operator.toLowerCase() === 'gt' };
}
