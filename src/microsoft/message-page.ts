// A page of a folder's messages, however it is asked for: by delta (message-delta.ts) or, in a cloud that has no
// delta for mail, by lists (message-list.ts). Both give pages of the same form, each with the cursor after it.
import type { BatchAnswer, BatchItem } from './batch.ts';
import type { Graph } from './graph-client.ts';
import type { GraphMessage } from './message-fields.ts';

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
