// One call to Graph, as its handlers see it.
import type { SandboxContext } from '../context.ts';
import type { SandboxRequest, SandboxResponse } from '../http.ts';
import { isFolderId, readMessageId } from '../store/ids.ts';
import { lookUpFolder } from '../store/mailbox.ts';
import type { Folder, Mailbox, StoredMessage } from '../store/types.ts';
import { WELL_KNOWN_NAMES } from '../store/well-known.ts';
import { accessDenied, badRequest, GraphError, idMalformed, itemNotFound } from './errors.ts';
import type { Preferences } from './prefer.ts';

export type GraphCall = {
  context: SandboxContext;
  request: SandboxRequest;
  /** The mailbox this is about, and that of the person who asks. */
  mailbox: Mailbox;
  person: Mailbox;
  clientId: string;
  scopes: Set<string>;
  /** The access token: until when it is good, and of which epoch of the account. */
  token: { until: Date; epoch: number };
  prefer: Preferences;
  query: URLSearchParams;
  /** What links begin with: origin, version and `me` or `users/{id}`. */
  base: string;
};

export type GraphHandler = (call: GraphCall, ...ids: string[]) => SandboxResponse | Promise<SandboxResponse>;

const JSON_TYPE =
  'application/json;odata.metadata=minimal;odata.streaming=true;IEEE754Compatible=false;charset=utf-8';

export const json = (
  status: number,
  body: object,
  headers: Record<string, string> = {},
): SandboxResponse => ({
  status,
  headers: { 'content-type': JSON_TYPE, ...headers },
  body,
});

export const noContent = (): SandboxResponse => ({ status: 204 });

/** Each permission with those that contain it. */
const IMPLIED: Record<string, string[]> = {
  'Mail.ReadBasic': ['Mail.ReadBasic', 'Mail.Read', 'Mail.ReadWrite'],
  'Mail.Read': ['Mail.Read', 'Mail.ReadWrite'],
  'Mail.ReadWrite': ['Mail.ReadWrite'],
  'Mail.Send': ['Mail.Send'],
  'User.Read': ['User.Read', 'User.ReadWrite', 'Mail.ReadBasic', 'Mail.Read', 'Mail.ReadWrite'],
};

/**
 * The permissions that end in `.Shared` reach the own mailbox and those one has access to; the others reach the
 * own one alone. https://learn.microsoft.com/en-us/graph/permissions-reference#mailreadshared
 */
export function allows({ scopes, mailbox, person }: GraphCall, scope: string): boolean {
  const names = IMPLIED[scope] ?? [scope];
  if (names.some((name) => scopes.has(`${name}.Shared`))) return true;
  return mailbox === person && names.some((name) => scopes.has(name));
}

/** @throws {GraphError} 403 ErrorAccessDenied when the token lacks the permission */
export function needScope(call: GraphCall, scope: string): void {
  if (!allows(call, scope)) throw accessDenied();
}

/** The message an id of a path names, in either form. @throws {GraphError} malformed or not found */
export function messageAt(call: GraphCall, id: string): StoredMessage {
  const form = readMessageId(id, call.mailbox.fingerprint);
  if (!form) throw idMalformed();
  const { messages, placements } = call.mailbox;
  const placement = placements.get(id);
  const current = placement && placement.message.placement === placement ? placement.message : undefined;
  const message = form === 'immutable' ? messages.get(id) : current;
  if (!message?.exists) throw itemNotFound();
  return message;
}

/** The folder an id or well-known name of a path means. @throws {GraphError} malformed or not found */
export function folderAt(call: GraphCall, text: string): Folder {
  const isName = WELL_KNOWN_NAMES.has(text.toLowerCase());
  if (!isName && !isFolderId(text, call.mailbox.fingerprint)) throw idMalformed();
  const folder = lookUpFolder(call.mailbox, text);
  if (!folder) throw itemNotFound();
  return folder;
}

const LARGEST_REQUEST = 4 * 1024 * 1024;

/** https://learn.microsoft.com/en-us/graph/outlook-large-attachments @throws {GraphError} 413 or 400 */
export function refuseLarge({ body }: SandboxRequest, { settings }: SandboxContext): void {
  if (body.length <= LARGEST_REQUEST) return;
  if (settings.tooLarge === '413') {
    throw new GraphError(413, 'RequestEntityTooLarge', 'The request is too large: the limit is 4 MB.');
  }
  throw new GraphError(400, 'ErrorMessageSizeExceeded', 'The message exceeds the maximum supported size.');
}

/** @throws {GraphError} 415 */
export function needJson({ headers }: SandboxRequest): void {
  const type = (headers['content-type'] ?? '').toLowerCase();
  if (type.startsWith('application/json')) return;
  const text = `The media type '${type}' is not supported. Send the entity as application/json.`;
  throw new GraphError(415, 'UnsupportedMediaType', text);
}

/** The JSON object of the request. @throws {GraphError} 400 or 415 */
export function bodyOfCall(call: GraphCall): Record<string, unknown> {
  needJson(call.request);
  try {
    const value: unknown = JSON.parse(call.request.body.toString('utf8'));
    if (typeof value === 'object' && value !== null && !Array.isArray(value))
      return value as Record<string, unknown>;
  } catch {
    throw badRequest(
      'Unable to read JSON request payload. Please ensure Content-Type header is set and payload is of valid JSON format.',
    );
  }
  throw badRequest('Entity only allows writes with a JSON Content-Type header.');
}

/** The version-relative context address of an answer. */
export const contextUrl = (call: GraphCall, tail: string): string =>
  `${call.request.url.origin}/v1.0/$metadata#users('${call.mailbox.userId}')${tail}`;
