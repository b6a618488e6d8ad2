// What happens to mail and folders: delivered, moved, marked, deleted, restored.
import { send as sendLater } from '../graph/outgoing.ts';
import type { SandboxResponse } from '../http.ts';
import type { BulkOptions } from '../store/sandbox-store.ts';
import type { MessagePatch } from '../store/types.ts';
import { POISONS } from '../store/types.ts';
import type { ControlCall } from './call.ts';
import { ControlError, done, textField } from './call.ts';
import { readMessage } from './message-input.ts';

/** `{folder, message}` → `{id}`, an immutable id. Dates are ISO text, bytes are base64. */
export function deliver({ context, address, body }: ControlCall): SandboxResponse {
  const folder = typeof body.folder === 'string' ? body.folder : 'inbox';
  const message = readMessage(body.message, context.now());
  const stored = context.store.deliver(address, folder, message);
  return done(201, { id: stored.id, conversationId: stored.conversationId });
}

const PATCHABLE = new Set<keyof MessagePatch>([
  ...(['isRead', 'categories', 'flag', 'importance', 'inferenceClassification', 'subject', 'body'] as const),
  ...(['from', 'sender', 'to', 'cc', 'bcc', 'replyTo'] as const),
]);

export function patch({ context, address, params, body }: ControlCall): SandboxResponse {
  const unknown = Object.keys(body).find((name) => !PATCHABLE.has(name as keyof MessagePatch));
  if (unknown) throw new ControlError(400, `A message has no field "${unknown}" that can be changed.`);
  const message = context.store.updateMessage(address, params.id ?? '', body as MessagePatch);
  return done(200, { id: message.id });
}

export function remove({ context, address, params, query }: ControlCall): SandboxResponse {
  context.store.deleteMessage(address, params.id ?? '', { permanent: query.get('permanent') === '1' });
  return done(204, undefined);
}

export function move({ context, address, params, body }: ControlCall): SandboxResponse {
  const message = context.store.moveMessage(address, params.id ?? '', textField(body, 'folder'));
  return done(200, { id: message.id });
}

/** `{ids, folder}`: many at once, as one drags a selection. */
export function moveMany({ context, address, body }: ControlCall): SandboxResponse {
  if (!Array.isArray(body.ids)) throw new ControlError(400, 'The field "ids" is missing.');
  context.store.moveMessages(address, body.ids.map(String), textField(body, 'folder'));
  return done(200, {});
}

/** A draft goes out, by way of the Outbox. */
export function send({ context, address, params }: ControlCall): SandboxResponse {
  const message = context.store.message(address, params.id ?? '');
  if (!message.isDraft) throw new ControlError(409, 'Only a draft can be sent.');
  context.store.moveMessage(address, message.id, 'outbox');
  sendLater(context, message, true);
  return done(202, { id: message.id });
}

/** `{kind}`: `page`, `id`, `always` or `body`; null makes it sound again. */
export function poison({ context, address, params, body }: ControlCall): SandboxResponse {
  const kind = body.kind === null ? null : POISONS.find((one) => one === body.kind);
  if (kind === undefined) throw new ControlError(400, `The kind is one of ${POISONS.join(', ')}, or null.`);
  context.store.poisonMessage(address, params.id ?? '', kind);
  return done(200, {});
}

export function restore({ context, address, params }: ControlCall): SandboxResponse {
  return done(200, { id: context.store.restoreMessage(address, params.id ?? '').id });
}

export function addFolder({ context, address, body }: ControlCall): SandboxResponse {
  const folder = context.store.createFolder(address, {
    name: textField(body, 'name'),
    ...(typeof body.parent === 'string' ? { parent: body.parent } : {}),
    hidden: body.hidden === true,
    ...(body.search ? { search: body.search as { sourceFolders: string[]; filterQuery: string } } : {}),
  });
  return done(201, { id: folder.id });
}

export function changeFolder({ context, address, params, body }: ControlCall): SandboxResponse {
  const id = params.id ?? '';
  const folder = context.store.folder(address, id);
  if (typeof body.name === 'string') context.store.renameFolder(address, folder.id, body.name);
  if (typeof body.parent === 'string') context.store.moveFolder(address, folder.id, body.parent);
  return done(200, { id: folder.id });
}

export function removeFolder({ context, address, params, query }: ControlCall): SandboxResponse {
  context.store.deleteFolder(address, params.id ?? '', { permanent: query.get('permanent') === '1' });
  return done(204, undefined);
}

export function bulk({ context, address, body }: ControlCall): SandboxResponse {
  const { count, seed = 1, folder, body_bytes, spacing_seconds, newest } = body;
  if (typeof count !== 'number') throw new ControlError(400, 'The field "count" is missing.');
  const options: BulkOptions = {
    ...{ count, seed: Number(seed), newest: typeof newest === 'string' ? new Date(newest) : context.now() },
    ...(typeof folder === 'string' ? { folder } : {}),
    ...(typeof body_bytes === 'number' ? { bodyBytes: body_bytes } : {}),
    ...(typeof spacing_seconds === 'number' ? { spacingSeconds: spacing_seconds } : {}),
  };
  context.store.bulk(address, options);
  return done(201, context.store.counts(address));
}

export function expireDelta({ context, address, body }: ControlCall): SandboxResponse {
  context.store.expireDelta(address, typeof body.folder === 'string' ? body.folder : undefined);
  return done(200, {});
}
