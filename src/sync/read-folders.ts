// All folders of a mailbox, a few at a time, in the order of the plan.
import { CelesteError } from '#base/errors.ts';
import { type GraphErrorKind, isGraphError } from '#microsoft/errors.ts';

import { planFolders } from './plan.ts';
import { readAround } from './read-around.ts';
import { type Look, type Reading, readFolder } from './read-folder.ts';
import { type FolderRow, type Round, transact } from './round.ts';

/** How a round's reading stands. */
export type FoldersState = {
  /** Folders that, when asked for, did not exist. */
  gone: FolderRow[];
  /** How many were not read to their end, for a reason that may be the mailbox's. */
  failed: number;
  read: number;
  /** Ids of those that were read or failed. */
  tried: Set<string>;
};

type ReadingFolders = Reading & {
  folders: FolderRow[];
  /** What is known of them already. */
  looks?: Map<FolderRow, Look | undefined>;
  /** Brought up to date as folders are read. */
  state: FoldersState;
};

// While one page is written the next ones are on their way, without crossing four requests in flight.
const AT_ONCE = 3;
// Faults of one folder. Everything else is the mailbox's, and ends the round. In a shared mailbox one folder may be
// closed to whom another is open.
const FOLDER_FAULTS: GraphErrorKind[] = [
  'transient',
  'malformed',
  'rejected',
  'forbidden',
  'sync_state_lost',
];
// So many folders failing with none succeeding is not about folders; but for those closed to us, and those that failed
// when others were read.
const GIVE_UP_AFTER = 3;
const isItsOwn = (folder: FolderRow, error: unknown) =>
  folder.failing_since !== null || isGraphError(error, 'forbidden');

/** Reads these folders to their end. A folder in trouble is noted and passed over. @throws as `readFolder` */
export async function readFolders(
  round: Round,
  { folders, looks, state, ...reading }: ReadingFolders,
): Promise<void> {
  const queue = planFolders(folders);
  const worker = async () => {
    for (let folder = queue.shift(); folder; folder = queue.shift()) {
      round.signal.throwIfAborted();
      const outcome = await readOne(round, folder, { ...reading, look: looks?.get(folder) });
      state.tried.add(folder.id);
      if (outcome === 'read') state.read += 1;
      else if (outcome === 'gone') state.gone.push(folder);
      else if (!isItsOwn(folder, outcome)) state.failed += 1;
      if (outcome instanceof CelesteError && state.read === 0 && state.failed >= GIVE_UP_AFTER) throw outcome;
    }
  };
  const done = await Promise.allSettled(
    Array.from({ length: AT_ONCE }, worker).map((w) => stopOthers(w, queue)),
  );
  const broken = done.find((result) => result.status === 'rejected');
  if (broken) throw broken.reason;
}

/** Lets no further folder begin once one worker met a fault of the whole mailbox. */
async function stopOthers(worker: Promise<void>, queue: FolderRow[]): Promise<void> {
  try {
    await worker;
  } catch (error) {
    queue.length = 0;
    throw error;
  }
}

async function readOne(round: Round, folder: FolderRow, reading: Reading & { look: Look | undefined }) {
  const failedBefore = folder.last_error !== null;
  try {
    return await readFolder(round, folder, reading);
  } catch (error) {
    if (round.signal.aborted || !isGraphError(error, ...FOLDER_FAULTS)) throw error;
    round.log.warn(
      { folder: folder.id, code: error.code, request_id: error.requestId },
      'a folder was not read to its end',
    );
    await transact(round, (tx) =>
      tx.updateTable('email_folders').set({ last_error: error.code }).where('id', '=', folder.id).execute(),
    );
    folder.last_error = error.code;
    if (failedBefore && error.kind !== 'forbidden') await tryAround(round, folder, reading);
    return error;
  }
}

/** The second time in a row, it may be one message that breaks the folder's pages. */
async function tryAround(round: Round, folder: FolderRow, { tree, onConfirmed }: Reading): Promise<void> {
  try {
    if (await readAround(round, folder, onConfirmed)) tree.mayDoubt = true;
  } catch (error) {
    if (round.signal.aborted || !isGraphError(error, ...FOLDER_FAULTS, 'not_found')) throw error;
    round.log.warn({ folder: folder.id, code: error.code }, 'nor could it be read around');
  }
}
