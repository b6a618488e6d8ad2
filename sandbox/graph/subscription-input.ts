// What a client may subscribe to, and in which words it must ask.
// https://learn.microsoft.com/en-us/graph/api/subscription-post-subscriptions
import { checkUrl } from '../notifications/handshake.ts';
import type { ChangeType, Subscription } from '../notifications/subscription-state.ts';
import { CHANGE_TYPES } from '../notifications/subscription-state.ts';
import { isFolderId } from '../store/ids.ts';
import { lookUpFolder } from '../store/mailbox.ts';
import type { GraphCall } from './call.ts';
import { GraphError } from './errors.ts';
import { compileFilter } from './filter.ts';
import { selectMessageProperties } from './message-json.ts';
import { namedMailbox } from './owner.ts';
import { segmentsOf } from './segments.ts';

const MINUTE = 60_000;
const LONGEST_MINUTES = 10_080;
const SHORTEST_MINUTES = 45;
const CLIENT_STATE_LENGTH = 128;
const TLS_VERSIONS = ['v1_0', 'v1_1', 'v1_2', 'v1_3'];

type Fields = Record<string, unknown>;

export const invalidRequest = (message: string) => new GraphError(400, 'InvalidRequest', message);

/** Trouble with the mailbox, as the subscription service passes it on. */
export const extensionError = (status: number, reason: string, name: string) =>
  new GraphError(
    status,
    'ExtensionError',
    `Operation: Create; Exception: [Status Code: ${name}; Reason: ${reason}]`,
  );

function textOf(fields: Fields, name: string): string {
  const value = fields[name];
  if (typeof value === 'string' && value !== '') return value;
  throw invalidRequest(`The value of '${name}' is missing or invalid.`);
}

function optionalText(fields: Fields, name: string): string | null {
  const value = fields[name];
  return value === undefined || value === null ? null : textOf(fields, name);
}

/**
 * When it ends: at most 10,080 minutes away, and never sooner than in 45.
 * https://learn.microsoft.com/en-us/graph/api/resources/subscription#subscription-lifetime
 */
export function readExpiry(fields: Fields, now: Date): Date {
  const text = textOf(fields, 'expirationDateTime');
  const given = /^\d{4}-\d\d-\d\dT/.test(text) ? Date.parse(text) : Number.NaN;
  if (Number.isNaN(given)) throw invalidRequest("The value of 'expirationDateTime' is missing or invalid.");
  const minutes = (given - now.getTime()) / MINUTE;
  if (minutes <= 0) throw invalidRequest('The subscription expiration must be in the future.');
  if (minutes > LONGEST_MINUTES)
    throw invalidRequest(`Subscription expiration can only be ${LONGEST_MINUTES} minutes in the future.`);
  return new Date(Math.max(given, now.getTime() + SHORTEST_MINUTES * MINUTE));
}

function readChangeTypes(fields: Fields): ChangeType[] {
  const asked = textOf(fields, 'changeType')
    .split(',')
    .map((part) => part.trim().toLowerCase());
  const unknown = asked.find((one) => !CHANGE_TYPES.includes(one as ChangeType));
  if (unknown !== undefined) throw invalidRequest(`The changeType '${unknown}' is not supported.`);
  return CHANGE_TYPES.filter((type) => asked.includes(type));
}

type Resource = Pick<Subscription, 'resource' | 'resourceKey' | 'folderId' | 'filter'>;

/** `me/messages`, `me/mailFolders('…')/messages` or the same under `users/{self}`, with $filter and $select. */
function readResource(call: GraphCall, fields: Fields): Resource {
  const resource = textOf(fields, 'resource');
  if (/^https?:/i.test(resource)) throw invalidRequest('The resource must not contain the base address.');
  const [path = '', query = ''] = resource.split(/\?(.*)/s);
  const [first = '', ...rest] = segmentsOf(path.replace(/^\/?(?:v1\.0|beta)\//, ''));
  const tail = first.toLowerCase() === 'me' ? rest : rest.slice(1);
  checkOwner(call, first, rest[0] ?? '');
  refuseUnready(call);
  const folderId = folderOf(call, tail, resource);
  const filter = readOptions(query);
  const key = [call.mailbox.userId, folderId ?? 'messages', filter ?? ''].join(' ');
  return { resource, resourceKey: key, folderId, filter };
}

/** Delegated permissions reach one's own mailbox alone, shared ones too. */
function checkOwner(call: GraphCall, first: string, second: string): void {
  if (first.toLowerCase() === 'me') return;
  if (first.toLowerCase() !== 'users') throw invalidRequest(`The resource '${first}' is not supported.`);
  const named = second.toLowerCase();
  if (named === call.mailbox.userId || named === call.mailbox.address) return;
  throw namedMailbox(call.context, named)
    ? extensionError(403, 'Access is denied. Check credentials and try again.', 'Forbidden')
    : extensionError(404, 'The requested user is invalid.', 'NotFound');
}

function refuseUnready(call: GraphCall): void {
  const { mailboxState } = call.context.identity.account(call.mailbox);
  if (mailboxState === 'unlicensed') throw extensionError(404, 'The mailbox is not enabled.', 'NotFound');
  if (mailboxState === 'moving')
    throw extensionError(503, 'The mailbox is on its way to another server.', 'ServiceUnavailable');
}

function folderOf(call: GraphCall, tail: string[], resource: string): string | null {
  const [kind = '', folderText = '', last = ''] = tail;
  if (tail.length === 1 && kind.toLowerCase() === 'messages') return null;
  if (tail.length !== 3 || kind.toLowerCase() !== 'mailfolders' || last.toLowerCase() !== 'messages') {
    throw invalidRequest(`The resource '${resource}' is not supported.`);
  }
  const { mailbox } = call;
  const known =
    isFolderId(folderText, mailbox.fingerprint) || mailbox.wellKnown.has(folderText.toLowerCase());
  const folder = known ? lookUpFolder(mailbox, folderText) : null;
  if (!folder) throw extensionError(404, 'The specified object was not found in the store.', 'NotFound');
  return folder.id;
}

/** @throws {GraphError} 400 for options that a subscription cannot have */
function readOptions(query: string): string | null {
  const options = new URLSearchParams(query);
  for (const name of options.keys()) {
    if (!['$filter', '$select'].includes(name.toLowerCase()))
      throw invalidRequest(`The query option '${name}' is not supported on subscriptions.`);
  }
  const select = options.get('$select');
  if (select) selectMessageProperties(select);
  const filter = options.get('$filter');
  if (filter !== null) compileFilter(filter);
  return filter;
}

export type AskedSubscription = Omit<Subscription, 'id' | 'clientId' | 'userId' | 'idForm' | 'authorization'>;

/** @throws {GraphError} 400 InvalidRequest, or what the mailbox says */
export function readSubscription(call: GraphCall, fields: Fields): AskedSubscription {
  const clientState = optionalText(fields, 'clientState');
  if (clientState !== null && clientState.length > CLIENT_STATE_LENGTH) {
    throw invalidRequest(`The clientState must not be longer than ${CLIENT_STATE_LENGTH} characters.`);
  }
  if (fields.includeResourceData === true) {
    throw invalidRequest('This sandbox does not send resource data with its notifications.');
  }
  const notificationUrl = textOf(fields, 'notificationUrl');
  const lifecycleNotificationUrl = optionalText(fields, 'lifecycleNotificationUrl');
  const latestSupportedTlsVersion = optionalText(fields, 'latestSupportedTlsVersion') ?? 'v1_2';
  if (!TLS_VERSIONS.includes(latestSupportedTlsVersion)) {
    throw invalidRequest("The value of 'latestSupportedTlsVersion' is missing or invalid.");
  }
  checkUrl(notificationUrl, 'notificationUrl');
  if (lifecycleNotificationUrl !== null) checkUrl(lifecycleNotificationUrl, 'lifecycleNotificationUrl');
  return {
    changeTypes: readChangeTypes(fields),
    ...readResource(call, fields),
    expiresAt: readExpiry(fields, call.context.now()),
    ...{ notificationUrl, lifecycleNotificationUrl, clientState, latestSupportedTlsVersion },
  };
}
