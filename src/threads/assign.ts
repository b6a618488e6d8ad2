// Threads: the yacht's conversations, whichever crew mailboxes their copies landed in. This folder owns
// email_threads and email_thread_mailboxes, reads email_messages and email_attachments, and promises that a
// thread never splits, that its old addresses go on working after a merge, and that nobody is shown a message
// of somebody else's before it is linked. This file says which thread a message belongs to.
import { sql } from 'kysely';

import { newId } from '#base/ids.ts';
import { textArray } from '#db/text-array.ts';
import type { TenantWriter } from '#tenants/tenants.ts';

import { type Group, groupMessages, type KnownThread, type ThreadKey } from './grouping.ts';
import { mergeThreads } from './merge.ts';

export type { ThreadKey } from './grouping.ts';

/** A conversation that begins with these messages, named after the oldest. It does not exist yet. */
export type NewThread = { id: string; subject: string | null };

export type Assigned = {
  /** The thread's id by `messageId`, for every key. */
  threadOf: Map<string, string>;
  /** Those of the threads that are to be made: see createThreads. */
  begun: NewThread[];
};

/**
 * Finds the thread of each message, naming threads for new conversations and merging threads that turn out to be
 * one. Call it as the worker, before the messages are written and in the transaction in which `known` was looked up
 * under `lockGrouping`: the messages of merged threads have moved. Running it again changes nothing.
 */
export async function assignThreads(
  tx: TenantWriter,
  keys: ThreadKey[],
  known: KnownThread[],
): Promise<Assigned> {
  const begun: NewThread[] = [];
  const threadOf = new Map<string, string>();
  for (const group of groupMessages(keys, known)) {
    const threadId = await threadOfGroup(tx, group, begun);
    for (const messageId of group.messageIds) threadOf.set(messageId, threadId);
  }
  return { threadOf, begun };
}

/**
 * One transaction at a time decides what is one conversation on a yacht: two mailboxes that receive the same
 * mail at the same moment would otherwise each make a thread that the other cannot see yet.
 * `shareGrouping` is for those who only need threads to stay as they are meanwhile.
 */
export async function lockGrouping(tx: TenantWriter): Promise<void> {
  await sql`select pg_advisory_xact_lock(${GROUPING_LOCK})`.execute(tx);
}

/** Keeps threads from being merged until the transaction ends. Take it before any row is locked. */
export async function shareGrouping(tx: TenantWriter): Promise<void> {
  await sql`select pg_advisory_xact_lock_shared(${GROUPING_LOCK})`.execute(tx);
}

/** An arbitrary number; advisory locks are per database, and a yacht has its own. */
const GROUPING_LOCK = 7_411_033;

async function threadOfGroup(tx: TenantWriter, group: Group, begun: NewThread[]): Promise<string> {
  const [only, ...others] = group.threadIds;
  if (only && others.length === 0) return only;
  if (only) return mergeThreads(tx, group.threadIds);
  const id = newId();
  begun.push({ id, subject: group.subject });
  return id;
}

type Keys = Pick<ThreadKey, 'conversationId' | 'internetMessageId'>;

/**
 * The threads that hold messages with these keys: of one page, at most about 500. What is asked for besides changes
 * nothing, so a page may ask before it knows which of its messages are new.
 */
export async function findKnownThreads(
  tx: TenantWriter,
  owner: { watcherId: string; yachtId: string },
  keys: Keys[],
): Promise<KnownThread[]> {
  const conversationIds = present(keys.map((key) => key.conversationId));
  const mailIds = present(keys.map((key) => key.internetMessageId));
  // One index probe a key (`offset 0` keeps the planner from turning it around): during a first sync there are
  // no statistics to choose a better way by, and a worse one grows with the mailbox. Nor may it see which mailbox
  // is meant: of one that is new since it last counted it expects no row, and would read all of them for each key.
  const { rows } = await sql<KnownThread>`
    select distinct 'conversation' as kind, key, thread_id
      from unnest(${textArray(conversationIds)}::text[]) key
     cross join lateral (select thread_id from email_messages
                          where conversation_id = key and watcher_id = (select ${owner.watcherId}::uuid) offset 0) m
    union all
    select distinct 'mail', key, thread_id
      from unnest(${textArray(mailIds)}::text[]) key
     cross join lateral (select thread_id from email_messages
                          where internet_message_id = key and yacht_id = ${owner.yachtId} offset 0) m`.execute(
    tx,
  );
  return rows;
}

function present(values: (string | null)[]): string[] {
  return [...new Set(values.filter((value) => value !== null))];
}
