// The subscriptions there are. Every change goes through this class, so that the journal sees it.
import type { IdForm } from '../store/ids.ts';

export type Subscription = {
  id: string;
  clientId: string;
  /** Whose delegated token made it, and whose mailbox it watches. */
  userId: string;
  /** As the client wrote it. */
  resource: string;
  /** The same for every spelling of one resource. */
  resourceKey: string;
  /** Null: the whole mailbox. */
  folderId: string | null;
  filter: string | null;
  changeTypes: ChangeType[];
  notificationUrl: string;
  lifecycleNotificationUrl: string | null;
  clientState: string | null;
  latestSupportedTlsVersion: string;
  /** Fixed when it was made. */
  idForm: IdForm;
  expiresAt: Date;
  authorization: Authorization;
};

export type ChangeType = 'created' | 'updated' | 'deleted';

export const CHANGE_TYPES: readonly ChangeType[] = ['created', 'updated', 'deleted'];

/** The token that stands behind it: until when it is good, and of which epoch of the account. */
export type Authorization = { until: Date; epoch: number };

export type SubscriptionChange = Partial<
  Pick<Subscription, 'expiresAt' | 'authorization' | 'notificationUrl'>
>;

export class SubscriptionState {
  readonly #subscriptions = new Map<string, Subscription>();

  add(subscription: Subscription): void {
    this.#subscriptions.set(subscription.id, subscription);
  }

  /** Does nothing when it is gone. */
  change(id: string, change: SubscriptionChange): void {
    const subscription = this.#subscriptions.get(id);
    if (subscription) Object.assign(subscription, change);
  }

  remove(id: string): void {
    this.#subscriptions.delete(id);
  }

  /** Also when it has expired and nobody has noticed yet. */
  get(id: string): Subscription | undefined {
    return this.#subscriptions.get(id);
  }

  list(): Subscription[] {
    return [...this.#subscriptions.values()];
  }
}
