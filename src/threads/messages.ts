// One copy of a mail, as a given person may see it.
import { sql } from 'kysely';

import { CelesteError } from '#base/errors.ts';
import type { MailAddress } from '#tenants/schema.ts';
import type { TenantReader } from '#tenants/tenants.ts';

import { inOwnMailbox } from './mine.ts';
import { mailIds } from './same-mail.ts';

/** A message as it is shown. Of a copy in somebody else's mailbox the owner's own marks are left out. */
export type Message = {
  id: string;
  thread_id: string;
  internet_message_id: string | null;
  subject: string | null;
  from: MailAddress | null;
  to: MailAddress[];
  cc: MailAddress[];
  sent_at: Date | null;
  received_at: Date | null;
  preview: string | null;
  body_text: string | null;
  is_read: boolean;
  is_draft: boolean;
  importance: string | null;
  categories: string[];
  has_attachments: boolean;
  kind: 'mail' | 'meeting' | 'meeting_answer' | 'report';
  folder: { name: string; well_known_name: string | null } | null;
  mailbox: { watcher_id: string; address: string | null; mine: boolean };
  web_link: string | null;
  /** It has left the mailbox; it is still shown because its thread is linked. */
  removed: boolean;
};

/**
 * One message. Its own rows, or those of a linked thread, without drafts of others: row-level security says so
 * and so does the query.
 *
 * @throws CelesteError `not_found` for what does not exist, belongs to another yacht or may not be seen
 */
export async function readMessage(db: TenantReader, emailId: string): Promise<Message> {
  const [message] = await visibleMessages(db).where('m.id', '=', emailId).execute();
  if (!message) throw emailNotFound();
  return shape(message);
}

/**
 * A thread's mail that the caller may see, oldest first. Of a mail's copies one stands for all: one's own before
 * others', one that is still there before one that is gone.
 */
export async function readThreadMessages(db: TenantReader, threadId: string): Promise<Message[]> {
  const rows = await visibleMessages(db)
    .where('m.thread_id', '=', threadId)
    .orderBy(sql`coalesce(m.received_at, m.sent_at, m.synced_at)`)
    .orderBy('m.id')
    .execute();
  return onePerMail(rows).map(shape);
}

function onePerMail(rows: Row[]): Row[] {
  const mails = mailIds(rows.map((row) => ({ ...row, removed: row.removed_at !== null })));
  const best = new Map<string | undefined, Row>();
  const rank = (row: Row) => (row.mine ? 2 : 0) + (row.removed_at === null ? 1 : 0);
  for (const row of rows) {
    const kept = best.get(mails.get(row.id));
    if (!kept || rank(row) > rank(kept)) best.set(mails.get(row.id), row);
  }
  const chosen = new Set(best.values());
  return rows.filter((row) => chosen.has(row));
}

export function emailNotFound(): CelesteError {
  return new CelesteError('not_found', 'There is no such mail here, or it is not yours to see.', {
    advice: 'It may have been moved or unlinked. Reload the list.',
  });
}

type Row = Awaited<ReturnType<ReturnType<typeof visibleMessages>['execute']>>[number];

/** Messages that the caller may see. What left the mailbox is only shown while its thread is linked. */
function visibleMessages(db: TenantReader) {
  return db
    .selectFrom('email_messages as m')
    .innerJoin('email_threads as t', 't.id', 'm.thread_id')
    .leftJoin('email_folders as f', (join) =>
      join
        .onRef('f.watcher_id', '=', 'm.watcher_id')
        .onRef('f.provider_folder_id', '=', 'm.parent_folder_id'),
    )
    .select(['m.id', 'm.thread_id', 'm.watcher_id', 'm.internet_message_id', 'm.subject'])
    .select([
      'm.from_name',
      'm.from_address',
      'm.to_addresses',
      'm.cc_addresses',
      'm.sent_at',
      'm.received_at',
    ])
    .select(['m.body_preview', 'm.body_text', 'm.is_read', 'm.is_draft', 'm.importance', 'm.categories'])
    .select(['m.has_attachments', 'm.graph_type', 'm.web_link', 'm.removed_at', 'm.parent_folder_id'])
    .select(['f.display_name as folder_name', 'f.well_known_name'])
    .select(sql<string | null>`celeste_mailbox_address(m.watcher_id)`.as('mailbox_address'))
    .select(inOwnMailbox('m.watcher_id').as('mine'))
    .where((eb) =>
      eb.or([
        eb.and([inOwnMailbox('m.watcher_id'), eb('m.removed_at', 'is', null)]),
        eb.and([
          eb('t.linked_count', '>', 0),
          eb.or([inOwnMailbox('m.watcher_id'), eb('m.is_draft', '=', false)]),
        ]),
      ]),
    );
}

function shape(row: Row): Message {
  const { mine } = row;
  const written = row.from_name !== null || row.from_address !== null;
  return {
    id: row.id,
    thread_id: row.thread_id,
    internet_message_id: row.internet_message_id,
    subject: row.subject,
    from: written ? { name: row.from_name, address: row.from_address } : null,
    to: row.to_addresses,
    cc: row.cc_addresses,
    sent_at: row.sent_at,
    received_at: row.received_at,
    preview: row.body_preview,
    body_text: row.body_text,
    is_read: mine ? row.is_read : true,
    is_draft: row.is_draft,
    importance: row.importance,
    categories: mine ? row.categories : [],
    has_attachments: row.has_attachments,
    kind: kindOf(row),
    folder:
      mine && row.folder_name !== null
        ? { name: row.folder_name, well_known_name: row.well_known_name }
        : null,
    mailbox: { watcher_id: row.watcher_id, address: row.mailbox_address, mine },
    web_link: mine ? row.web_link : null,
    removed: row.removed_at !== null,
  };
}

/**
 * Meetings have types of their own, answers to them as well; a delivery report is a message like any other, known
 * by who sends it.
 * https://learn.microsoft.com/en-us/graph/api/resources/eventmessage
 */
function kindOf(row: Pick<Row, 'graph_type' | 'from_address'>): Message['kind'] {
  if (row.graph_type === '#microsoft.graph.eventMessageResponse') return 'meeting_answer';
  if (row.graph_type?.startsWith('#microsoft.graph.eventMessage')) return 'meeting';
  const isReport = /^(postmaster|mailer-daemon|microsoftexchange[0-9a-f]*)@/i.test(row.from_address ?? '');
  return isReport ? 'report' : 'mail';
}
