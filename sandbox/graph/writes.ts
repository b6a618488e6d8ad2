// What changes a message that is there: update, move, copy, delete. All need Mail.ReadWrite.
// https://learn.microsoft.com/en-us/graph/api/message-move
import type { SandboxResponse } from '../http.ts';
import type { StoredMessage } from '../store/types.ts';
import type { GraphCall } from './call.ts';
import { bodyOfCall, contextUrl, json, messageAt, needScope, noContent } from './call.ts';
import { GraphError } from './errors.ts';
import { destinationOf, translated } from './folders.ts';
import { readMessageFields, refuseTooMany } from './message-input.ts';
import { changeKey } from './message-json.ts';
import { rowOf } from './messages.ts';

export const entity = (call: GraphCall, status: number, message: StoredMessage): SandboxResponse =>
  json(status, { '@odata.context': contextUrl(call, '/messages/$entity'), ...rowOf(call, message, null) });

/** @throws {GraphError} 412 when If-Match names another version */
function checkVersion(call: GraphCall, message: StoredMessage): void {
  const wanted = call.request.headers['if-match'];
  if (!wanted || wanted === '*' || wanted === `W/"${changeKey(message)}"`) return;
  const text =
    'The send or update operation could not be performed because the change key passed in the request does not match the current change key for the item.';
  throw new GraphError(412, 'ErrorIrresolvableConflict', text);
}

export function updateMessage(call: GraphCall, id: string): SandboxResponse {
  needScope(call, 'Mail.ReadWrite');
  const message = messageAt(call, id);
  checkVersion(call, message);
  const patch = readMessageFields(bodyOfCall(call), { isDraft: message.isDraft });
  if (patch.to || patch.cc || patch.bcc) refuseTooMany({ ...message, ...patch });
  return entity(call, 200, call.context.store.updateMessage(call.mailbox.address, message.id, patch));
}

export function moveMessage(call: GraphCall, id: string): SandboxResponse {
  return toAnotherFolder(call, id, 'moveMessage');
}

export function copyMessage(call: GraphCall, id: string): SandboxResponse {
  return toAnotherFolder(call, id, 'copyMessage');
}

function toAnotherFolder(call: GraphCall, id: string, verb: 'moveMessage' | 'copyMessage'): SandboxResponse {
  needScope(call, 'Mail.ReadWrite');
  const message = messageAt(call, id);
  const target = destinationOf(call);
  return entity(
    call,
    201,
    translated(() => call.context.store[verb](call.mailbox.address, message.id, target.id)),
  );
}

export function deleteMessage(call: GraphCall, id: string, { permanent = false } = {}): SandboxResponse {
  needScope(call, 'Mail.ReadWrite');
  const message = messageAt(call, id);
  checkVersion(call, message);
  call.context.store.deleteMessage(call.mailbox.address, message.id, { permanent });
  return noContent();
}
