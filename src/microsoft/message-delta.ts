// https://learn.microsoft.com/en-us/graph/api/message-delta, https://learn.microsoft.com/en-us/graph/delta-query-messages
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

/** A folder's messages by delta: the whole of it the first time, then what changed. */
export const messageDelta: PageProtocol = {
  request: (from) => ({
    path: from.link ?? firstPath(from),
    // The preferences are not part of the link: Microsoft wants them on each page.
    prefer: [`odata.maxpagesize=${from.pageSize}`, TEXT_BODIES],
  }),
  read: pageOf,
  refusal: (error, { link }) => (link === null ? error : lostCursor(error)),
};

function firstPath({ root, folderId }: PageFrom): string {
  return `${root}/mailFolders/${encodeURIComponent(folderId)}/messages/delta?$select=${MESSAGE_SELECT}`;
}

function pageOf(answer: unknown): MessagePage {
  const page = asObject(answer);
  const nextLink = asText(page['@odata.nextLink']);
  const deltaLink = asText(page['@odata.deltaLink']);
  if (!Array.isArray(page.value) || (nextLink === null) === (deltaLink === null)) {
    throw new GraphError({ kind: 'malformed', status: 200, graphCode: 'no_link' });
  }
  return { rows: asList(page.value).flatMap(messageRowOf), nextLink, deltaLink };
}
