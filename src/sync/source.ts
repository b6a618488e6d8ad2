// How a mailbox tells what is in it: by delta, or by lists in a cloud that has no delta for mail. The rest of a
// round (what is looked at, how pages are applied, how suspicion is settled) is the same for both.

import type { BatchItem } from '#microsoft/batch.ts';
import { isGraphError } from '#microsoft/errors.ts';
import { type FolderRound, folderRound, folderRoundItem, roundFrom } from '#microsoft/folder-delta.ts';
import { listFolders } from '#microsoft/folder-list.ts';
import type { Graph } from '#microsoft/graph-client.ts';
import { messageDelta } from '#microsoft/message-delta.ts';
import { messageList } from '#microsoft/message-list.ts';
import type { PageProtocol } from '#microsoft/message-page.ts';

import { type PlannedFolder, type Start, startOf } from './plan.ts';
import { startOfListing } from './plan-listing.ts';

/** A round over the folder tree; `isWhole`: every folder there is, not only what changed. */
export type TreeRound = { tree: FolderRound; isWhole: boolean };

export type MailSource = {
  pages: PageProtocol;
  /** Where to go on in a folder. */
  start(folder: PlannedFolder, now: Date): Start;
  /** The tree as of now, from `link` on where that is known. @throws GraphError */
  tree(graph: Graph, link: string | null, signal: AbortSignal): Promise<TreeRound>;
  /** The first page of the tree's round as an item of a batch, and what follows from its answer; null: it takes more than one request. */
  treeInBatch: {
    item(id: string, link: string): BatchItem;
    read(graph: Graph, answer: unknown, signal: AbortSignal): Promise<TreeRound>;
  } | null;
};

/** Microsoft's own change tracking: https://learn.microsoft.com/en-us/graph/delta-query-overview */
export const deltaSource: MailSource = {
  pages: messageDelta,
  start: startOf,
  tree: async (graph, link, signal) => {
    try {
      return { tree: await folderRound(graph, link, signal), isWhole: link === null };
    } catch (error) {
      if (link === null || !isGraphError(error, 'sync_state_lost', 'rejected')) throw error;
      return { tree: await folderRound(graph, null, signal), isWhole: true };
    }
  },
  treeInBatch: {
    item: folderRoundItem,
    read: async (graph, answer, signal) => ({ tree: await roundFrom(graph, answer, signal), isWhole: false }),
  },
};

/**
 * Lists, where there is no delta for mail (`GRAPH_NO_DELTA`): each round what was received since the last one, once
 * a day the whole of each folder, whose end makes a suspect of every message it did not show.
 */
export const listSource: MailSource = {
  pages: messageList,
  start: startOfListing,
  tree: async (graph, _, signal) => ({ tree: await listFolders(graph, signal), isWhole: true }),
  treeInBatch: null,
};
