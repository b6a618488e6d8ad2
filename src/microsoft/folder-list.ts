// The folder tree by lists, for clouds that have no delta for mail.
// https://learn.microsoft.com/en-us/graph/api/user-list-mailfolders, https://learn.microsoft.com/en-us/graph/api/mailfolder-list-childfolders
import { BATCH_SIZE, getBatch } from './batch.ts';
import { GraphError } from './errors.ts';
import { type FolderRound, folderOf, type GraphFolder } from './folder-delta.ts';
import type { Graph } from './graph-client.ts';
import { asList, asObject, asText } from './read.ts';

const OPTIONS =
  '$select=displayName,parentFolderId,totalItemCount,unreadItemCount,isHidden,childFolderCount&$top=200&includeHiddenFolders=true';
// A mailbox may hold tens of thousands of folders; beyond this a list goes in circles.
const MAX_PAGES = 1_000;

type Found = { folders: Map<string, GraphFolder>; parents: string[] };

/**
 * Every folder there is, flattened. A folder that was made or moved while the tree was read may be missing.
 *
 * @throws GraphError, also when one folder's children cannot be read
 */
export async function listFolders(graph: Graph, signal?: AbortSignal): Promise<FolderRound> {
  const found: Found = { folders: new Map(), parents: [] };
  await takePages(graph, await graph.json({ path: `${graph.root}/mailFolders?${OPTIONS}`, signal }), {
    found,
    signal,
  });
  while (found.parents.length > 0) {
    const parents = found.parents.splice(0, BATCH_SIZE);
    const items = parents.map((id, n) => ({
      id: String(n),
      path: `${graph.root}/mailFolders/${encodeURIComponent(id)}/childFolders?${OPTIONS}`,
    }));
    for (const answer of (await getBatch(graph, items, signal)).values()) {
      if (!('error' in answer)) await takePages(graph, answer.body, { found, signal });
      // Gone since its parent was read.
      else if (answer.error.kind !== 'not_found') throw answer.error;
    }
  }
  return { folders: [...found.folders.values()], removedIds: [], deltaLink: LISTED };
}

/** Stands where a delta link would. */
const LISTED = 'listed';

type Taking = { found: Found; signal: AbortSignal | undefined };

async function takePages(graph: Graph, first: unknown, { found, signal }: Taking): Promise<void> {
  let answer = asObject(first);
  for (let page = 0; page < MAX_PAGES; page += 1) {
    if (!Array.isArray(answer.value)) {
      throw new GraphError({ kind: 'malformed', status: 200, graphCode: 'no_value' });
    }
    for (const row of asList(answer.value).map(asObject)) {
      const id = asText(row.id);
      if (id === null || found.folders.has(id)) continue;
      found.folders.set(id, folderOf(id, row));
      if (row.childFolderCount !== 0) found.parents.push(id);
    }
    const next = asText(answer['@odata.nextLink']);
    if (next === null) return;
    answer = asObject(await graph.json({ path: next, signal }));
  }
}
