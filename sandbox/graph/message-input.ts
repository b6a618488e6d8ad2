// A message as clients write it, read into the store's terms.
// https://learn.microsoft.com/en-us/graph/api/message-update
import type { Address, Importance } from '../store/new-message.ts';
import type { MessageFlag, MessagePatch } from '../store/types.ts';
import { GraphError } from './errors.ts';

type Fields = Record<string, unknown>;

export const invalid = (name: string) =>
  new GraphError(400, 'ErrorPropertyValidationFailure', `Property '${name}' has an invalid value.`);

function addressOf(value: unknown, name: string): Address {
  const email = (value as { emailAddress?: { name?: unknown; address?: unknown } } | null)?.emailAddress;
  if (typeof email?.address !== 'string') throw invalid(name);
  return { name: typeof email.name === 'string' ? email.name : email.address, address: email.address };
}

function addressesOf(value: unknown, name: string): Address[] {
  if (!Array.isArray(value)) throw invalid(name);
  return value.map((one) => addressOf(one, name));
}

function oneOf<T extends string>(value: unknown, name: string, allowed: readonly T[]): T {
  const found = allowed.find((one) => one.toLowerCase() === String(value).toLowerCase());
  if (!found) throw invalid(name);
  return found;
}

function objectOf(value: unknown, name: string): object {
  if (typeof value !== 'object' || value === null) throw invalid(name);
  return value;
}

function flagOf(value: unknown): MessageFlag {
  const flag = objectOf(value, 'flag') as MessageFlag;
  if (flag.dueDateTime && !flag.startDateTime) {
    throw new GraphError(400, 'ErrorInvalidRequest', 'A flag with a dueDateTime needs a startDateTime.');
  }
  return { ...flag, flagStatus: oneOf(flag.flagStatus, 'flag', ['notFlagged', 'flagged', 'complete']) };
}

function textOf(value: unknown, name: string): string {
  if (typeof value !== 'string') throw invalid(name);
  return value;
}

function flagValue(value: unknown, name: string): boolean {
  if (typeof value !== 'boolean') throw invalid(name);
  return value;
}

type Reader = (value: unknown, name: string) => MessagePatch;

/** What may be changed on any message. */
const ALWAYS: Record<string, Reader> = {
  isRead: (value, name) => ({ isRead: flagValue(value, name) }),
  categories: (value, name) => {
    if (!Array.isArray(value)) throw invalid(name);
    return { categories: value.map((one) => textOf(one, name)) };
  },
  flag: (value) => ({ flag: flagOf(value) }),
  importance: (value, name) => ({ importance: oneOf<Importance>(value, name, ['low', 'normal', 'high']) }),
  inferenceClassification: (value, name) => ({
    inferenceClassification: oneOf(value, name, ['focused', 'other'] as const),
  }),
  isDeliveryReceiptRequested: (value, name) => ({ isDeliveryReceiptRequested: flagValue(value, name) }),
  isReadReceiptRequested: (value, name) => ({ isReadReceiptRequested: flagValue(value, name) }),
};

/** What may be changed on drafts alone. */
const DRAFT: Record<string, Reader> = {
  subject: (value, name) => ({ subject: textOf(value, name) }),
  body: (value, name) => {
    const body = objectOf(value, name) as { contentType?: unknown; content?: unknown };
    const contentType = oneOf(body.contentType ?? 'text', name, ['html', 'text']);
    return { body: { contentType, content: textOf(body.content ?? '', name) } };
  },
  from: (value, name) => ({ from: addressOf(value, name) }),
  sender: (value, name) => ({ sender: addressOf(value, name) }),
  toRecipients: (value, name) => ({ to: addressesOf(value, name) }),
  ccRecipients: (value, name) => ({ cc: addressesOf(value, name) }),
  bccRecipients: (value, name) => ({ bcc: addressesOf(value, name) }),
  replyTo: (value, name) => ({ replyTo: addressesOf(value, name) }),
  internetMessageId: (value, name) => ({ internetMessageId: textOf(value, name) }),
};

const APART = new Set(['attachments', 'internetMessageHeaders', '@odata.type', '@odata.etag', 'id']);

/** @throws {GraphError} 400 for unknown properties, bad values, and what only drafts may change */
export function readMessageFields(fields: Fields, { isDraft }: { isDraft: boolean }): MessagePatch {
  const patch: MessagePatch = {};
  for (const [name, value] of Object.entries(fields)) {
    if (APART.has(name)) continue;
    const reader = ALWAYS[name] ?? DRAFT[name];
    if (!reader) {
      const text = `The property '${name}' does not exist on type 'microsoft.graph.message' or is read-only.`;
      throw new GraphError(400, 'RequestBodyRead', text);
    }
    if (!isDraft && name in DRAFT) {
      throw new GraphError(400, 'ErrorInvalidPropertySet', `Property '${name}' can only be set on a draft.`);
    }
    Object.assign(patch, reader(value, name));
  }
  return patch;
}

type Recipients = Partial<Record<'to' | 'cc' | 'bcc', Address[]>>;

export const recipientCount = ({ to = [], cc = [], bcc = [] }: Recipients): number =>
  to.length + cc.length + bcc.length;

/** https://learn.microsoft.com/en-us/graph/throttling-limits#outlook-service-limits @throws {GraphError} 400 */
export function refuseTooMany(recipients: Recipients): void {
  if (recipientCount(recipients) <= 500) return;
  const text = 'At least one recipient is not valid., The limit is 500 recipients.';
  throw new GraphError(400, 'ErrorInvalidRecipients', text);
}
