// What a list row says of a thread, worked out from its messages. Pure.
import type { MailAddress } from '#tenants/schema.ts';

/** Names shown for a thread; a list row has no room for more. */
const MAX_PARTICIPANTS = 8;

/** As little of a message as a summary can be made of: a first sync reads each of these rows more than once. */
export type SummaryMessage = {
  id: string;
  watcher_id: string;
  /** Equal for copies of one mail: sent to oneself, or received in three mailboxes. */
  mail_id: string;
  at: Date;
  from_name: string | null;
  from_address: string | null;
  /** Whom the crew wrote to; null for mail that others wrote. */
  sent_to: MailAddress[] | null;
  is_read: boolean;
  is_draft: boolean;
  has_attachments: boolean;
  removed: boolean;
  folder_in_inbox: boolean;
};

export type Summary = {
  first_id: string;
  latest_id: string;
  first_message_at: string;
  last_message_at: string;
  participants: MailAddress[];
  message_count: number;
  unread_count: number;
  has_attachments: boolean;
};

/**
 * What one mailbox's inbox shows of a thread. A thread that is only in Junk or Drafts has `in_inbox` false and
 * is summed up all the same; null when nothing of it is left in the mailbox.
 *
 * @param messages that mailbox's, oldest first
 */
export function summariseMailbox(messages: SummaryMessage[]): (Summary & { in_inbox: boolean }) | null {
  const left = messages.filter((message) => !message.removed);
  const shown = left.filter((message) => !message.is_draft && message.folder_in_inbox);
  const summary = summarise(shown.length > 0 ? shown : left);
  if (!summary) return null;
  const in_inbox = shown.length > 0;
  return { ...summary, in_inbox, unread_count: in_inbox ? summary.unread_count : 0 };
}

/**
 * What the record shows of a thread, from every mailbox's copies but never a draft. When the last message has
 * left every mailbox it keeps what it showed: it may stand on a record. Null when there was only a draft.
 *
 * @param messages every mailbox's, oldest first
 */
export function summariseYacht(messages: SummaryMessage[]): Summary | null {
  const mail = messages.filter((message) => !message.is_draft);
  const left = mail.filter((message) => !message.removed);
  return summarise(left.length > 0 ? left : mail);
}

function summarise(messages: SummaryMessage[]): Summary | null {
  const first = messages[0];
  const latest = messages.at(-1);
  if (!first || !latest) return null;
  return {
    first_id: first.id,
    latest_id: latest.id,
    first_message_at: first.at.toISOString(),
    last_message_at: latest.at.toISOString(),
    participants: participantsOf(messages),
    message_count: new Set(messages.map((message) => message.mail_id)).size,
    unread_count: messages.filter((message) => !message.is_read).length,
    has_attachments: messages.some((message) => message.has_attachments),
  };
}

/**
 * Those who wrote, first writers first. Where only the crew wrote, also whom they wrote to: "to: the yard" says
 * more than one's own name.
 */
function participantsOf(messages: SummaryMessage[]): MailAddress[] {
  const people = new Map<string, MailAddress>();
  const add = (name: string | null, address: string | null) => {
    const key = (address ?? name ?? '').toLowerCase();
    if (key !== '' && !people.has(key)) people.set(key, { name, address });
  };
  for (const { from_name, from_address } of messages) add(from_name, from_address);
  if (messages.every((message) => message.sent_to !== null)) {
    for (const { name, address } of messages.flatMap((message) => message.sent_to ?? [])) add(name, address);
  }
  return [...people.values()].slice(0, MAX_PARTICIPANTS);
}
