// Links: a thread belongs to a record, with who or what says so and why. This folder owns email_links. A link is
// one row for good: it is suggested, linked, rejected or removed, and each change of that leaves one row in the
// audit, in the same transaction. What a person decided, no rule changes.

import { CelesteError } from '#base/errors.ts';
import { mayLink } from '#directory/roles.ts';
import { type RecordRef, requireRecord } from '#maintenance/records.ts';
import type { LinkState } from '#tenants/schema.ts';
import type { TenantWriter } from '#tenants/tenants.ts';
import { shareGrouping } from '#threads/assign.ts';
import { readMessage } from '#threads/messages.ts';
import { threadNotFound } from '#threads/thread.ts';

import {
  type Actor,
  type LinkRow,
  type LinkSnapshot,
  lastOwnChange,
  recordChange,
  snapshot,
} from './history.ts';

/**
 * Links the thread of a mail to a record. Doing it again, or twice at once, is one link and one audit row.
 *
 * @throws CelesteError `not_allowed`, `not_found` (the mail or the record, another yacht's included)
 */
export async function linkByHand(
  tx: TenantWriter,
  actor: Actor,
  request: { emailId: string; target: RecordRef },
): Promise<{ link: LinkRow; created: boolean }> {
  requireMayLink(actor);
  await shareGrouping(tx);
  const { thread_id } = await readMessage(tx, request.emailId);
  await requireRecord(tx, request.target);
  const added = await addLink(tx, actor, { ...request, threadId: thread_id });
  if (added) return { link: added, created: true };
  const existing = await tx
    .selectFrom('email_links')
    .selectAll()
    .where('thread_id', '=', thread_id)
    .where('target_type', '=', request.target.target_type)
    .where('target_id', '=', request.target.target_id)
    .forUpdate()
    .executeTakeFirst();
  if (!existing) throw linkNotFound();
  if (existing.state === 'linked') return { link: existing, created: false };
  const link = await change(tx, actor, {
    link: existing,
    action: 'link.linked',
    to: madeByHand(request.emailId),
  });
  return { link, created: true };
}

/** Takes a thread off a record. Doing it again changes nothing. @throws `not_allowed`, `not_found` */
export async function removeLink(tx: TenantWriter, actor: Actor, linkId: string): Promise<LinkRow> {
  const link = await lockLink(tx, actor, linkId);
  if (link.state === 'removed') return link;
  return change(tx, actor, { link, action: 'link.removed', to: { state: 'removed' } });
}

/** Confirms or rejects a link. @throws `not_allowed`, `not_found` */
export async function decideLink(
  tx: TenantWriter,
  actor: Actor,
  decision: { linkId: string; state: 'linked' | 'rejected' },
): Promise<LinkRow> {
  const link = await lockLink(tx, actor, decision.linkId);
  if (link.state === decision.state) return link;
  // Who may not see the mail (any more) may not show it to everyone.
  if (decision.state === 'linked') await requireThread(tx, link.thread_id);
  return change(tx, actor, { link, action: `link.${decision.state}`, to: { state: decision.state } });
}

/**
 * Takes back the last change of a link, if it was this person's; a link that began with it is removed. Doing it
 * again changes nothing.
 *
 * @throws CelesteError `not_allowed`, `not_found`, `conflict` when somebody else changed it since
 */
export async function undoChange(tx: TenantWriter, actor: Actor, linkId: string): Promise<LinkRow> {
  const link = await lockLink(tx, actor, linkId);
  const last = await lastOwnChange(tx, linkId, actor.userId);
  if (last?.action === 'link.undone' && link.decided_by === actor.userId) return link;
  if (!last || link.decided_by !== actor.userId) {
    throw new CelesteError('conflict', 'The last change of this link was not yours.', {
      advice: 'Reload to see how it stands, then link or remove it as it should be.',
    });
  }
  return change(tx, actor, { link, action: 'link.undone', to: last.before ?? { state: 'removed' } });
}

export function linkNotFound(): CelesteError {
  return new CelesteError('not_found', 'There is no such link on this yacht, or it is not yours to see.');
}

function requireMayLink({ role }: Actor): void {
  if (mayLink(role)) return;
  throw new CelesteError('not_allowed', 'Your role may read what is linked, but not change links.', {
    advice: 'Ask your head of department to do it.',
  });
}

async function lockLink(tx: TenantWriter, actor: Actor, linkId: string): Promise<LinkRow> {
  requireMayLink(actor);
  await shareGrouping(tx);
  const link = await tx
    .selectFrom('email_links')
    .selectAll()
    .where('id', '=', linkId)
    .forUpdate()
    .executeTakeFirst();
  if (!link) throw linkNotFound();
  return link;
}

async function requireThread(tx: TenantWriter, threadId: string): Promise<void> {
  const visible = await tx
    .selectFrom('email_threads')
    .select('id')
    .where('id', '=', threadId)
    .executeTakeFirst();
  if (!visible) throw threadNotFound();
}

const madeByHand = (emailId: string) => ({
  state: 'linked' as LinkState,
  source: 'person' as const,
  confidence: 1,
  message_id: emailId,
});

async function addLink(
  tx: TenantWriter,
  actor: Actor,
  { emailId, target, threadId }: { emailId: string; target: RecordRef; threadId: string },
): Promise<LinkRow | undefined> {
  const link = await tx
    .insertInto('email_links')
    .values({
      ...madeByHand(emailId),
      ...target,
      yacht_id: actor.yachtId,
      thread_id: threadId,
      created_by: actor.userId,
      created_at: actor.now,
      decided_by: actor.userId,
      decided_at: actor.now,
    })
    .onConflict((oc) => oc.columns(['thread_id', 'target_type', 'target_id']).doNothing())
    .returningAll()
    .executeTakeFirst();
  if (link) await recordChange(tx, { actor, action: 'link.linked', before: null, after: link });
  return link;
}

async function change(
  tx: TenantWriter,
  actor: Actor,
  { link, action, to }: { link: LinkRow; action: string; to: Partial<LinkSnapshot> },
): Promise<LinkRow> {
  const after = await tx
    .updateTable('email_links')
    .set({ ...to, decided_by: actor.userId, decided_at: actor.now })
    .where('id', '=', link.id)
    .returningAll()
    .executeTakeFirstOrThrow();
  await recordChange(tx, { actor, action, before: snapshot(link), after });
  return after;
}
