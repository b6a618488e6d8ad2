// A page of a folder's messages, however it is asked for: by delta (message-delta.ts) or, in a cloud that has no
// delta for mail, by lists (message-list.ts). Both give pages of the same form, each with the cursor after it.
import type { BatchAnswer, BatchItem } from './batch.ts';
import { GraphError, isGraphError } from './errors.ts';
import type { Graph } from './graph-client.ts';
import type { GraphMessage } from './message-fields.ts';
import { asObject, asText } from './read.ts';

export type MessagePage = {
  /** In the order received; a message may stand there twice, the last one holds. */
  rows: MessagePageRow[];
  /** Exactly one of the two: more of this round, or where the next round begins. */
  nextLink: string | null;
  deltaLink: string | null;
};

export type MessagePageRow =
  | { removed: true; id: string }
  | { removed: false; id: string; message: GraphMessage };

export type PageFrom = {
  /** Where the mailbox stands; see `Graph.root`. */
  root: string;
  folderId: string;
  /** A nextLink or deltaLink of an earlier page, whole; null for a first round. */
  link: string | null;
  pageSize: number;
  now: Date;
};

/** How pages are asked for and read. */
export type PageProtocol = {
  /** @throws GraphError `sync_state_lost` for a link that is not this protocol's */
  request(from: PageFrom): { path: string; prefer: string[] };
  /** @throws GraphError `malformed` */
  read(answer: unknown, from: PageFrom): MessagePage;
  /** What a refusal means for this page. */
  refusal(error: unknown, from: PageFrom): unknown;
};

/**
 * One page of a folder's round. An empty page with a nextLink is no end.
 *
 * @throws GraphError: `sync_state_lost` when the link has died, `not_found` when the folder is gone
 */
export async function messagePage(
  graph: Graph,
  protocol: PageProtocol,
  { signal, ...from }: PageFrom & { signal?: AbortSignal | undefined },
): Promise<MessagePage> {
  try {
    return protocol.read(await graph.json({ ...protocol.request(from), signal }), from);
  } catch (error) {
    throw protocol.refusal(error, from);
  }
}

/** One page as an item of a batch; the id is the caller's. @throws as `PageProtocol.request` */
export function messagePageItem(protocol: PageProtocol, id: string, from: PageFrom): BatchItem {
  return { id, ...protocol.request(from) };
}

/** The page that an item of a batch was answered with. @throws GraphError as `messagePage` */
export function messagePageOf(protocol: PageProtocol, answer: BatchAnswer, from: PageFrom): MessagePage {
  try {
    if ('error' in answer) throw answer.error;
    return protocol.read(answer.body, from);
  } catch (error) {
    throw protocol.refusal(error, from);
  }
}

/**
 * For a refusal of a link that was sent as it came: a 400 can only mean that it is no longer understood, in whatever
 * words.
 */
export function lostCursor(error: unknown): unknown {
  if (!isGraphError(error, 'rejected') || error.status !== 400) return error;
  const { status, graphCode, requestId } = error;
  return new GraphError({ kind: 'sync_state_lost', status, graphCode, requestId, cause: error });
}

/** A row of a page. One without an id names nothing; the reconciliation of counts would show it. */
export function messageRowOf(value: unknown): MessagePageRow[] {
  const row = asObject(value);
  const id = asText(row.id);
  if (id === null || id === '') return [];
  if (row['@removed'] !== undefined) return [{ removed: true, id }];
  return [{ removed: false, id, message: row as GraphMessage }];
}
