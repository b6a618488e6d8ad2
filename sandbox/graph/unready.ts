// A mailbox that cannot be reached: not licensed yet, or on its way to another server.
import type { SandboxContext } from '../context.ts';
import type { Mailbox } from '../store/types.ts';
import { GraphError } from './errors.ts';
import { retryAfter } from './retry-after.ts';

/**
 * @param rest the path below the user: their profile is there in any case
 * @throws {GraphError} 404 MailboxNotEnabledForRESTAPI, or 503 ErrorMailboxMoveInProgress
 */
export function refuseUnready(context: SandboxContext, mailbox: Mailbox, rest: string[]): void {
  const { mailboxState } = context.identity.account(mailbox);
  if (mailboxState === 'ready' || rest.length === 0) return;
  if (mailboxState === 'unlicensed') {
    const text = 'The mailbox is either inactive, soft-deleted, or is hosted on-premise.';
    throw new GraphError(404, 'MailboxNotEnabledForRESTAPI', text);
  }
  const { retryAfterSeconds, retryAfter: mode } = context.settings.limits;
  const headers = retryAfter(retryAfterSeconds, mode);
  throw new GraphError(503, 'ErrorMailboxMoveInProgress', 'Mailbox move in progress. Try again later.', {
    headers,
  });
}
