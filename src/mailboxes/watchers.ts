// The standing orders to keep mailboxes in sync: how they stand, and what a person may tell them.
import type { Selectable, Updateable } from 'kysely';

import type {
  EmailWatchersTable,
  LastRound,
  MailboxKind,
  SubscriptionState,
  SyncStatus,
} from '#tenants/schema.ts';
import type { TenantReader, TenantWriter } from '#tenants/tenants.ts';

import { adviceOn, problemOn, pushProblemOn } from './advice.ts';
import { type FolderState, folderStates } from './folder-states.ts';
import { watcherNotFound } from './mailbox.ts';
import { isRunning } from './running.ts';
import type { Problem } from './status.ts';

export type Progress = { done: number; total: number; folders_done: number; folders_total: number };

/** A watcher as it is shown; dates are Date. */
export type WatcherState = {
  id: string;
  user_id: string;
  mailbox: string;
  kind: MailboxKind;
  status: SyncStatus;
  last_sync_at: Date | null;
  next_sync_at: Date | null;
  complete_up_to: Date | null;
  /** Folders that `complete_up_to` says nothing about. */
  folders_left_out: number;
  throttled_until: Date | null;
  interval_minutes: number;
  /** The latest round, whatever came of it; null when there was none yet. */
  last_round: WatcherRound | null;
  /** When the counts of its folders were last compared with Microsoft's. */
  reconciled_at: Date | null;
  /** In the words for whoever opened it; `problemOn` has those for others. */
  problem: Problem | null;
  /** A worker is at it now. */
  syncing: boolean;
  first_sync_done: boolean;
  /** Its mail was asked to be deleted here: what is left is on records, or about to go. */
  mail_deleted: boolean;
  progress: Progress;
  push: PushState;
};

/**
 * Whether Microsoft notifies us: `active`, until `expires_at` unless renewed; else the mailbox is only polled.
 * `silent`: it says it does, and nothing arrives.
 */
export type PushState = {
  state: SubscriptionState | 'silent';
  expires_at: Date | null;
  /** The last notification of a change. */
  heard_at: Date | null;
  /** A notification came whose change no round has shown yet. */
  nudged: boolean;
  /** Why it does not though it should, in the words for whoever opened it; `pushProblemOn` has those for others. */
  problem: Problem | null;
};

/** A round as it stands on the watcher; times as ISO 8601. */
export type WatcherRound = Required<LastRound>;

type WatcherRow = Selectable<EmailWatchersTable>;

/** The watchers that the caller of `db` may see, oldest first. */
export async function listWatchers(db: TenantReader, now: Date): Promise<WatcherState[]> {
  const rows = await db
    .selectFrom('email_watchers')
    .selectAll()
    .orderBy('created_at')
    .orderBy('id')
    .execute();
  return rows.map((row) => watcherState(row, now));
}

/** @throws CelesteError `watcher_not_found` when the caller of `db` may not see it */
export async function requireWatcher(db: TenantReader, watcherId: string): Promise<void> {
  const row = await db
    .selectFrom('email_watchers')
    .select('id')
    .where('id', '=', watcherId)
    .executeTakeFirst();
  if (!row) throw watcherNotFound();
}

/** One watcher without its folders. @throws CelesteError `watcher_not_found` */
export async function getWatcherState(db: TenantReader, watcherId: string, now: Date): Promise<WatcherState> {
  const row = await db
    .selectFrom('email_watchers')
    .selectAll()
    .where('id', '=', watcherId)
    .executeTakeFirst();
  if (!row) throw watcherNotFound();
  return watcherState(row, now);
}

/** One watcher with its folders in the order of their paths. @throws CelesteError `watcher_not_found` */
export async function getWatcher(
  db: TenantReader,
  watcherId: string,
  now: Date,
): Promise<WatcherState & { folders: FolderState[] }> {
  const watcher = await getWatcherState(db, watcherId, now);
  const folders = await db
    .selectFrom('email_folders')
    .selectAll()
    .where('watcher_id', '=', watcherId)
    .where('removed_at', 'is', null)
    .where('is_search', '=', false)
    .execute();
  return { ...watcher, folders: folderStates(folders) };
}

// Whoever asks wants all of it looked at.
const askedFor = (now: Date) =>
  ({ next_sync_at: now, next_sync_trigger: 'person', whole_requested_at: now }) as const;

/** Asks for a sync of every folder as soon as a worker is free. Asking again changes nothing. @throws `watcher_not_found`, `reauth_required`, `not_connected`, `paused` */
export async function requestSync(tx: TenantWriter, watcherId: string, now: Date): Promise<WatcherState> {
  const row = await lockedWatcher(tx, watcherId);
  refuseUnlessRunning(row);
  return update(tx, row.id, askedFor(now), now);
}

/** Stops syncing until `resumeWatcher`. @throws `watcher_not_found`, `not_connected`, `reauth_required` */
export async function pauseWatcher(tx: TenantWriter, watcherId: string, now: Date): Promise<WatcherState> {
  const row = await lockedWatcher(tx, watcherId);
  if (row.sync_status !== 'paused') refuseUnlessRunning(row);
  return update(tx, row.id, { sync_status: 'paused', next_sync_at: null }, now);
}

/** Goes on syncing, at once. @throws `watcher_not_found`, `not_connected`, `reauth_required` */
export async function resumeWatcher(tx: TenantWriter, watcherId: string, now: Date): Promise<WatcherState> {
  const row = await lockedWatcher(tx, watcherId);
  if (row.sync_status !== 'paused') {
    refuseUnlessRunning(row);
    return watcherState(row, now);
  }
  const sync_status = row.first_synced_at === null ? 'pending' : 'active';
  return update(tx, row.id, { sync_status, ...askedFor(now), expected_from: now }, now);
}

/** The watcher's row, held until the transaction ends; undefined when there is none. */
export async function lockWatcher(tx: TenantWriter, watcherId: string): Promise<WatcherRow | undefined> {
  return tx
    .selectFrom('email_watchers')
    .selectAll()
    .where('id', '=', watcherId)
    .forUpdate()
    .executeTakeFirst();
}

async function lockedWatcher(tx: TenantWriter, watcherId: string): Promise<WatcherRow> {
  const row = await lockWatcher(tx, watcherId);
  if (!row) throw watcherNotFound();
  return row;
}

function refuseUnlessRunning(row: WatcherRow): void {
  if (isRunning(row.sync_status)) return;
  const code = { reauth_required: 'reauth_required', disconnected: 'not_connected', paused: 'paused' }[
    row.sync_status as string
  ];
  throw adviceOn(code ?? 'not_connected');
}

async function update(
  tx: TenantWriter,
  id: string,
  change: Updateable<EmailWatchersTable>,
  now: Date,
): Promise<WatcherState> {
  const row = await tx
    .updateTable('email_watchers')
    .set(change)
    .where('id', '=', id)
    .returningAll()
    .executeTakeFirst();
  if (!row) throw watcherNotFound();
  return watcherState(row, now);
}

/** A watcher's row as it is shown. */
export function watcherState(row: WatcherRow, now: Date): WatcherState {
  return {
    id: row.id,
    user_id: row.user_id,
    mailbox: row.mailbox,
    kind: row.kind,
    status: row.sync_status,
    last_sync_at: row.last_sync_at,
    next_sync_at: row.next_sync_at,
    complete_up_to: row.complete_up_to,
    folders_left_out: row.folders_left_out,
    throttled_until: row.throttled_until && row.throttled_until > now ? row.throttled_until : null,
    interval_minutes: row.sync_interval_minutes,
    last_round: lastRoundOf(row),
    reconciled_at: row.reconciled_at,
    problem: problemOn(row.last_sync_error_code),
    syncing: row.lease_until !== null && row.lease_until > now,
    first_sync_done: row.first_synced_at !== null,
    mail_deleted: row.purge_requested_at !== null,
    progress: {
      done: row.messages_done,
      total: Math.max(row.messages_total, row.messages_done),
      folders_done: row.folders_done,
      folders_total: row.folders_total,
    },
    push: pushState(row),
  };
}

function pushState(row: WatcherRow): PushState {
  const isSilent = row.subscription_state === 'active' && row.push_silent_at !== null;
  const isLost = row.subscription_state === 'lost';
  const code = isSilent ? 'push_silent' : isLost ? (row.subscription_error_code ?? 'unexpected') : null;
  return {
    state: isSilent ? 'silent' : row.subscription_state,
    expires_at: row.subscription_expires_at,
    heard_at: row.push_heard_at,
    nudged: row.nudged_at !== null,
    problem: pushProblemOn(code),
  };
}

function lastRoundOf({ last_round }: WatcherRow): WatcherRound | null {
  return last_round?.ended_at === undefined ? null : (last_round as WatcherRound);
}
