// $expand on messages: attachments; extensions and extended properties are known and empty.
import type { StoredMessage } from '../store/types.ts';
import { attachmentRow } from './attachment-json.ts';
import type { GraphCall } from './call.ts';
import { needScope } from './call.ts';
import { parseUri } from './errors.ts';
import type { Row } from './message-json.ts';

const EMPTY = ['extensions', 'singleValueExtendedProperties', 'multiValueExtendedProperties'];

type Expansion = { name: string; select: string[] | null };

/** @throws {GraphError} RequestBroker--ParseUri for something that is no navigation property */
export function expandOf(text: string): Expansion[] {
  return splitTop(text).map((part) => {
    const [, name = '', options = ''] = /^\s*([A-Za-z]+)\s*(?:\((.*)\))?\s*$/s.exec(part) ?? [];
    if (name !== 'attachments' && !EMPTY.includes(name)) {
      throw parseUri(
        `Could not find a property named '${name || part.trim()}' on type 'Microsoft.OutlookServices.Message'.`,
      );
    }
    const [, select] = /\$select=([^;]*)/.exec(options) ?? [];
    return { name, select: select ? select.split(',').map((one) => one.trim()) : null };
  });
}

/** Splits at commas that are not inside parentheses. */
function splitTop(text: string): string[] {
  const parts: string[] = [''];
  let depth = 0;
  for (const character of text) {
    if (character === '(') depth += 1;
    if (character === ')') depth -= 1;
    if (character === ',' && depth === 0) parts.push('');
    else parts[parts.length - 1] += character;
  }
  return parts;
}

export function withExpanded(
  call: GraphCall,
  message: StoredMessage,
  expand: string | undefined | null,
): Row {
  if (!expand) return {};
  const row: Row = {};
  for (const { name, select } of expandOf(expand)) {
    needScope(call, 'Mail.Read');
    if (name !== 'attachments') continue;
    row.attachments = message.attachments.map((one) => attachmentRow(call, message, one, { select }));
  }
  return row;
}
