// Looks for news in many folders at once. Most mailboxes have none most of the time: twenty folders are one
// request, and those with nothing new cost no statement until the round ends. A folder with news, or with a refusal of its own, is then
// read as any other (read-folder.ts).
import { BATCH_SIZE, type BatchAnswer, type BatchItem, getBatch } from '#microsoft/batch.ts';
import { GraphError, isGraphError } from '#microsoft/errors.ts';
import { messagePageItem, messagePageOf, type PageFrom } from '#microsoft/message-page.ts';

import { applyTree, noteQuiet, syncTree, type Tree } from './folders.ts';
import type { Start } from './plan.ts';
import { isAtRest, type Looking, lookedAtBefore, nextLook } from './plan-look.ts';
import { type Look, type Reading, startAgain } from './read-folder.ts';
import { type FoldersState, readFolders } from './read-folders.ts';
import type { FolderRow, Round } from './round.ts';

// Small: twenty of them come in one answer. A folder with more goes on by itself, with full pages.
const LOOK_PAGE = 25;

/**
 * Brings the tree in step, and reads what is new in the folders whose turn it is: all of them when `whole`.
 *
 * @throws as `syncTree` and `readFolders`
 */
export async function lookAround(
  round: Round,
  reading: Reading,
  { whole, state }: { whole: boolean; state: FoldersState },
): Promise<void> {
  const { tree } = reading;
  const looked = lookedAtBefore(tree.folders, round.watcher, round.clock.now());
  const looking: Looking = { whole, moved: new Set(), looked, batches: 0 };
  let withTree = round.source.treeInBatch !== null && tree.link !== null && tree.folders.some(isAtRest);
  if (!withTree) await syncTree(round, tree, { whole: false });
  for (;;) {
    const folders = nextLook(tree.folders, looking, withTree ? BATCH_SIZE - 1 : BATCH_SIZE);
    if (folders.length === 0) return;
    round.signal.throwIfAborted();
    const looks = await lookAt(round, tree, { folders, withTree, looking });
    withTree = false;
    looking.batches += 1;
    for (const folder of folders) looking.looked.add(folder.provider_folder_id);
    state.read += folders.length - looks.size;
    await startLostAgain(round, looks, reading.lane);
    if (looks.size > 0) await readFolders(round, { ...reading, folders: [...looks.keys()], looks, state });
  }
}

/** Folders whose cursor died are read after the news of all others: each from its start. */
async function startLostAgain(round: Round, looks: Looks, lane: Reading['lane']): Promise<void> {
  for (const [folder, look] of looks) {
    if (!isGraphError(look?.answer, 'sync_state_lost')) continue;
    await startAgain(round, folder, { lane, error: look.answer });
    looks.delete(folder);
  }
}

type Looks = Map<FolderRow, Look | undefined>;

type LookingAt = { folders: FolderRow[]; withTree: boolean; looking: Looking };

/** One request. The folders that are not done with it, each with its answer where that is of use. */
async function lookAt(round: Round, tree: Tree, { folders, withTree, looking }: LookingAt): Promise<Looks> {
  const askedAt = round.clock.now();
  const asked = folders.map((folder) => ask(round, folder, askedAt));
  const items = asked.map(({ item }) => item);
  const answers = await batchOrNone(round, [...(withTree ? treeItem(round, tree) : []), ...items]);
  if (withTree) await takeTree(round, tree, { answer: answers?.get(TREE), looking });
  const looks: Looks = new Map();
  for (const { folder, item, from, start } of asked) {
    const answer = answers?.get(item.id);
    const page = answer && pageOf(round, answer, from);
    // What went with the tree's news has its answer there.
    if (folder.removed_at !== null) continue;
    const link = page && isQuiet(start, page) ? page.deltaLink : null;
    if (link !== null) noteQuiet(tree, folder, { link, askedAt });
    else looks.set(folder, page && isOfUse(page) ? { answer: page, askedAt } : undefined);
  }
  return looks;
}

const TREE = 'tree';

type Asked = { folder: FolderRow; item: BatchItem; from: PageFrom; start: Start };

function ask({ source, graph: { root } }: Round, folder: FolderRow, now: Date): Asked {
  const start = source.start(folder, now);
  const from = { root, folderId: folder.provider_folder_id, link: start.link, pageSize: LOOK_PAGE, now };
  return { folder, start, from, item: messagePageItem(source.pages, folder.id, from) };
}

function treeItem({ source }: Round, tree: Tree): BatchItem[] {
  return source.treeInBatch && tree.link !== null ? [source.treeInBatch.item(TREE, tree.link)] : [];
}

/** Null when the batch as a whole failed: perhaps together they were too much, so each is asked for by itself. */
async function batchOrNone(round: Round, items: BatchItem[]): Promise<Map<string, BatchAnswer> | null> {
  try {
    return await getBatch(round.graph, items, round.signal);
  } catch (error) {
    if (!isGraphError(error, 'transient', 'malformed', 'rejected')) throw error;
    round.log.info({ code: error.code, request_id: error.requestId }, 'a batch failed as a whole');
    return null;
  }
}

type TreeNews = { answer: BatchAnswer | undefined; looking: Looking };

async function takeTree(round: Round, tree: Tree, { answer, looking }: TreeNews): Promise<void> {
  if (answer === undefined || 'error' in answer || round.source.treeInBatch === null) {
    return syncTree(round, tree, { whole: false });
  }
  const news = await round.source.treeInBatch.read(round.graph, answer.body, round.signal);
  const { folders, removedIds, deltaLink } = news.tree;
  for (const folder of folders) looking.moved.add(folder.id);
  if (folders.length === 0 && removedIds.length === 0) {
    tree.link = deltaLink;
    tree.quiet.link = true;
    return;
  }
  await applyTree(round, tree, news);
}

type Page = Look['answer'];

function pageOf({ source }: Round, answer: BatchAnswer, from: PageFrom): Page {
  try {
    return messagePageOf(source.pages, answer, from);
  } catch (error) {
    if (error instanceof GraphError) return error;
    throw error;
  }
}

function isQuiet(start: Start, page: Page): page is Exclude<Page, GraphError> {
  return !(page instanceof GraphError) && start.phase === 'delta' && page.rows.length === 0;
}

/** A dead cursor and a folder that is gone need no second opinion; other refusals are met again, alone. */
function isOfUse(page: Page): boolean {
  return !(page instanceof GraphError) || ['sync_state_lost', 'not_found'].includes(page.kind);
}
