// $search on messages: the everyday part of KQL.
// https://learn.microsoft.com/en-us/graph/search-query-parameter

import { bodyContent } from '../store/messages.ts';
import type { StoredMessage } from '../store/types.ts';
import { badRequest } from './errors.ts';
import { htmlToText } from './html.ts';
import { hasAttachments } from './message-json.ts';

type Test = (message: StoredMessage) => boolean;

const people = (list: { name: string; address: string }[]) =>
  list.map(({ name, address }) => `${name} ${address}`).join(' ');

const textOf = (message: StoredMessage) => {
  const content = bodyContent(message);
  return message.body.contentType === 'html' ? htmlToText(content) : content;
};

const FIELDS: Record<string, (message: StoredMessage) => string> = {
  subject: (m) => m.subject ?? '',
  body: textOf,
  from: (m) => people(m.from ? [m.from] : []),
  to: (m) => people(m.to),
  cc: (m) => people(m.cc),
  bcc: (m) => people(m.bcc),
  participants: (m) => people([...(m.from ? [m.from] : []), ...m.to, ...m.cc, ...m.bcc]),
  recipients: (m) => people([...m.to, ...m.cc, ...m.bcc]),
  importance: (m) => m.importance,
  attachment: (m) => m.attachments.map(({ name }) => name).join(' '),
};

const everything = (message: StoredMessage) =>
  [
    FIELDS.subject?.(message),
    FIELDS.participants?.(message),
    textOf(message),
    FIELDS.attachment?.(message),
  ].join(' ');

/** @throws {GraphError} 400 when it is not in double quotes */
export function compileSearch(search: string): Test {
  const [, inner] = /^\s*"([\s\S]*)"\s*$/.exec(search) ?? [];
  if (inner === undefined) {
    throw badRequest(`Syntax error: character ':' is not valid at position 0 in '${search}'.`);
  }
  const text = inner.replaceAll('\\"', '"');
  const alternatives = text.split(/\s+OR\s+/).map((part) => {
    const terms = [...part.matchAll(/(NOT\s+|-)?(?:(\w+)\s*:\s*)?("[^"]*"|[^\s"]+)/g)]
      .filter(([whole]) => whole !== 'AND')
      .map(([, not, field, value = '']) =>
        negated(Boolean(not), term(field?.toLowerCase(), value.replaceAll('"', ''))),
      );
    return (message: StoredMessage) => terms.every((test) => test(message));
  });
  return (message) => alternatives.some((test) => test(message));
}

const negated = (not: boolean, test: Test): Test => (not ? (message) => !test(message) : test);

function term(field: string | undefined, value: string): Test {
  if (field === 'hasattachments' || field === 'hasattachment') {
    return (message) => hasAttachments(message) === (value.toLowerCase() === 'true');
  }
  if (field === 'received' || field === 'sent') return dateTerm(field, value);
  const read = (field && FIELDS[field]) || everything;
  const words = value.toLowerCase().replace(/\*$/, '');
  const pattern = new RegExp(`(?:^|[^\\p{L}\\p{N}])${words.replace(/[.*+?^${}()|[\]\\]/g, '\\$&')}`, 'iu');
  return (message) => pattern.test(read(message).toLowerCase());
}

function dateTerm(field: 'received' | 'sent', value: string): Test {
  const [, operator = '=', text = ''] = /^(>=|<=|>|<|=)?(.*)$/.exec(value) ?? [];
  const day = Date.parse(text);
  if (Number.isNaN(day)) throw badRequest(`The search value '${value}' is not a date.`);
  const end = day + 86_400_000;
  return (message) => {
    const time = (field === 'received' ? message.receivedAt : message.sentAt)?.getTime() ?? 0;
    if (operator === '>=') return time >= day;
    if (operator === '>') return time >= end;
    if (operator === '<=') return time < end;
    return operator === '<' ? time < day : time >= day && time < end;
  };
}
