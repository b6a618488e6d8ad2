// Graph's address space: which path and method is answered by what.

import { createAnswer } from './answers.ts';
import { addAttachment, getAttachment, getAttachmentValue, listAttachments } from './attachments.ts';
import type { GraphCall, GraphHandler } from './call.ts';
import { badRequest, methodNotAllowed, segmentNotFound } from './errors.ts';
import { folderDelta } from './folder-delta.ts';
import {
  copyFolder,
  createFolder,
  deleteFolder,
  getFolder,
  listFolders,
  moveFolder,
  updateFolder,
} from './folders.ts';
import { messageDelta } from './message-delta.ts';
import { countMessages, getMessage, getMime, listMessages } from './messages.ts';
import { createDraft, sendDraft, sendMail } from './outgoing.ts';
import { getMe, revokeSessions, translateIds } from './user.ts';
import { copyMessage, deleteMessage, moveMessage, updateMessage } from './writes.ts';

type Route = { pattern: string[]; methods: Record<string, GraphHandler> };

const route = (path: string, methods: Record<string, GraphHandler>): Route => ({
  pattern: path === '' ? [] : path.split('/'),
  methods,
});

const changeTracking = () => {
  throw badRequest(
    "Unsupported request: Change tracking is not supported against 'microsoft.graph.message'.",
  );
};

/** `:x` stands for one id; fixed words come before ids. */
const ROUTES: Route[] = [
  route('', { GET: getMe }),
  route('revokeSignInSessions', { POST: revokeSessions }),
  route('translateExchangeIds', { POST: translateIds }),
  route('sendMail', { POST: sendMail }),
  route('mailFolders', { GET: (call) => listFolders(call), POST: (call) => createFolder(call) }),
  route('mailFolders/delta', { GET: folderDelta }),
  route('mailFolders/:f', {
    GET: getFolder,
    PATCH: updateFolder,
    DELETE: (call, f = '') => deleteFolder(call, f),
  }),
  route('mailFolders/:f/move', { POST: moveFolder }),
  route('mailFolders/:f/copy', { POST: copyFolder }),
  route('mailFolders/:f/permanentDelete', {
    POST: (call, f = '') => deleteFolder(call, f, { permanent: true }),
  }),
  route('mailFolders/:f/childFolders', {
    GET: (call, f) => listFolders(call, f),
    POST: (call, f) => createFolder(call, f),
  }),
  route('mailFolders/:f/messages', { GET: listMessages, POST: createDraft }),
  route('mailFolders/:f/messages/delta', { GET: (call, f = '') => messageDelta(call, f) }),
  route('mailFolders/:f/messages/$count', { GET: countMessages }),
  route('messages', { GET: (call) => listMessages(call), POST: (call) => createDraft(call) }),
  route('messages/delta', { GET: changeTracking }),
  route('messages/$count', { GET: (call) => countMessages(call) }),
  route('messages/:m', {
    GET: (call, m = '', f) => getMessage(call, m, f),
    PATCH: updateMessage,
    DELETE: (call, m = '') => deleteMessage(call, m),
  }),
  route('messages/:m/$value', { GET: getMime }),
  route('messages/:m/move', { POST: moveMessage }),
  route('messages/:m/copy', { POST: copyMessage }),
  route('messages/:m/permanentDelete', {
    POST: (call, m = '') => deleteMessage(call, m, { permanent: true }),
  }),
  route('messages/:m/send', { POST: sendDraft }),
  ...(['createReply', 'createReplyAll', 'createForward', 'reply', 'replyAll', 'forward'] as const).map(
    (kind) => route(`messages/:m/${kind}`, { POST: (call, m = '') => createAnswer(call, m, kind) }),
  ),
  route('messages/:m/attachments', { GET: listAttachments, POST: addAttachment }),
  route('messages/:m/attachments/:a', { GET: getAttachment }),
  route('messages/:m/attachments/:a/$value', { GET: getAttachmentValue }),
];

/** `mailFolders/A/childFolders/B/…` is `mailFolders/B/…`; a message below a folder keeps its folder last. */
function flattened(segments: string[]): { path: string[]; folder: string | undefined } {
  let path = segments;
  while (same(path[0], 'mailFolders') && same(path[2], 'childFolders') && path.length > 3) {
    path = ['mailFolders', ...path.slice(3)];
  }
  const below = same(path[0], 'mailFolders') && same(path[2], 'messages') && path.length > 3;
  if (!below || path[3] === '$count' || same(path[3], 'delta')) return { path, folder: undefined };
  return { path: path.slice(2), folder: path[1] };
}

const same = (a: string | undefined, b: string) => a?.toLowerCase() === b.toLowerCase();

function match(pattern: string[], path: string[]): string[] | null {
  if (pattern.length !== path.length) return null;
  const ids: string[] = [];
  for (const [position, part] of pattern.entries()) {
    const given = path[position] ?? '';
    if (part.startsWith(':')) ids.push(given);
    else if (!same(given, part)) return null;
  }
  return ids;
}

/** @throws {GraphError} 400 for an unknown path, 405 for a method it does not have */
export function findHandler(
  segments: string[],
  method: string,
): { run: (call: GraphCall) => ReturnType<GraphHandler> } {
  const { path, folder } = flattened(segments);
  for (const { pattern, methods } of ROUTES) {
    const ids = match(pattern, path);
    if (!ids) continue;
    const handler = methods[method];
    if (!handler) throw methodNotAllowed();
    return { run: (call) => handler(call, ...ids, ...(folder === undefined ? [] : [folder])) };
  }
  throw segmentNotFound(path.at(-1) ?? '');
}
