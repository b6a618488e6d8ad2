// https://learn.microsoft.com/en-us/graph/api/message-delta, https://learn.microsoft.com/en-us/graph/delta-query-messages
import { GraphError, isGraphError } from './errors.ts';
import type { Graph } from './graph-client.ts';
import { type GraphMessage, MESSAGE_SELECT, TEXT_BODIES } from './message-fields.ts';
import { asList, asObject, asText } from './read.ts';

export type DeltaPage = {
  /** In the order received; a message may stand there twice, the last one holds. */
  rows: DeltaRow[];
  /** Exactly one of the two: more of this round, or where the next round begins. */
  nextLink: string | null;
  deltaLink: string | null;
};

export type DeltaRow = { removed: true; id: string } | { removed: false; id: string; message: GraphMessage };

export type DeltaRequest = {
  folderId: string;
  /** A nextLink or deltaLink, whole; null for a first round. */
  link: string | null;
  pageSize: number;
  signal?: AbortSignal | undefined;
};

/**
 * One page of a folder's round. An empty page with a nextLink is no end.
 *
 * @throws GraphError: `sync_state_lost` when the link has died, `not_found` when the folder is gone
 */
export async function messageDeltaPage(graph: Graph, request: DeltaRequest): Promise<DeltaPage> {
  const path = request.link ?? firstPath(graph.root, request.folderId);
  // The preferences are not part of the link: Microsoft wants them on each page.
  const prefer = [`odata.maxpagesize=${request.pageSize}`, TEXT_BODIES];
  try {
    return pageOf(await graph.json({ path, prefer, signal: request.signal }));
  } catch (error) {
    throw request.link === null ? error : asLostCursor(error);
  }
}

function firstPath(root: string, folderId: string): string {
  return `${root}/mailFolders/${encodeURIComponent(folderId)}/messages/delta?$select=${MESSAGE_SELECT}`;
}

// We send the link as it came, so a 400 for it can only mean that it is no longer understood, in whatever words.
function asLostCursor(error: unknown): unknown {
  if (!isGraphError(error, 'rejected') || error.status !== 400) return error;
  const { status, graphCode, requestId } = error;
  return new GraphError({ kind: 'sync_state_lost', status, graphCode, requestId, cause: error });
}

function pageOf(answer: unknown): DeltaPage {
  const page = asObject(answer);
  const nextLink = asText(page['@odata.nextLink']);
  const deltaLink = asText(page['@odata.deltaLink']);
  if (!Array.isArray(page.value) || (nextLink === null) === (deltaLink === null)) {
    throw new GraphError({ kind: 'malformed', status: 200, graphCode: 'no_link' });
  }
  return { rows: asList(page.value).flatMap(rowOf), nextLink, deltaLink };
}

// A row without an id names nothing; the reconciliation of counts would show it.
function rowOf(value: unknown): DeltaRow[] {
  const row = asObject(value);
  const id = asText(row.id);
  if (id === null || id === '') return [];
  if (row['@removed'] !== undefined) return [{ removed: true, id }];
  return [{ removed: false, id, message: row as GraphMessage }];
}
