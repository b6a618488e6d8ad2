// One conversation, read.
import { sql } from 'kysely';

import { CelesteError } from '#base/errors.ts';
import type { TenantReader } from '#tenants/tenants.ts';

import { type Message, readThreadMessages } from './messages.ts';
import { inOwnMailbox } from './mine.ts';

export type Thread = {
  id: string;
  subject: string | null;
  /** The reader has a copy of it in a mailbox they read. */
  mine: boolean;
  /** Oldest first; copies of one mail stand once, the reader's own if there is one. */
  messages: Message[];
};

/**
 * A thread with the messages the caller may see. An id from before a merge leads to the thread it went into.
 *
 * @throws CelesteError `not_found` for what does not exist, belongs to another yacht or may not be seen
 */
export async function readThread(db: TenantReader, threadId: string): Promise<Thread> {
  const id = await threadNow(db, threadId);
  const visible =
    id && (await db.selectFrom('email_threads').select('id').where('id', '=', id).executeTakeFirst());
  if (!visible) throw threadNotFound();
  const messages = await readThreadMessages(db, visible.id);
  if (messages.length === 0) throw threadNotFound();
  const [own, linked] = await Promise.all([ownSubject(db, visible.id), linkedSubject(db, visible.id)]);
  const subject = (linked ?? own)?.subject ?? messages[0]?.subject ?? null;
  return { id: visible.id, subject, mine: own !== undefined, messages };
}

export function threadNotFound(): CelesteError {
  return new CelesteError('not_found', 'There is no such conversation here, or it is not yours to see.', {
    advice: 'It may have been unlinked. Reload the list.',
  });
}

async function threadNow(db: TenantReader, threadId: string): Promise<string | null> {
  const { rows } = await sql<{ id: string | null }>`select celeste_thread_now(${threadId}) as id`.execute(db);
  return rows[0]?.id ?? null;
}

function ownSubject(db: TenantReader, threadId: string) {
  return db
    .selectFrom('email_thread_mailboxes')
    .select('subject')
    .where('thread_id', '=', threadId)
    .where(inOwnMailbox('watcher_id'))
    .orderBy('last_message_at', 'desc')
    .limit(1)
    .executeTakeFirst();
}

function linkedSubject(db: TenantReader, threadId: string) {
  return db.selectFrom('linked_threads').select('subject').where('id', '=', threadId).executeTakeFirst();
}
