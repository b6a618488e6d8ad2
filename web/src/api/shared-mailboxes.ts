// Shared and role mailboxes: adding one, and who aboard reads it.
import { queryOptions } from '@tanstack/react-query';

import { abortable, answer, service } from './client.ts';

const { watchers } = service.api;

export const readersQuery = (id: string) =>
  queryOptions({
    queryKey: ['watchers', id, 'readers'],
    queryFn: ({ signal }) => answer(watchers[':id'].readers.$get({ param: { id } }, abortable(signal))),
  });

export function addSharedMailbox(mailbox: string): Promise<{ id: string }> {
  return answer(watchers.$post({ json: { mailbox } }));
}

export function setReaders(id: string, userIds: string[]) {
  return answer(watchers[':id'].readers.$put({ param: { id }, json: { user_ids: userIds } }));
}
