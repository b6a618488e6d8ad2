// Subscriptions seen from the service's side, and the switches of delivery.
import type { SandboxResponse } from '../http.ts';
import { LIFECYCLE_EVENTS } from '../notifications/lifecycle.ts';
import type { Subscription } from '../notifications/subscription-state.ts';
import type { ControlCall } from './call.ts';
import { ControlError, done, textField } from './call.ts';

export function listSubscriptions({ context }: ControlCall): SandboxResponse {
  const { notifications } = context;
  const shown = (one: Subscription) => ({
    id: one.id,
    client_id: one.clientId,
    mailbox: context.store.mailboxOfUser(one.userId)?.address ?? null,
    resource: one.resource,
    change_type: one.changeTypes.join(','),
    id_form: one.idForm,
    notification_url: one.notificationUrl,
    lifecycle_notification_url: one.lifecycleNotificationUrl,
    expires_at: one.expiresAt.toISOString(),
    authorized_until: one.authorization.until.toISOString(),
    suspended: notifications.isSuspended(one),
  });
  return done(200, { subscriptions: notifications.subscriptions().map(shown) });
}

/** Without a word to its owner. */
export function removeSubscription({ context, params }: ControlCall): SandboxResponse {
  const id = params.id ?? '';
  if (!context.notifications.find(id)) throw unknown();
  context.notifications.remove(id);
  return done(204, undefined);
}

/** `{event, suspend?}`: with `suspend` nothing more is delivered until the subscription is authorized anew. */
export function sendLifecycle({ context, params, body }: ControlCall): SandboxResponse {
  const event = LIFECYCLE_EVENTS.find((one) => one === textField(body, 'event'));
  if (!event) throw new ControlError(400, `The event must be one of ${LIFECYCLE_EVENTS.join(', ')}.`);
  if (body.suspend === true) context.notifications.suspend(params.id ?? '');
  if (!context.notifications.lifecycle(params.id ?? '', event)) throw unknown();
  return done(202, {});
}

const unknown = () => new ControlError(404, 'There is no such subscription.');

/** Deliveries since a number, and whether delivery is on. */
export function readDeliveries({ context, query }: ControlCall): SandboxResponse {
  const { notifications } = context;
  const deliveries = notifications.log.list(Number(query.get('since') ?? 0));
  return done(200, { ...notifications.status(), deliveries });
}

/** `{on}`: what happens while it is off waits. */
export function switchDelivery({ context, body }: ControlCall): SandboxResponse {
  if (typeof body.on !== 'boolean') throw new ControlError(400, 'The field "on" is missing.');
  if (body.on) context.notifications.resume();
  else context.notifications.stop();
  return done(200, context.notifications.status());
}
