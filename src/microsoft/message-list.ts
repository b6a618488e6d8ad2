// A folder's messages by lists, for clouds that have no delta for mail (China, operated by 21Vianet): newest first,
// in windows of receivedDateTime. https://learn.microsoft.com/en-us/graph/api/mailfolder-list-messages
//
// Pages by `$skip` drift when the folder changes meanwhile: what moves up is never shown. So each page begins at the
// date where the one before it ended, and repeats the messages of that second.
import { GraphError } from './errors.ts';
import { MESSAGE_SELECT, TEXT_BODIES } from './message-fields.ts';
import {
  lostCursor,
  type MessagePage,
  messageRowOf,
  type PageFrom,
  type PageProtocol,
} from './message-page.ts';
import { asList, asObject, asText } from './read.ts';

/** Where a folder's listing stands, as JSON in the place of a delta link. Times are ISO 8601. */
export type ListCursor = {
  /** When this listing began, and when the last one of the whole folder did. */
  began: string;
  whole: string;
  /** Null: this listing is over, and the next one is of what came since `began`. */
  at: {
    /** Received at or after; null: from the first message on. */
    since: string | null;
    /** The second that the page before this one ended in; null: this is the first page. */
    until: string | null;
    /** Graph's own next page, where a page held nothing but one second's messages. */
    next: string | null;
  } | null;
};

// Mail may show late, or be dated by a clock that is slow.
const OVERLAP_MS = 60 * 60_000;

/** The listing that a link stands for; null when it is none (a delta link, from before the setting was changed). */
export function listCursorOf(link: string | null): ListCursor | null {
  if (!link?.startsWith('{')) return null;
  const cursor = asObject(JSON.parse(link));
  return asText(cursor.began) === null || asText(cursor.whole) === null ? null : (cursor as ListCursor);
}

/** A folder's messages by lists: all of them when `link` is null, else those that came since. */
export const messageList: PageProtocol = {
  request: (from) => ({ path: pathOf(from, positionOf(from).at), prefer: [TEXT_BODIES] }),
  read: pageOf,
  refusal: (error, { link }) => (link === null ? error : lostCursor(error)),
};

type Position = { began: string; whole: string; at: NonNullable<ListCursor['at']> };

function positionOf({ link, now }: PageFrom): Position {
  const cursor = listCursorOf(link);
  const began = now.toISOString();
  if (cursor === null) return { began, whole: began, at: { since: null, until: null, next: null } };
  if (cursor.at !== null) return { ...cursor, at: cursor.at };
  const since = new Date(Date.parse(cursor.began) - OVERLAP_MS).toISOString();
  return { began, whole: cursor.whole, at: { since, until: null, next: null } };
}

// Every property of $orderby must stand in $filter too, first and in the same order:
// https://learn.microsoft.com/en-us/graph/api/user-list-messages#using-filter-and-orderby-in-the-same-query
function pathOf({ root, folderId, pageSize }: PageFrom, { since, until, next }: Position['at']): string {
  if (next !== null) return next;
  const bounds = [
    ...(since === null ? [] : [`receivedDateTime ge ${since}`]),
    ...(until === null ? [] : [`receivedDateTime lt ${endOfSecond(until)}`]),
  ];
  const filter = bounds.length === 0 ? '' : `&$filter=${encodeURIComponent(bounds.join(' and '))}`;
  const order = `&$orderby=${encodeURIComponent('receivedDateTime desc')}`;
  const folder = encodeURIComponent(folderId);
  return `${root}/mailFolders/${folder}/messages?$select=${MESSAGE_SELECT}&$top=${pageSize}${filter}${order}`;
}

// Graph shows whole seconds and compares finer ones.
function endOfSecond(at: string): string {
  return new Date(Math.floor(Date.parse(at) / 1000) * 1000 + 1000).toISOString();
}

function pageOf(answer: unknown, from: PageFrom): MessagePage {
  const page = asObject(answer);
  if (!Array.isArray(page.value)) {
    throw new GraphError({ kind: 'malformed', status: 200, graphCode: 'no_value' });
  }
  const rows = asList(page.value).flatMap(messageRowOf);
  const position = positionOf(from);
  const at = nextPosition(position.at, {
    oldest: oldestOf(rows),
    next: asText(page['@odata.nextLink']),
    // A nextLink that is missing before the end has been reported: a full page is no end.
    isFull: rows.length >= from.pageSize,
  });
  const link = JSON.stringify({ ...position, at } satisfies ListCursor);
  return at === null ? { rows, nextLink: null, deltaLink: link } : { rows, nextLink: link, deltaLink: null };
}

type Shown = { oldest: string | null; next: string | null; isFull: boolean };

function nextPosition(at: Position['at'], { oldest, next, isFull }: Shown): ListCursor['at'] {
  if (next === null && !isFull) return null;
  if (oldest !== null && oldest !== at.until) return { ...at, until: oldest, next: null };
  return next === null ? null : { ...at, next };
}

function oldestOf(rows: MessagePage['rows']): string | null {
  const times = rows.flatMap((row) => {
    const at = row.removed ? Number.NaN : Date.parse(asText(row.message.receivedDateTime) ?? '');
    return Number.isNaN(at) ? [] : [at];
  });
  return times.length === 0 ? null : new Date(Math.min(...times)).toISOString();
}
