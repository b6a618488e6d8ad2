// What reading a mail needs from outside this folder.
import { CelesteError, hasCode } from '#base/errors.ts';
import type { Graph } from '#microsoft/graph-client.ts';
import type { Tenants } from '#tenants/tenants.ts';

/** Opens a mailbox for reading, with the consent of whoever connected it. Whoever calls has checked that it may be read. */
export type OpenMailbox = (yachtId: string, watcherId: string) => Promise<Graph>;

export type MailDeps = { tenants: Tenants; openMailbox: OpenMailbox };

/**
 * The error as the reader of a mail in somebody else's mailbox has to hear it: that its owner must sign in again is
 * nothing they can do.
 */
export function forReader(error: unknown, isOwn: boolean): unknown {
  if (isOwn || !(hasCode(error, 'reauth_required') || hasCode(error, 'not_connected'))) return error;
  return new CelesteError(
    'mailbox_unopened',
    'The owner of this mailbox has to connect Outlook again first.',
    {
      advice: 'Ask them. What is here already stays readable.',
      cause: error,
    },
  );
}
