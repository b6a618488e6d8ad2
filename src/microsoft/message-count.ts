// How many messages a folder holds, and how many of them are unread: messages alone, where the folder's own counts
// are of items of every kind. https://learn.microsoft.com/en-us/graph/query-parameters#count
import { BATCH_SIZE, getBatch } from './batch.ts';
import type { Graph } from './graph-client.ts';
import { asObject } from './read.ts';

export type MessageCounts = { total: number; unread: number };

const FOLDERS_AT_ONCE = BATCH_SIZE / 2;

/**
 * Counts the messages of these folders, by folder id. A folder Microsoft gives no answer about is left out.
 *
 * @throws GraphError when a batch is refused as a whole
 */
export async function getMessageCounts(
  graph: Graph,
  folderIds: string[],
  signal?: AbortSignal,
): Promise<Map<string, MessageCounts>> {
  const counts = new Map<string, MessageCounts>();
  for (let at = 0; at < folderIds.length; at += FOLDERS_AT_ONCE) {
    const ids = folderIds.slice(at, at + FOLDERS_AT_ONCE);
    const items = ids.flatMap((id, index) => [
      { id: `${index}t`, path: countPath(graph.root, id, '') },
      { id: `${index}u`, path: countPath(graph.root, id, '&$filter=isRead%20eq%20false') },
    ]);
    const answers = await getBatch(graph, items, signal);
    for (const [index, id] of ids.entries()) {
      const [total, unread] = [`${index}t`, `${index}u`].map((item) => countOf(answers.get(item)));
      if (total !== undefined && unread !== undefined) counts.set(id, { total, unread });
    }
  }
  return counts;
}

function countPath(root: string, folderId: string, filter: string): string {
  return `${root}/mailFolders/${encodeURIComponent(folderId)}/messages?$count=true&$top=1&$select=id${filter}`;
}

function countOf(answer: object | undefined): number | undefined {
  const count = answer && 'body' in answer ? asObject(answer.body)['@odata.count'] : undefined;
  return typeof count === 'number' && Number.isInteger(count) ? count : undefined;
}
