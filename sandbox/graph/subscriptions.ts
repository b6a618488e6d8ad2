// /subscriptions: create, list, read, renew, reauthorize, delete.
// https://learn.microsoft.com/en-us/graph/api/resources/subscription
import { randomUUID } from 'node:crypto';

import type { SandboxResponse } from '../http.ts';
import { checkUrl, validate } from '../notifications/handshake.ts';
import { READING } from '../notifications/lifecycle.ts';
import { preciseInstant } from '../notifications/notifications.ts';
import type { Subscription, SubscriptionChange } from '../notifications/subscription-state.ts';
import type { GraphCall } from './call.ts';
import { bodyOfCall, json, noContent } from './call.ts';
import { accessDenied, GraphError, methodNotAllowed, segmentNotFound } from './errors.ts';
import { extensionError, invalidRequest, readExpiry, readSubscription } from './subscription-input.ts';

/** Active subscriptions of one mailbox, over all applications. */
const MOST = 1000;

/** @param segments what follows `subscriptions` in the path */
export function subscriptionsEndpoint(
  call: GraphCall,
  segments: string[],
): SandboxResponse | Promise<SandboxResponse> {
  // Permissions for shared mailboxes do not count here.
  if (!READING.some((name) => call.scopes.has(name))) throw accessDenied();
  const [id, verb] = segments;
  const { method } = call.request;
  if (id === undefined) {
    if (method === 'POST') return create(call);
    if (method === 'GET') return list(call);
    throw methodNotAllowed();
  }
  if (segments.length > 2 || (verb !== undefined && verb.toLowerCase() !== 'reauthorize')) {
    throw segmentNotFound(segments.at(-1) ?? '');
  }
  if (verb !== undefined) {
    if (method !== 'POST') throw methodNotAllowed();
    return reauthorize(call, id);
  }
  if (method === 'GET') return json(200, entity(call, own(call, id)));
  if (method === 'PATCH') return renew(call, id);
  if (method !== 'DELETE') throw methodNotAllowed();
  call.context.notifications.remove(own(call, id).id);
  return noContent();
}

/** The client's own one. @throws {GraphError} 404 also after its end */
function own(call: GraphCall, id: string): Subscription {
  const found = call.context.notifications.find(id.toLowerCase());
  if (found && found.clientId === call.clientId && found.userId === call.mailbox.userId) return found;
  throw new GraphError(404, 'ResourceNotFound', 'The object was not found.');
}

const isOwn = (call: GraphCall) => (one: Subscription) =>
  one.clientId === call.clientId && one.userId === call.mailbox.userId;

async function create(call: GraphCall): Promise<SandboxResponse> {
  const { context, mailbox } = call;
  const asked = readSubscription(call, bodyOfCall(call));
  const subscription: Subscription = {
    ...asked,
    id: randomUUID(),
    clientId: call.clientId,
    userId: mailbox.userId,
    idForm: call.prefer.idForm,
    authorization: call.token,
  };
  refuseTooMany(call, subscription);
  const { validationMs } = context.settings.notifications;
  await validate(subscription.notificationUrl, validationMs);
  if (subscription.lifecycleNotificationUrl !== null) {
    await validate(subscription.lifecycleNotificationUrl, validationMs);
  }
  // Somebody else may have been quicker.
  refuseTooMany(call, subscription);
  context.subscriptions.add(subscription);
  return json(201, { ...entity(call, subscription), clientState: subscription.clientState });
}

/** @throws {GraphError} 409 for a second one of the same kind, 403 over the mailbox's limit */
function refuseTooMany(call: GraphCall, asked: Subscription): void {
  const all = call.context.notifications.subscriptions();
  const twin = all
    .filter(isOwn(call))
    .find(
      (one) => one.resourceKey === asked.resourceKey && one.changeTypes.join() === asked.changeTypes.join(),
    );
  if (twin && call.context.settings.notifications.refuseDuplicates) {
    const text = `Subscription Id <${twin.id}> already exists for the requested combination`;
    throw new GraphError(409, 'Conflict', text);
  }
  if (all.filter(({ userId }) => userId === asked.userId).length >= MOST) {
    throw extensionError(403, `The mailbox has reached its limit of ${MOST} subscriptions.`, 'Forbidden');
  }
}

function list(call: GraphCall): SandboxResponse {
  const found = call.context.notifications.subscriptions().filter(isOwn(call));
  return json(200, {
    '@odata.context': `${call.request.url.origin}/v1.0/$metadata#subscriptions`,
    value: found.map((one) => fieldsOf(one)),
  });
}

const entity = (call: GraphCall, subscription: Subscription) => ({
  '@odata.context': `${call.request.url.origin}/v1.0/$metadata#subscriptions/$entity`,
  ...fieldsOf(subscription),
});

/** The secret of the client is told once, in the answer to its creation. */
const fieldsOf = (subscription: Subscription) => ({
  id: subscription.id,
  resource: subscription.resource,
  applicationId: subscription.clientId,
  changeType: subscription.changeTypes.join(','),
  clientState: null as string | null,
  notificationUrl: subscription.notificationUrl,
  notificationQueryOptions: null,
  lifecycleNotificationUrl: subscription.lifecycleNotificationUrl,
  expirationDateTime: preciseInstant(subscription.expiresAt),
  creatorId: subscription.userId,
  includeResourceData: null,
  latestSupportedTlsVersion: subscription.latestSupportedTlsVersion,
  encryptionCertificate: null,
  encryptionCertificateId: null,
  notificationUrlAppId: null,
});

const CHANGEABLE = new Set(['expirationDateTime', 'notificationUrl', '@odata.type', 'id']);

/**
 * A new end, or another address. Either authorizes it anew.
 * https://learn.microsoft.com/en-us/graph/api/subscription-update
 */
async function renew(call: GraphCall, id: string): Promise<SandboxResponse> {
  const subscription = own(call, id);
  const { context } = call;
  const fields = bodyOfCall(call);
  const fixed = Object.keys(fields).find((name) => !CHANGEABLE.has(name));
  if (fixed !== undefined) throw invalidRequest(`The property '${fixed}' cannot be changed.`);
  const { notificationUrl, expirationDateTime } = fields;
  if (notificationUrl === undefined && expirationDateTime === undefined) {
    throw invalidRequest('There is nothing to change.');
  }
  const change: SubscriptionChange = { authorization: call.token };
  if (expirationDateTime !== undefined) change.expiresAt = readExpiry(fields, context.now());
  const { validationMs, validateOnRenew } = context.settings.notifications;
  if (notificationUrl !== undefined) {
    checkUrl(String(notificationUrl), 'notificationUrl');
    change.notificationUrl = String(notificationUrl);
  }
  if (notificationUrl !== undefined || validateOnRenew) {
    await validate(change.notificationUrl ?? subscription.notificationUrl, validationMs);
  }
  context.subscriptions.change(subscription.id, change);
  if (change.expiresAt) noteConduct(call, subscription, 'renewal');
  return json(200, entity(call, own(call, id)));
}

/** https://learn.microsoft.com/en-us/graph/api/subscription-reauthorize */
function reauthorize(call: GraphCall, id: string): SandboxResponse {
  const subscription = own(call, id);
  call.context.subscriptions.change(subscription.id, { authorization: call.token });
  noteConduct(call, subscription, 'reauthorization');
  return noContent();
}

/** Microsoft asks for ten minutes between the two and does not say how it refuses: it is only written down. */
function noteConduct(
  { context, clientId, mailbox }: GraphCall,
  { id }: Subscription,
  by: 'renewal' | 'reauthorization',
): void {
  const at = context.now().getTime();
  context.conduct.authorize({ clientId, mailbox: mailbox.address }, id, { by, at });
}
