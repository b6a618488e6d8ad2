// Which subscriptions a change in a mailbox concerns, and what they are told about it.
// https://learn.microsoft.com/en-us/graph/outlook-change-notifications-overview
import { compileFilter } from '../graph/filter.ts';
import { changeKey } from '../graph/message-json.ts';
import { isVisible } from '../store/mailbox.ts';
import type { MailChange } from '../store/sandbox-store.ts';
import type { StoredMessage } from '../store/types.ts';
import type { ChangeType, Subscription } from './subscription-state.ts';

/**
 * What a change is for this subscription; null when it does not concern it. A move is `deleted` where the message
 * was and `created` where it is now, for a whole mailbox too
 * (github.com/microsoftgraph/microsoft-graph-docs-contrib/issues/686); so is a restore.
 * With a filter, a change that takes a message out of it is `deleted`, one that brings it in `created`.
 */
export function changeTypeFor(subscription: Subscription, change: MailChange): ChangeType | null {
  const { message, folder, kind, before } = change;
  if (subscription.userId !== message.mailbox.userId) return null;
  const inside = subscription.folderId === null ? isVisible(folder) : folder.id === subscription.folderId;
  if (!inside) return null;
  const type = typeOf(kind, {
    after: passes(subscription, message),
    before: passes(subscription, before ?? message),
  });
  return type && subscription.changeTypes.includes(type) ? type : null;
}

function typeOf(kind: MailChange['kind'], seen: { before: boolean; after: boolean }): ChangeType | null {
  if (kind === 'arrived') return seen.after ? 'created' : null;
  if (kind === 'left') return seen.before ? 'deleted' : null;
  if (seen.before) return seen.after ? 'updated' : 'deleted';
  return seen.after ? 'created' : null;
}

const passes = ({ filter }: Subscription, message: StoredMessage): boolean =>
  filter === null || compileFilter(filter).matches(message);

/** What a notification says about the change; the subscription's own fields are added when it is sent. */
export function resourceDataOf(subscription: Subscription, { message, defaultId }: MailChange) {
  const id = subscription.idForm === 'immutable' ? message.id : defaultId;
  const path = `Users/${subscription.userId}/Messages/${id}`;
  return {
    resource: path,
    resourceData: {
      '@odata.type': '#Microsoft.Graph.Message',
      '@odata.id': path,
      '@odata.etag': `W/"${changeKey(message)}"`,
      id,
    },
  };
}
