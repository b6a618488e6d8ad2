// The inbox: one person's threads, newest first, a page at a time.
import type { SelectQueryBuilder } from 'kysely';

import { decodeCursor, toPage } from '#db/keyset.ts';
import type { MailAddress, TenantSchema } from '#tenants/schema.ts';
import type { TenantReader } from '#tenants/tenants.ts';

import { readMailboxes } from './mine.ts';

/** A thread in a list. Dates are Date; counts are of what the reader's own mailbox shows. */
export type ThreadRow = {
  id: string;
  subject: string | null;
  participants: MailAddress[];
  preview: string | null;
  last_message_at: Date;
  message_count: number;
  unread_count: number;
  has_attachments: boolean;
  latest_email_id: string | null;
};

export type InboxQuery = {
  /** One of the reader's mailboxes alone; absent: all of them. */
  watcherId?: string | undefined;
  filter: 'all' | 'unread';
  cursor?: string | undefined;
  limit: number;
};

/**
 * A page of the inbox: the threads of the mailboxes the caller reads, newest first. A thread that is in two of
 * them stands once, where it is newer.
 *
 * @throws CelesteError `invalid_cursor`
 */
export async function listInbox(db: TenantReader, query: InboxQuery) {
  const ids = (await readMailboxes(db)).filter(
    (id) => query.watcherId === undefined || id === query.watcherId,
  );
  const pages = await Promise.all(ids.map((id) => readMailbox(db, query, { id, all: ids })));
  const rows = pages.flat().sort(newestFirst);
  return toPage(rows, query.limit, (row) => [row.last_message_at.toISOString(), row.id]);
}

type Mailbox = { id: string; all: string[] };

function readMailbox(db: TenantReader, query: InboxQuery, mailbox: Mailbox): Promise<ThreadRow[]> {
  // One mailbox after another, each from the index (watcher_id, last_message_at desc, thread_id desc).
  const rows = db
    .selectFrom('email_thread_mailboxes as b')
    .select(['b.thread_id as id', 'b.subject', 'b.participants', 'b.preview', 'b.last_message_at'])
    .select(['b.message_count', 'b.unread_count', 'b.has_attachments', 'b.latest_email_id'])
    .where('b.watcher_id', '=', mailbox.id)
    .where('b.in_inbox', '=', true)
    .$if(query.filter === 'unread', (q) => q.where('b.unread_count', '>', 0))
    .$if(mailbox.all.length > 1, (q) => unlessNewerElsewhere(q, mailbox))
    .orderBy('b.last_message_at', 'desc')
    .orderBy('b.thread_id', 'desc')
    .limit(query.limit + 1);
  if (query.cursor === undefined) return rows.execute();
  const [at = '', id = ''] = decodeCursor(query.cursor, ['time', 'uuid']);
  return rows
    .where(({ eb, refTuple, tuple }) =>
      eb(refTuple('b.last_message_at', 'b.thread_id'), '<', tuple(new Date(at), id)),
    )
    .execute();
}

type Rows<Selection> = SelectQueryBuilder<
  TenantSchema & { b: TenantSchema['email_thread_mailboxes'] },
  'b',
  Selection
>;

function unlessNewerElsewhere<Selection>(rows: Rows<Selection>, mailbox: Mailbox): Rows<Selection> {
  return rows.where(({ not, exists, selectFrom }) =>
    not(
      exists(
        selectFrom('email_thread_mailboxes as o')
          .select('o.thread_id')
          .whereRef('o.thread_id', '=', 'b.thread_id')
          .where('o.watcher_id', 'in', mailbox.all)
          .where('o.in_inbox', '=', true)
          .where(({ eb, refTuple }) =>
            eb(
              refTuple('o.last_message_at', 'o.watcher_id'),
              '>',
              refTuple('b.last_message_at', 'b.watcher_id'),
            ),
          ),
      ),
    ),
  );
}

function newestFirst(a: ThreadRow, b: ThreadRow): number {
  return b.last_message_at.getTime() - a.last_message_at.getTime() || (a.id < b.id ? 1 : -1);
}
