// What every part of the sandbox works with.
import type { FaultList } from './control/faults.ts';
import type { RequestLog } from './control/request-log.ts';
import type { Settings } from './control/settings.ts';
import type { ConductBook } from './graph/conduct.ts';
import type { Limiter } from './graph/limits.ts';
import type { SandboxKeys } from './identity/keys.ts';
import type { IdentityState } from './identity/state.ts';
import type { Notifications } from './notifications/notifications.ts';
import type { SubscriptionState } from './notifications/subscription-state.ts';
import type { SandboxStore } from './store/sandbox-store.ts';
import type { Mailbox } from './store/types.ts';

export type SandboxContext = {
  store: SandboxStore;
  identity: IdentityState;
  subscriptions: SubscriptionState;
  notifications: Notifications;
  keys: SandboxKeys;
  settings: Settings;
  faults: FaultList;
  requests: RequestLog;
  limiter: Limiter;
  conduct: ConductBook;
  /** Changes with the demo world: delta links of another one are dead. */
  world: string;
  now(): Date;
};

/** A mailbox by its user's object id. */
export function mailboxOfUser(context: SandboxContext, userId: string): Mailbox | undefined {
  return context.store.mailboxOfUser(userId);
}
