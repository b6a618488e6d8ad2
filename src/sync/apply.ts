// Puts a page of messages into the tables. Applying it again changes nothing.
import type { Lastly } from '#db/pipeline.ts';
import type { TenantWriter } from '#tenants/tenants.ts';
import { assignThreads, findKnownThreads, lockGrouping, type ThreadKey } from '#threads/assign.ts';
import { createThreads, readSurroundings } from '#threads/create.ts';
import { refreshThreads } from '#threads/refresh.ts';

import { insertMessages, type NewMessages, newMessages } from './insert.ts';
import type { WatcherRow } from './round.ts';
import { type MessageRow, mailDate } from './rows.ts';
import { findKnown, type KnownMessage, seeMessages, updateMessages } from './store.ts';

export type Applying = {
  watcher: Pick<WatcherRow, 'id' | 'user_id' | 'yacht_id'>;
  /** The folder the rows were read from, and its initial round's number; null when they were asked for by id. */
  folder: { providerId: string; round: number } | null;
  /** One for each message. */
  rows: MessageRow[];
  /** All of them made ready to be inserted, where that is what is expected of them. */
  expectedNew?: NewMessages | undefined;
};

/** The threads that changed, and how many messages did. */
export type Applied = { threadIds: string[]; changes: number };

/**
 * Inserts what is new and merges what is known: a column that a row does not carry stays as it is. Every row
 * proves that its message exists, so suspicion and removal end. The threads' summaries are recomputed.
 */
export async function applyRows(
  tx: TenantWriter,
  lastly: Lastly,
  { watcher, folder, rows, expectedNew }: Applying,
): Promise<Applied> {
  if (rows.length === 0) return { threadIds: [], changes: 0 };
  const keyed = rows.map((row) => ({ row, key: keyOf(row) }));
  // Sent together; the lock is held when the others look.
  const [, surroundings, known, threads] = await Promise.all([
    lockGrouping(tx),
    readSurroundings(tx, watcher.id),
    findKnown(
      tx,
      { id: watcher.id, yacht_id: watcher.yacht_id },
      rows.map((row) => row.message_id),
    ),
    findKnownThreads(
      tx,
      { watcherId: watcher.id, yachtId: watcher.yacht_id },
      keyed.map(({ key }) => key),
    ),
  ]);
  const fresh = rows.filter((row) => !known.has(row.message_id));
  const old = rows.filter((row) => isChange(row, known.get(row.message_id)));
  const grouped = keyed.flatMap(({ row, key }) => keyToGroup(row, key, known.get(row.message_id)));
  const { threadOf, begun } = await assignThreads(tx, grouped, threads);
  // As many are new as there are rows: then it is these.
  const added = expectedNew && fresh.length === rows.length ? expectedNew : newMessages(fresh);
  const round = folder?.round ?? 0;
  const written = Promise.all([
    createThreads(tx, { watcher, surroundings, threads: begun, messages: added.messages, threadOf }),
    insertMessages(tx, watcher, { added, threadOf, round }),
    updateMessages(tx, watcher, { rows: old, threadOf }),
    folder && seeMessages(tx, watcher, { folder, rows, known }),
  ]);
  const before = old.flatMap((row) => known.get(row.message_id)?.thread_id ?? []);
  const threadIds = [...new Set([...threadOf.values(), ...before])];
  const whole = new Set(begun.map((thread) => thread.id));
  const goingOn = threadIds.filter((id) => !whole.has(id));
  if (goingOn.length === 0) lastly(written);
  else await Promise.all([written, refreshThreads(tx, goingOn)]);
  return { threadIds, changes: fresh.length + old.length };
}

/**
 * False for a replay: the version we hold, where we hold it. A message of a mailbox that was disconnected is in the
 * mailbox that shows it now; one of a mailbox that is kept in sync is left to that.
 */
function isChange(row: MessageRow, known: KnownMessage | undefined): boolean {
  if (!known) return false;
  if (known.isElsewhere) return known.isLeft;
  const isSame =
    row.change_key !== undefined &&
    row.change_key === known.change_key &&
    row.parent_folder_id === known.parent_folder_id &&
    row.is_read === known.is_read;
  return !isSame || known.removed_at !== null || known.removal_suspected_at !== null;
}

/** Empty for a message that stays with those it is with. */
function keyToGroup(row: MessageRow, key: ThreadKey, known: KnownMessage | undefined): ThreadKey[] {
  if (!known) return [key];
  const { conversation_id, internet_message_id } = row;
  const isRegrouped =
    (conversation_id !== undefined && conversation_id !== known.conversation_id) ||
    (internet_message_id !== undefined && internet_message_id !== known.internet_message_id);
  return isRegrouped ? [{ ...key, threadId: known.thread_id }] : [];
}

function keyOf(row: MessageRow): ThreadKey {
  return {
    messageId: row.message_id,
    conversationId: row.conversation_id || null,
    internetMessageId: row.internet_message_id?.trim() || null,
    subject: row.subject ?? null,
    at: mailDate(row),
  };
}
