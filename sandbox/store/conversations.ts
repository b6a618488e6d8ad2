// Which conversation a mail belongs to, as Exchange decides it: by the mails it answers, else by its topic.
import { createHash } from 'node:crypto';

import { conversationId } from './ids.ts';
import type { NewMessage } from './new-message.ts';
import type { Mailbox } from './types.ts';

const REPLY_PREFIX =
  /^\s*(?:re|aw|fw|fwd|wg|tr|sv|vs|antw|odp|rif|ynt|res|enc|rv|απ|πρθ|σχετ|отв|返信|回复|転送)(?:\s*\[\d+\])?\s*[:：]\s*/iu;

/** The topic of a subject: without the reply and forward prefixes of common languages, in lower case. */
export function topicOf(subject: string): string {
  let topic = subject;
  while (REPLY_PREFIX.test(topic)) topic = topic.replace(REPLY_PREFIX, '');
  return topic.trim().toLowerCase();
}

export const isReply = (subject: string) => REPLY_PREFIX.test(subject);

/**
 * The conversation of a new message in this mailbox: that of a mail it refers to (known by its id, or by
 * another mail that refers to the same one), else for a reply that of the last mail with its topic, else
 * a new one. Remembers the message's ids and topic for those that follow.
 */
export function assignConversation(mailbox: Mailbox, message: NewMessage, internetMessageId: string): string {
  const { byMessageId, byTopic } = mailbox.conversations;
  const references = [...(message.references ?? []), ...(message.inReplyTo ? [message.inReplyTo] : [])];
  const subject = message.subject ?? '';
  const topicHeader = message.headers?.find(({ name }) => name.toLowerCase() === 'thread-topic')?.value;
  const topic = topicOf(topicHeader ?? subject);
  const referred = references.toReversed().find((id) => byMessageId.has(id));
  const answers = topicHeader !== undefined || isReply(subject);
  const found =
    (referred && byMessageId.get(referred)) ??
    byMessageId.get(internetMessageId) ??
    (answers && topic !== '' ? byTopic.get(topic) : undefined) ??
    conversationId(mailbox.fingerprint, ++mailbox.serial);
  for (const id of [...references, internetMessageId]) {
    if (!byMessageId.has(id)) byMessageId.set(id, found);
  }
  if (topic !== '') byTopic.set(topic, found);
  return found;
}

/** 22 bytes for the thread and 5 for each answer before this one, in base64. */
export function conversationIndex(conversation: string, depth: number): string {
  const head = createHash('sha256').update(conversation).digest().subarray(0, 22);
  head[0] = 1;
  const answers = Buffer.alloc(Math.min(depth, 20) * 5, 7);
  return Buffer.concat([head, answers]).toString('base64');
}
