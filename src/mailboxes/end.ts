// Ending a mailbox by its id, also somebody else's: of one who left, or lost their account, and did not disconnect it
// (docs/decisions/0085). What people do with their own connection is in disconnect.ts.
import type { Selectable } from 'kysely';

import { CelesteError } from '#base/errors.ts';
import { recordAudit } from '#tenants/audit.ts';
import type { EmailWatchersTable } from '#tenants/schema.ts';
import type { TenantWriter } from '#tenants/tenants.ts';

import { eraseTokens, type Hand, type MailChoice, requestPurge } from './disconnect.ts';
import { connectedAccount, unwatch } from './grants.ts';
import { watcherNotFound } from './mailbox.ts';
import { ENDED_BY_OTHERS, type EndedByOthers, stopped } from './orders.ts';
import { mayChange, type Sharer } from './readers.ts';
import type { TokenOwner } from './token-vault.ts';
import { lockWatcher } from './watchers.ts';

/** Who ends a mailbox: a person of its yacht, or whoever runs the service. */
export type Ender = Sharer | 'operator';

/** `mail`: what becomes of the mail that is here. */
export type Ending = { watcherId: string; by: Ender; mail: MailChoice };

/** `ownerId`: who had opened it, a user id; `purging`: the mailboxes to purge, by watcher id. */
export type Ended = { ownerId: string; purging: string[] };

type Endable = Pick<
  Selectable<EmailWatchersTable>,
  'id' | 'yacht_id' | 'user_id' | 'kind' | 'microsoft_user_id' | 'sync_status'
>;

/**
 * Ends a mailbox. With an own one its owner's consents to read and to write are erased, so that everything they opened
 * stops; a shared one stops alone. The mail stays, or is marked to be purged. Where it stays its owner is told who did
 * it, until they connect it again or end it themselves, which leaves it so. Safe to repeat.
 *
 * @throws CelesteError `watcher_not_found`, `not_allowed`
 */
export async function endMailbox(tx: TenantWriter, ending: Ending, { now }: { now: Date }): Promise<Ended> {
  const { by, mail } = ending;
  const watcher = await requireMayEnd(tx, ending);
  // Tokens first, then the watcher: the order in which a refresh holds them.
  if (watcher.kind === 'own') await eraseConsents(tx, watcher, by);
  await stop(tx, watcher, by);
  if (isOwner(by, watcher)) await acknowledge(tx, watcher.id);
  const marking = { ...handOf(by), yachtId: watcher.yacht_id, now };
  const purging = mail === 'keep' ? [] : await requestPurge(tx, [watcher.id], marking);
  return { ownerId: watcher.user_id, purging };
}

/**
 * The mailbox, when whoever wants to end it in this way may: its opener, the captain, the operator. What becomes of the
 * mail in somebody's own mailbox they alone say, or the operator for them.
 *
 * @throws CelesteError `watcher_not_found`, `not_allowed`
 */
export async function requireMayEnd(
  db: Pick<TenantWriter, 'selectFrom'>,
  { watcherId, by, mail }: Ending,
): Promise<Endable> {
  const watcher = await db
    .selectFrom('email_watchers')
    .select(['id', 'yacht_id', 'user_id', 'kind', 'microsoft_user_id', 'sync_status'])
    .where('id', '=', watcherId)
    .executeTakeFirst();
  if (!watcher) throw watcherNotFound();
  if (by === 'operator') return watcher;
  if (!mayChange(by, watcher.user_id)) throw notYours();
  if (mail === 'purge' && watcher.kind === 'own' && !isOwner(by, watcher)) throw notYourMail();
  return watcher;
}

/** What somebody else ended is left so by its owner: nobody needs to tell them any more. */
async function acknowledge(tx: TenantWriter, watcherId: string): Promise<void> {
  await tx
    .updateTable('email_watchers')
    .set({ last_sync_error_code: null })
    .where('id', '=', watcherId)
    .where('last_sync_error_code', 'in', ENDED_BY_OTHERS)
    .execute();
}

async function stop(tx: TenantWriter, watcher: Endable, by: Ender): Promise<void> {
  const { id, kind } = watcher;
  if ((await lockWatcher(tx, id))?.sync_status === 'disconnected') return;
  if (kind === 'own') await unwatch(tx, ownerOf(watcher), watcher.microsoft_user_id, codeFor(watcher, by));
  else await tx.updateTable('email_watchers').set(stopped).where('id', '=', id).execute();
  await recordAudit(tx, {
    ...handOf(by),
    yachtId: watcher.yacht_id,
    action: kind === 'own' ? 'mailbox.disconnected' : 'mailbox.shared_removed',
    target: { type: 'mailbox', id },
  });
}

/** Whatever has become of the mailbox: whoever disconnected only reading may have left the consent to write behind. */
async function eraseConsents(tx: TenantWriter, watcher: Endable, by: Ender): Promise<void> {
  // Its owner has taken back what they wanted to, and says what becomes of the mail.
  if (watcher.sync_status === 'disconnected' && isOwner(by, watcher)) return;
  const owner = ownerOf(watcher);
  await eraseTokens(tx, owner, { ...handOf(by), accountId: watcher.microsoft_user_id });
  // They have connected another account, which this is not about.
  if ((await connectedAccount(tx, owner)) !== null) return;
  await eraseTokens(tx, { ...owner, purpose: 'write' }, handOf(by));
}

const isOwner = (by: Ender, { user_id }: Pick<Endable, 'user_id'>) =>
  by !== 'operator' && by.userId === user_id;

function ownerOf({ yacht_id: yachtId, user_id: userId }: Endable): TokenOwner {
  return { yachtId, userId, purpose: 'read' };
}

// A person who runs the service is none of the yacht's, and has no id here.
function handOf(by: Ender): Hand {
  if (by === 'operator') return { actor: { kind: 'worker', id: null }, after: { by } };
  return { actor: { kind: 'person', id: by.userId } };
}

/** What its owner is told; nothing, when it was them. */
function codeFor(watcher: Endable, by: Ender): EndedByOthers | null {
  if (by === 'operator') return 'ended_by_operator';
  return isOwner(by, watcher) ? null : 'ended_by_captain';
}

function notYours(): CelesteError {
  return new CelesteError('not_allowed', 'Only whoever connected this mailbox, or the captain, may end it.', {
    advice: 'Ask one of them.',
  });
}

function notYourMail(): CelesteError {
  return new CelesteError(
    'not_allowed',
    'What becomes of the mail in a mailbox of their own is its owner’s to say.',
    {
      advice: 'Disconnect it and keep the mail; its owner can have it deleted in the settings.',
    },
  );
}
