// https://learn.microsoft.com/en-us/graph/api/mailfolder-delta
import type { BatchItem } from './batch.ts';
import { GraphError } from './errors.ts';
import type { Graph } from './graph-client.ts';
import { asList, asObject, asText, type Json } from './read.ts';

export type GraphFolder = {
  id: string;
  /** Absent in the answer: undefined, so that what is stored stays. */
  displayName: string | undefined;
  parentFolderId: string | undefined;
  totalItemCount: number | undefined;
  unreadItemCount: number | undefined;
  isHidden: boolean | undefined;
  isSearch: boolean;
};

export type FolderRound = {
  folders: GraphFolder[];
  removedIds: string[];
  /** Where the next round begins. */
  deltaLink: string;
};

// Hidden folders hold mail too (rules and add-ins move it there); they are read, but not shown in the inbox.
const FIRST =
  '/mailFolders/delta?$select=displayName,parentFolderId,totalItemCount,unreadItemCount,isHidden&includeHiddenFolders=true';
const PREFER = ['odata.maxpagesize=200'];
// A mailbox may hold tens of thousands of folders; beyond this a cursor goes in circles.
const MAX_PAGES = 1_000;

/**
 * One whole round over the folder tree, flattened: every folder when `deltaLink` is null, else what changed.
 * A folder that stands there twice is given as it was last.
 *
 * @throws GraphError, `sync_state_lost` when `deltaLink` has died
 */
export async function folderRound(
  graph: Graph,
  deltaLink: string | null,
  signal?: AbortSignal,
): Promise<FolderRound> {
  const path = deltaLink ?? `${graph.root}${FIRST}`;
  return roundFrom(graph, await graph.json({ path, prefer: PREFER, signal }), signal);
}

/** The first page of a later round, as an item of a batch. */
export function folderRoundItem(id: string, deltaLink: string): BatchItem {
  return { id, path: deltaLink, prefer: PREFER };
}

/** The whole round whose first page is here already. @throws GraphError */
export async function roundFrom(graph: Graph, first: unknown, signal?: AbortSignal): Promise<FolderRound> {
  const found = { folders: new Map<string, GraphFolder>(), removed: new Set<string>() };
  let answer = asObject(first);
  for (let page = 0; page < MAX_PAGES; page += 1) {
    takePage(answer, found);
    const end = asText(answer['@odata.deltaLink']);
    if (end !== null)
      return { folders: [...found.folders.values()], removedIds: [...found.removed], deltaLink: end };
    const next = asText(answer['@odata.nextLink']);
    if (next === null) break;
    answer = asObject(await graph.json({ path: next, prefer: PREFER, signal }));
  }
  throw new GraphError({ kind: 'malformed', status: 200, graphCode: 'no_delta_link' });
}

type Found = { folders: Map<string, GraphFolder>; removed: Set<string> };

function takePage(answer: Json, { folders, removed }: Found): void {
  for (const row of asList(answer.value).map(asObject)) {
    const id = asText(row.id);
    if (id === null) continue;
    if (row['@removed'] === undefined) {
      folders.set(id, { ...definedOf(folders.get(id)), ...folderOf(id, row) });
      removed.delete(id);
    } else {
      removed.add(id);
      folders.delete(id);
    }
  }
}

/** What a row says of a folder. */
export function folderOf(id: string, row: Json): GraphFolder {
  return {
    id,
    displayName: asText(row.displayName) ?? undefined,
    parentFolderId: asText(row.parentFolderId) ?? undefined,
    totalItemCount: countOf(row.totalItemCount),
    unreadItemCount: countOf(row.unreadItemCount),
    isHidden: typeof row.isHidden === 'boolean' ? row.isHidden : undefined,
    isSearch: row['@odata.type'] === '#microsoft.graph.mailSearchFolder',
  };
}

function countOf(value: unknown): number | undefined {
  return typeof value === 'number' && Number.isInteger(value) && value >= 0 ? value : undefined;
}

function definedOf(folder: GraphFolder | undefined): Partial<GraphFolder> {
  return Object.fromEntries(Object.entries(folder ?? {}).filter(([, value]) => value !== undefined));
}
