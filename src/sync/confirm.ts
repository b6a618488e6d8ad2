// Asks Microsoft about every message that may be gone, and only then removes it.
import { sql } from 'kysely';

import { noteFoundIn } from '#mailboxes/gaps.ts';
import { holdLease } from '#mailboxes/lease.ts';
import { getMessages, type MessageAnswer } from '#microsoft/message.ts';
import type { GraphMessage } from '#microsoft/message-fields.ts';
import { asText } from '#microsoft/read.ts';
import type { TenantWriter } from '#tenants/tenants.ts';
import { refreshThreads } from '#threads/refresh.ts';

import { type Applied, applyRows } from './apply.ts';
import { type Round, transact } from './round.ts';
import { rowOf } from './rows.ts';
import { findSuspects } from './suspects.ts';

const AT_ONCE = 100;

/** Answers whether a folder id belongs to the mailbox's tree, looking at it anew when it is unknown. */
export type KnowsFolder = (folderId: string) => Promise<boolean>;

export type Confirmed = Applied & {
  /** Ids of suspects Microsoft gave no answer about; they stay, and are asked for in the next round. */
  unanswered: string[];
};

/**
 * Settles every suspicion of a mailbox: removed when Microsoft says there is no such item, or that it lies in a
 * folder outside the tree (what is deleted for good is recoverable for a while); kept and brought up to date
 * otherwise.
 *
 * @throws GraphError when a batch is refused as a whole
 */
export async function confirmSuspects(round: Round, knowsFolder: KnowsFolder): Promise<Confirmed> {
  const all: Confirmed = { threadIds: [], changes: 0, unanswered: [] };
  for (;;) {
    const suspects = await transact(round, (tx) =>
      findSuspects(tx, round.watcher.id, AT_ONCE + all.unanswered.length),
    );
    const ids = suspects.slice(all.unanswered.length);
    if (ids.length === 0) return all;
    const verdict = await judge(await getMessages(round.graph, ids, round.signal), knowsFolder);
    const applied = await settle(round, verdict);
    all.threadIds.push(...applied.threadIds);
    all.changes += applied.changes;
    const answered = new Set([...verdict.removed, ...verdict.alive.map((message) => message.id)]);
    all.unanswered.push(...ids.filter((id) => !answered.has(id)));
  }
}

type Verdict = { removed: string[]; alive: GraphMessage[] };

async function judge(answers: Map<string, MessageAnswer>, knowsFolder: KnowsFolder): Promise<Verdict> {
  const verdict: Verdict = { removed: [], alive: [] };
  for (const [id, answer] of answers) {
    if ('error' in answer) {
      if (answer.error.kind === 'mailbox_unavailable') throw answer.error;
      if (answer.error.kind === 'not_found') verdict.removed.push(id);
      continue;
    }
    const folder = asText(answer.message.parentFolderId);
    if (folder !== null && !(await knowsFolder(folder))) verdict.removed.push(id);
    else verdict.alive.push({ ...answer.message, id });
  }
  return verdict;
}

function settle(round: Round, { removed, alive }: Verdict): Promise<Applied> {
  return transact(round, async (tx, lastly) => {
    await holdLease(tx, round.lease);
    const rows = alive.map(rowOf);
    const applied = await applyRows(tx, lastly, { watcher: round.watcher, folder: null, rows });
    const threadIds = await remove(tx, round.watcher.id, removed);
    await refreshThreads(tx, threadIds);
    return { threadIds: [...applied.threadIds, ...threadIds], changes: applied.changes + removed.length };
  });
}

async function remove(tx: TenantWriter, watcherId: string, messageIds: string[]): Promise<string[]> {
  if (messageIds.length === 0) return [];
  const rows = await tx
    .updateTable('email_messages')
    .set({ removed_at: sql<Date>`now()`, removal_suspected_at: null })
    .where('watcher_id', '=', watcherId)
    .where('message_id', 'in', messageIds)
    .returning(['thread_id', 'parent_folder_id'])
    .execute();
  await noteFoundIn(
    tx,
    watcherId,
    rows.map((row) => row.parent_folder_id),
  );
  return [...new Set(rows.map((row) => row.thread_id))];
}
