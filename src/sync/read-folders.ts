// All folders of a mailbox, a few at a time, in the order of the plan.
import { CelesteError } from '#base/errors.ts';
import { type GraphErrorKind, isGraphError } from '#microsoft/errors.ts';

import { planFolders } from './plan.ts';
import { type Reading, readFolder } from './read-folder.ts';
import { type FolderRow, type Round, transact } from './round.ts';

/** `gone`: folders that no longer exist; `failed`: folders not read to their end, each with its `last_error`. */
export type FoldersState = { gone: number; failed: number };

// While one page is written the next ones are on their way, without crossing four requests in flight.
const AT_ONCE = 3;
// Faults of one folder. Everything else is the mailbox's, and ends the round.
const FOLDER_FAULTS: GraphErrorKind[] = ['transient', 'malformed', 'rejected', 'sync_state_lost'];
// So many folders failing with none succeeding is not about folders.
const GIVE_UP_AFTER = 3;

/** Reads every folder to its end. A folder in trouble is noted and passed over. @throws as `readFolder` */
export async function readFolders(round: Round, reading: Reading): Promise<FoldersState> {
  const queue = planFolders(reading.folders);
  const state = { gone: 0, failed: 0, read: 0 };
  const worker = async () => {
    for (let folder = queue.shift(); folder; folder = queue.shift()) {
      round.signal.throwIfAborted();
      const outcome = await readOne(round, folder, reading);
      state[outcome instanceof CelesteError ? 'failed' : outcome] += 1;
      if (outcome instanceof CelesteError && state.read === 0 && state.failed >= GIVE_UP_AFTER) throw outcome;
    }
  };
  const done = await Promise.allSettled(
    Array.from({ length: AT_ONCE }, worker).map((w) => stopOthers(w, queue)),
  );
  const broken = done.find((result) => result.status === 'rejected');
  if (broken) throw broken.reason;
  return { gone: state.gone, failed: state.failed };
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

async function readOne(round: Round, folder: FolderRow, reading: Reading) {
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
    return error;
  }
}
