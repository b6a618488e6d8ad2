// A folder whose pages fail for good, because of one message in them that Microsoft cannot put together. The cursor
// stays where it is and is tried in every round; meanwhile everything else of the folder is fetched message by
// message, so that one poisoned message does not keep what came after it from us, and what is no longer listed is asked
// about.
import { holdLease } from '#mailboxes/lease.ts';
import { isGraphError } from '#microsoft/errors.ts';
import { getMessages } from '#microsoft/message.ts';
import { listMessageVersions, type MessageVersion } from '#microsoft/message-versions.ts';
import { asWorker } from '#tenants/tenants.ts';

import { type Applied, applyRows } from './apply.ts';
import { type FolderRow, type Round, transact } from './round.ts';
import { rowOf } from './rows.ts';
import { findKnown } from './store.ts';
import { suspectUnlisted } from './suspects.ts';

const FULL = 500;
const SMALLER = 8;
/** More than that is not about single messages. */
const MOST_POISONED = 10;
/** Fetched in one round, at twenty to a request; the next round goes on with the rest. */
const MOST_FETCHED = 1_000;
const AT_ONCE = 100;

/**
 * Fetches what the folder holds and we do not, or not as it is now; once all of it is here, what the folder does not
 * list any more becomes a suspect.
 *
 * @returns whether there may be suspects
 * @throws GraphError when the folder cannot be listed either
 */
export async function readAround(
  round: Round,
  folder: FolderRow,
  onApplied: (applied: Applied) => void,
): Promise<boolean> {
  const listed: string[] = [];
  let fetched = 0;
  for await (const versions of versionsAround(round, folder)) {
    const news = (await newsAmong(round, versions)).slice(0, MOST_FETCHED - fetched);
    for (let at = 0; at < news.length; at += AT_ONCE) {
      onApplied(await fetchInto(round, news.slice(at, at + AT_ONCE)));
    }
    fetched += news.length;
    if (fetched >= MOST_FETCHED) return false;
    listed.push(...versions.map((version) => version.id));
  }
  await transact(round, async (tx) => {
    await holdLease(tx, round.lease);
    const at = { watcherId: round.watcher.id, folderId: folder.provider_folder_id };
    await suspectUnlisted(tx, { ...at, listed });
  });
  return true;
}

/** The folder's list, in pieces that grow smaller around a message that breaks them until it can be left out. */
async function* versionsAround(
  { graph, signal }: Round,
  folder: FolderRow,
): AsyncGenerator<MessageVersion[]> {
  let [skip, top, poisoned] = [0, FULL, 0];
  for (;;) {
    try {
      const at = { folderId: folder.provider_folder_id, skip, top, signal };
      const { versions, isLast } = await listMessageVersions(graph, at);
      yield versions;
      if (isLast) return;
      skip += versions.length;
      top = Math.min(FULL, top * SMALLER);
    } catch (error) {
      if (!isGraphError(error, 'transient', 'malformed')) throw error;
      if (top === 1) {
        poisoned += 1;
        if (poisoned > MOST_POISONED) throw error;
        skip += 1;
      }
      top = Math.max(1, Math.floor(top / SMALLER));
    }
  }
}

async function newsAmong({ tenants, watcher }: Round, versions: MessageVersion[]): Promise<string[]> {
  const ids = versions.map((version) => version.id);
  const held = await tenants.read(asWorker(watcher.yacht_id), (db) => findKnown(db, watcher, ids));
  const isHeld = ({ id, changeKey, isRead }: MessageVersion) => {
    const known = held.get(id);
    return (
      known?.removed_at === null &&
      !known.isLeft &&
      known.change_key === changeKey &&
      known.is_read === isRead
    );
  };
  return versions.filter((version) => !isHeld(version)).map((version) => version.id);
}

async function fetchInto(round: Round, ids: string[]): Promise<Applied> {
  const answers = await getMessages(round.graph, ids, round.signal);
  const rows = [...answers].flatMap(([id, answer]) =>
    'message' in answer ? rowOf({ ...answer.message, id }) : [],
  );
  return transact(round, async (tx, lastly) => {
    await holdLease(tx, round.lease);
    return applyRows(tx, lastly, { watcher: round.watcher, folder: null, rows });
  });
}
