// Shared and role mailboxes: adding one, who aboard reads it, letting it go.
import { queryOptions } from '@tanstack/react-query';

import { abortable, answer, service } from './client.ts';
import { readProblem } from './problem.ts';
import type { MailChoice } from './types.ts';

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

export async function removeSharedMailbox(id: string, mail: MailChoice): Promise<void> {
  const response = await watchers[':id'].$delete({ param: { id }, query: { mail } });
  if (!response.ok) throw await readProblem(response as unknown as Response);
}
