// What reading a mail needs from outside this folder.
import { CelesteError, hasCode } from '#base/errors.ts';
import type { Graph } from '#microsoft/graph-client.ts';
import type { TenantScope, Tenants } from '#tenants/tenants.ts';

/** Opens a mailbox for reading, with the consent of whoever connected it. Whoever calls has checked that it may be read. */
export type OpenMailbox = (yachtId: string, watcherId: string) => Promise<Graph>;

export type MailDeps = {
  tenants: Tenants;
  openMailbox: OpenMailbox;
  /** Whose consent opens a mailbox: a user id. @throws CelesteError `watcher_not_found` */
  openedBy: (yachtId: string, watcherId: string) => Promise<string>;
  /** Names of the people of a yacht, by user id. */
  crewNames: (yachtId: string) => Promise<ReadonlyMap<string, string>>;
};

/**
 * The error as whoever reads a mail has to hear it: that somebody else must sign in again is nothing they can do.
 *
 * @returns `error` itself, or CelesteError `mailbox_unopened`, which names whom to ask
 */
export async function forReader(
  { openedBy, crewNames }: Pick<MailDeps, 'openedBy' | 'crewNames'>,
  { yachtId, caller }: TenantScope,
  { error, watcherId }: { error: unknown; watcherId: string },
): Promise<unknown> {
  if (!(hasCode(error, 'reauth_required') || hasCode(error, 'not_connected'))) return error;
  const opener = await openedBy(yachtId, watcherId);
  if (caller.kind === 'person' && caller.userId === opener) return error;
  const name = (await crewNames(yachtId)).get(opener);
  const message = `${name ?? 'Whoever opened this mailbox'} has to connect Outlook again first.`;
  const advice = `${name ? `Ask ${name}. ` : ''}What is here already stays readable.`;
  return new CelesteError('mailbox_unopened', message, { advice, cause: error });
}
