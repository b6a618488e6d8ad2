// What to read, in which order, from where: decided here without touching anything.
import type { FolderPhase } from '#tenants/schema.ts';

/** What planning needs to know of a folder. */
export type PlannedFolder = {
  provider_folder_id: string;
  parent_folder_id: string | null;
  well_known_name: string | null;
  is_hidden: boolean;
  is_search: boolean;
  in_inbox: boolean;
  phase: FolderPhase;
  next_link: string | null;
  delta_link: string | null;
  round: number;
  total_item_count: number;
  unread_item_count: number;
  synced_at: Date | null;
  last_error: string | null;
  removed_at: Date | null;
};

/** Where reading a folder begins, and what its pages are then. */
export type Start = { link: string | null; phase: 'initial' | 'delta'; round: number; isFirstPage: boolean };

// Kept, but not mail for the inbox; the same goes for every folder below them.
const OUTSIDE_INBOX = new Set(['junkemail', 'deleteditems', 'drafts', 'outbox']);

/**
 * The folders to read, in order: what people look at first comes first. Inbox, Sent Items, then folders with
 * unread mail, then the largest; Deleted Items, Junk and hidden folders last. Search folders hold nothing of
 * their own and are left out.
 */
export function planFolders<F extends PlannedFolder>(folders: F[]): F[] {
  const weight = (folder: F) => {
    if (folder.well_known_name === 'inbox') return 0;
    if (folder.well_known_name === 'sentitems') return 1;
    if (!folder.in_inbox) return folder.well_known_name === 'drafts' ? 3 : 4;
    return 2;
  };
  return folders
    .filter((folder) => folder.removed_at === null && !folder.is_search)
    .sort(
      (a, b) =>
        weight(a) - weight(b) ||
        b.unread_item_count - a.unread_item_count ||
        b.total_item_count - a.total_item_count ||
        (a.provider_folder_id < b.provider_folder_id ? -1 : 1),
    );
}

/** Where to go on in a folder: at the page where it stopped, at the end of its last round, or at the start. */
export function startOf(folder: PlannedFolder): Start {
  const { phase, next_link, delta_link, round } = folder;
  if (phase === 'delta' && (next_link ?? delta_link) !== null) {
    return { link: next_link ?? delta_link, phase, round, isFirstPage: next_link === null };
  }
  if (phase === 'initial' && next_link !== null) return { link: next_link, phase, round, isFirstPage: false };
  return { link: null, phase: 'initial', round: round + 1, isFirstPage: true };
}

type Placed = Pick<
  PlannedFolder,
  'provider_folder_id' | 'parent_folder_id' | 'well_known_name' | 'is_hidden' | 'is_search' | 'removed_at'
>;

/** Which folders' mail belongs in the inbox: not Junk, Deleted Items, Drafts, Outbox, hidden or search folders, nor what is below them. */
export function inboxFolders(folders: Placed[]): Set<string> {
  const outside = (folder: Placed) =>
    folder.is_hidden || folder.is_search || OUTSIDE_INBOX.has(folder.well_known_name ?? '');
  const inside = folders.filter((folder) => !lineage(folder, byId(folders)).some(outside));
  return new Set(inside.map((folder) => folder.provider_folder_id));
}

/** The folders that went with a removed one above them: Microsoft does not promise a tombstone for each. */
export function orphanedFolders(folders: Placed[]): Set<string> {
  const index = byId(folders);
  const gone = folders.filter((folder) => lineage(folder, index).some((above) => above.removed_at !== null));
  return new Set(gone.map((folder) => folder.provider_folder_id));
}

function byId(folders: Placed[]): Map<string, Placed> {
  return new Map(folders.map((folder) => [folder.provider_folder_id, folder]));
}

/** The folder and those above it. A tree that goes in circles, half moved, ends where it began. */
function lineage(folder: Placed, index: Map<string, Placed>): Placed[] {
  const line = new Set<Placed>();
  for (let at: Placed | undefined = folder; at && !line.has(at); at = index.get(at.parent_folder_id ?? '')) {
    line.add(at);
  }
  return [...line];
}

const MINUTE_MS = 60_000;
const LONGEST_BACKOFF_MINUTES = 60;

/** What a healthy mailbox's interval is multiplied by: give or take a tenth, so that mailboxes do not move in step. */
export function jitter(random: () => number = Math.random): number {
  return 0.9 + 0.2 * random();
}

/** When a mailbox that failed `failures` times in a row is tried again: one minute, doubling, an hour at most. */
export function nextAttempt(now: Date, failures: number, random: () => number = Math.random): Date {
  const minutes = Math.min(LONGEST_BACKOFF_MINUTES, 2 ** (Math.max(1, failures) - 1));
  return new Date(now.getTime() + minutes * MINUTE_MS * (0.8 + 0.4 * random()));
}

export const FULL_PAGE = 400;
const SMALLEST_PAGE = 5;
const HEAVY_PAGE_CHARS = 4_000_000;
const LIGHT_PAGE_CHARS = 1_000_000;

/** How many messages to ask for next, after a page with so much text in it: memory stays bounded. */
export function pageSizeAfter(size: number, textLength: number): number {
  if (textLength > HEAVY_PAGE_CHARS) return Math.max(SMALLEST_PAGE, Math.floor(size / 4));
  return textLength < LIGHT_PAGE_CHARS ? Math.min(FULL_PAGE, size * 2) : size;
}

/** A page that Microsoft could not put together is asked for smaller: 504s of large pages are known. */
export function pageSizeForAttempt(size: number, attempt: number): number {
  return Math.max(SMALLEST_PAGE, Math.floor(size / 4 ** (attempt - 1)));
}
