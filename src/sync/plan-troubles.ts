// Which folders a mailbox goes on without. Pure. What fails in passing holds up the mailbox: nobody is told that it is
// complete. A folder that stays in trouble is left out, by name and with a gap of its own, and holds up nothing more.
import { isSynced } from './plan-look.ts';
import type { FolderRow } from './round.ts';

/**
 * Half a dozen attempts in a row; and less than what makes a mailbox count as behind or out (freshness.ts), which the
 * rest of it is not.
 */
const PATIENCE_MS = 30 * 60_000;

/** The code of a folder that was read to its end, but for messages of which Microsoft says nothing. */
export const UNANSWERED = 'message_unanswered';

type Folder = Pick<
  FolderRow,
  'provider_folder_id' | 'removed_at' | 'is_search' | 'last_error' | 'failing_since' | 'synced_at'
>;

/** How a folder is at the end of a round that is in trouble or was: why, and since when; null: it is well again. */
export type Trouble<F> = { folder: F; code: string | null; since: Date | null };

/** What a round leaves open. */
export type LeftOpen = {
  /** Folders that were read; without one nothing says that the mailbox can be. */
  read: number;
  /** Graph's ids of the folders of messages that Microsoft gave no answer about; null: it is not known where. */
  unanswered: (string | null)[];
};

/** Whether the mailbox goes on without a folder. */
export function isLeftOut({ failing_since }: Pick<Folder, 'failing_since'>, now: Date): boolean {
  return failing_since !== null && now.getTime() - failing_since.getTime() >= PATIENCE_MS;
}

/** The folders that are in trouble at the end of a round, and those that were until then. */
export function troublesOf<F extends Folder>(
  folders: F[],
  { unanswered }: LeftOpen,
  now: Date,
): Trouble<F>[] {
  const troubles = folders.map((folder) => {
    const isInDoubt = unanswered.includes(folder.provider_folder_id);
    const error = isSynced(folder) && folder.last_error !== UNANSWERED ? folder.last_error : null;
    const code = error ?? (isInDoubt ? UNANSWERED : null);
    return { folder, code, since: code === null ? null : since(folder, code, now) };
  });
  return troubles.filter(({ folder, code }) => code !== null || folder.failing_since !== null);
}

// One that was read to its end meanwhile begins anew.
function since({ failing_since, synced_at }: Folder, code: string, now: Date): Date {
  if (failing_since === null) return now;
  const wasRead = code !== UNANSWERED && synced_at !== null && synced_at > failing_since;
  return wasRead ? now : failing_since;
}

/**
 *   whole       everything was read
 *   left_out    everything but the folders the mailbox goes on without
 *   incomplete  something is missing that is expected soon
 */
export type Completeness = 'whole' | 'left_out' | 'incomplete';

/** How complete a mailbox is with these troubles, when each folder says since when it has been in trouble. */
export function completenessOf(
  troubles: Trouble<Folder>[],
  { read, unanswered }: LeftOpen,
  now: Date,
): Completeness {
  const open = troubles.filter(({ code }) => code !== null);
  const known = open.map(({ folder }) => folder.provider_folder_id);
  const isElsewhere = unanswered.some((id) => id === null || !known.includes(id));
  if (open.length === 0 && !isElsewhere) return 'whole';
  const isPatient = open.some(({ since: failing_since }) => !isLeftOut({ failing_since }, now));
  return isPatient || isElsewhere || read === 0 ? 'incomplete' : 'left_out';
}
