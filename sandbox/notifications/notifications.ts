// Change notifications: watches the mailboxes, tells subscribers, and looks after the subscriptions.
// https://learn.microsoft.com/en-us/graph/change-notifications-overview
import { randomUUID } from 'node:crypto';

import type { NotificationSettings } from '../control/settings.ts';
import type { IdentityState } from '../identity/state.ts';
import type { MailChange, SandboxStore } from '../store/sandbox-store.ts';
import type { Mailbox } from '../store/types.ts';
import { Delivery } from './delivery.ts';
import { DeliveryLog } from './delivery-log.ts';
import { dice } from './dice.ts';
import type { Outgoing } from './lane.ts';
import type { LifecycleEvent } from './lifecycle.ts';
import { isAuthorized, Reminders } from './lifecycle.ts';
import { changeTypeFor, resourceDataOf } from './matching.ts';
import type { ChangeType, Subscription, SubscriptionState } from './subscription-state.ts';

export type NotificationParts = {
  store: SandboxStore;
  identity: IdentityState;
  subscriptions: SubscriptionState;
  settings: NotificationSettings;
  now(): Date;
};

const SWEEP_MS = 200;

/** With seven digits, as Graph writes them. */
export const preciseInstant = (date: Date): string => date.toISOString().replace('Z', '0000Z');

export class Notifications {
  readonly log = new DeliveryLog();
  readonly #parts: NotificationParts;
  readonly #delivery: Delivery;
  readonly #reminders = new Reminders();
  /** By subscription: when to say that something was missed. */
  readonly #missed = new Map<string, number>();
  readonly #timer: NodeJS.Timeout;
  #count = 0;

  constructor(parts: NotificationParts) {
    this.#parts = parts;
    this.#delivery = new Delivery({
      settings: parts.settings,
      log: this.log,
      now: () => parts.now().getTime(),
      destination: (item) => this.#destination(item),
      lost: (item, tellAt) => {
        if (item.kind === 'change') this.#missed.set(item.subscriptionId, tellAt);
      },
    });
    parts.store.watch((change) => this.#tell(change));
    // What was under way when the sandbox last stopped is not known any more.
    for (const { id } of parts.subscriptions.list()) this.#missed.set(id, this.#now);
    this.#timer = setInterval(() => this.sweep(), SWEEP_MS);
    this.#timer.unref();
  }

  /** Those that have not expired. */
  subscriptions(): Subscription[] {
    return this.#parts.subscriptions.list().filter((one) => one.expiresAt.getTime() > this.#now);
  }

  /** Undefined when there is none, or it has expired. */
  find(id: string): Subscription | undefined {
    return this.subscriptions().find((one) => one.id === id);
  }

  /** Takes it away without a word. */
  remove(id: string): void {
    this.#parts.subscriptions.remove(id);
    this.#reminders.forget(id);
    this.#missed.delete(id);
  }

  /**
   * Sends a lifecycle event, when the subscription has an address for it; `subscriptionRemoved` removes it too.
   * @returns false when there is no such subscription
   */
  lifecycle(id: string, event: LifecycleEvent): boolean {
    const subscription = this.find(id);
    if (!subscription) return false;
    const url = subscription.lifecycleNotificationUrl;
    if (event === 'subscriptionRemoved') this.remove(id);
    if (event === 'reauthorizationRequired') {
      this.#reminders.note(id, !this.isSuspended(subscription), this.#now);
    }
    if (url === null) return true;
    const body = { ...this.#envelope(subscription), lifecycleEvent: event };
    this.#delivery.add({
      ...{ n: this.#nextNumber(), kind: 'lifecycle', subscriptionId: id, url },
      ...{ body, what: event, resource: null },
    });
    return true;
  }

  /** The access behind it ends now: nothing is delivered until it is authorized anew. */
  suspend(id: string): void {
    const subscription = this.find(id);
    if (!subscription) return;
    const authorization = { ...subscription.authorization, until: this.#parts.now() };
    this.#parts.subscriptions.change(id, { authorization });
  }

  isSuspended(subscription: Subscription): boolean {
    const mailbox = this.#mailboxOf(subscription);
    return (
      !mailbox || !isAuthorized(subscription, { mailbox, identity: this.#parts.identity, now: this.#now })
    );
  }

  /** Nothing goes out until `resume`; what happens meanwhile waits. */
  stop(): void {
    this.#delivery.stop();
  }

  resume(): void {
    this.#delivery.resume();
  }

  status() {
    return { on: !this.#delivery.stopped, pending: this.#delivery.pending };
  }

  /** Ends when nothing is due by the sandbox's clock and nothing under way. */
  async settle(): Promise<void> {
    this.sweep();
    await this.#delivery.settle();
  }

  /** Does what the clock asks for; runs by itself several times a second. */
  sweep(): void {
    const now = this.#now;
    for (const subscription of this.#parts.subscriptions.list()) {
      const { id } = subscription;
      const mailbox = this.#mailboxOf(subscription);
      if (subscription.expiresAt.getTime() <= now) {
        this.remove(id);
      } else if (!mailbox || this.#parts.identity.account(mailbox).disabled) {
        this.lifecycle(id, 'subscriptionRemoved');
      } else if (this.#reminders.due(subscription, !this.isSuspended(subscription), now)) {
        this.lifecycle(id, 'reauthorizationRequired');
      }
    }
    for (const [id, at] of this.#missed) {
      if (at > now) continue;
      this.#missed.delete(id);
      this.lifecycle(id, 'missed');
    }
  }

  close(): void {
    clearInterval(this.#timer);
    this.#delivery.close();
  }

  get #now(): number {
    return this.#parts.now().getTime();
  }

  #mailboxOf({ userId }: Subscription): Mailbox | undefined {
    return this.#parts.store.mailboxOfUser(userId);
  }

  #envelope(subscription: Subscription) {
    const mailbox = this.#mailboxOf(subscription);
    return {
      subscriptionId: subscription.id,
      subscriptionExpirationDateTime: preciseInstant(subscription.expiresAt),
      ...(subscription.clientState === null ? {} : { clientState: subscription.clientState }),
      tenantId: mailbox ? this.#parts.identity.account(mailbox).tenantId : null,
    };
  }

  #destination({ kind, url, subscriptionId, ...item }: Outgoing): string | null {
    if (kind === 'lifecycle') return url;
    const subscription = this.find(subscriptionId);
    if (!subscription) return null;
    if (!this.isSuspended(subscription)) return subscription.notificationUrl;
    this.#skip(subscription, item, 'suspended');
    return null;
  }

  #tell(change: MailChange): void {
    for (const subscription of this.#parts.subscriptions.list()) {
      const type = changeTypeFor(subscription, change);
      if (!type || subscription.expiresAt.getTime() <= this.#now) continue;
      this.#queue(subscription, type, change);
      const { pairs } = this.#parts.settings;
      if (pairs && type === 'created' && subscription.changeTypes.includes('updated')) {
        this.#queue(subscription, 'updated', change);
      }
    }
  }

  #queue(subscription: Subscription, what: ChangeType, change: MailChange): void {
    const { settings } = this.#parts;
    const data = resourceDataOf(subscription, change);
    const { resource } = data;
    if (this.isSuspended(subscription)) {
      this.#skip(subscription, { what, resource }, 'suspended');
      return;
    }
    const body = { id: randomUUID(), ...this.#envelope(subscription), changeType: what, ...data };
    const n = this.#nextNumber();
    const outgoing: Outgoing = {
      ...{ n, kind: 'change', subscriptionId: subscription.id, url: null },
      ...{ what, resource, body },
    };
    const happens = (about: string, share: number) => share > 0 && dice(n, about) < share;
    // Seen with bulk moves: github.com/microsoftgraph/microsoft-graph-docs/issues/14914
    const share = change.bulk ? Math.max(settings.dropShare, settings.bulkDropShare) : settings.dropShare;
    if (happens('drop', share)) {
      this.#skip(subscription, { what, resource }, 'dropped');
      return;
    }
    this.#delivery.add(outgoing, this.#dueTime(n));
    if (!happens('twice', settings.duplicateShare)) return;
    const again = this.#nextNumber();
    this.#delivery.add({ ...outgoing, n: again }, this.#dueTime(again));
  }

  #nextNumber(): number {
    this.#count += 1;
    return this.#count;
  }

  #dueTime(n: number): number {
    const { delayMs, burstMs } = this.#parts.settings;
    const { minimum, maximum } = delayMs;
    const at = this.#now + minimum + dice(n, 'delay') * Math.max(0, maximum - minimum);
    return burstMs > 0 ? Math.ceil(at / burstMs) * burstMs : at;
  }

  #skip(
    { id, notificationUrl }: Subscription,
    { what, resource }: Pick<Outgoing, 'what' | 'resource'>,
    outcome: 'suspended' | 'dropped',
  ): void {
    this.log.add({
      at: this.#parts.now().toISOString(),
      kind: 'change',
      url: notificationUrl,
      items: [{ subscription_id: id, what, resource }],
      ...{ status: null, duration_ms: 0, outcome, attempt: 0 },
    });
  }
}
