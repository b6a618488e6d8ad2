// When a subscription needs its owner: the sandbox's clock is looked at now and then.
// https://learn.microsoft.com/en-us/graph/change-notifications-lifecycle-events
import type { IdentityState } from '../identity/state.ts';
import type { Mailbox } from '../store/types.ts';
import type { Subscription } from './subscription-state.ts';

export type LifecycleEvent = 'reauthorizationRequired' | 'subscriptionRemoved' | 'missed';

export const LIFECYCLE_EVENTS: readonly LifecycleEvent[] = [
  'reauthorizationRequired',
  'subscriptionRemoved',
  'missed',
];

const MINUTE = 60_000;
/** How often an owner who does not answer is asked. */
const CADENCE = 15 * MINUTE;
/** How long before its end a subscription, or the token behind it, is called to mind. */
const BEFORE_EXPIRY = 60 * MINUTE;
const BEFORE_TOKEN_END = 15 * MINUTE;

/** Permissions that let an app subscribe. */
export const READING = ['Mail.ReadBasic', 'Mail.Read', 'Mail.ReadWrite'];

/** Whether the token behind it still opens the mailbox; while it does not, nothing is delivered. */
export function isAuthorized(
  { authorization, clientId }: Subscription,
  { mailbox, identity, now }: { mailbox: Mailbox; identity: IdentityState; now: number },
): boolean {
  if (authorization.until.getTime() <= now) return false;
  if (authorization.epoch !== identity.account(mailbox).accessEpoch) return false;
  const consented = identity.consented(clientId, mailbox);
  return READING.some((scope) => consented.has(scope));
}

type Asked = { at: number; authorized: boolean };

/** Remembers whom it has asked when. */
export class Reminders {
  readonly #asked = new Map<string, Asked>();

  /** Whether `reauthorizationRequired` is due now: at once when the access has gone, else every 15 minutes. */
  due({ id, expiresAt, authorization }: Subscription, authorized: boolean, now: number): boolean {
    const near =
      !authorized ||
      expiresAt.getTime() - now <= BEFORE_EXPIRY ||
      authorization.until.getTime() - now <= BEFORE_TOKEN_END;
    const last = this.#asked.get(id);
    const lost = last?.authorized === true && !authorized;
    if (!near || (last && !lost && now - last.at < CADENCE)) return false;
    return true;
  }

  /** It has been asked. */
  note(id: string, authorized: boolean, now: number): void {
    this.#asked.set(id, { at: now, authorized });
  }

  forget(id: string): void {
    this.#asked.delete(id);
  }
}
