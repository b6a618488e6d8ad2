// https://learn.microsoft.com/en-us/graph/api/message-delta, https://learn.microsoft.com/en-us/graph/delta-query-messages
import { GraphError, isGraphError } from './errors.ts';
import { type GraphMessage, MESSAGE_SELECT, TEXT_BODIES } from './message-fields.ts';
import type { MessagePage, MessagePageRow, PageFrom, PageProtocol } from './message-page.ts';
import { asList, asObject, asText } from './read.ts';

/** A folder's messages by delta: the whole of it the first time, then what changed. */
export const messageDelta: PageProtocol = {
  request: (from) => ({
    path: from.link ?? firstPath(from),
    // The preferences are not part of the link: Microsoft wants them on each page.
    prefer: [`odata.maxpagesize=${from.pageSize}`, TEXT_BODIES],
  }),
  read: pageOf,
  refusal: (error, { link }) => (link === null ? error : asLostCursor(error)),
};

function firstPath({ root, folderId }: PageFrom): string {
  return `${root}/mailFolders/${encodeURIComponent(folderId)}/messages/delta?$select=${MESSAGE_SELECT}`;
}

// We send the link as it came, so a 400 for it can only mean that it is no longer understood, in whatever words.
function asLostCursor(error: unknown): unknown {
  if (!isGraphError(error, 'rejected') || error.status !== 400) return error;
  const { status, graphCode, requestId } = error;
  return new GraphError({ kind: 'sync_state_lost', status, graphCode, requestId, cause: error });
}

function pageOf(answer: unknown): MessagePage {
  const page = asObject(answer);
  const nextLink = asText(page['@odata.nextLink']);
  const deltaLink = asText(page['@odata.deltaLink']);
  if (!Array.isArray(page.value) || (nextLink === null) === (deltaLink === null)) {
    throw new GraphError({ kind: 'malformed', status: 200, graphCode: 'no_link' });
  }
  return { rows: asList(page.value).flatMap(rowOf), nextLink, deltaLink };
}

// A row without an id names nothing; the reconciliation of counts would show it.
function rowOf(value: unknown): MessagePageRow[] {
  const row = asObject(value);
  const id = asText(row.id);
  if (id === null || id === '') return [];
  if (row['@removed'] !== undefined) return [{ removed: true, id }];
  return [{ removed: false, id, message: row as GraphMessage }];
}
