// The trail of a link: one audit row for each change, and what undoing goes back to.
import { type Selectable, sql } from 'kysely';

import type { Role } from '#directory/roles.ts';
import { type AuditActor, recordAudit } from '#tenants/audit.ts';
import type { EmailLinksTable, LinkSource, LinkState } from '#tenants/schema.ts';
import type { TenantReader, TenantWriter } from '#tenants/tenants.ts';

export type LinkRow = Selectable<EmailLinksTable>;
/** Who is asking, and when. The transaction is that person's. */
export type Actor = { userId: string; role: Role; yachtId: string; now: Date };

/** What changes about a link. */
export type LinkSnapshot = {
  state: LinkState;
  source: LinkSource;
  confidence: number;
  message_id: string | null;
};

export function snapshot({ state, source, confidence, message_id }: LinkRow): LinkSnapshot {
  return { state, source, confidence, message_id };
}

type Change = { action: string; before: LinkSnapshot | null; after: LinkRow };

/** Adds the audit row of a person's change. */
export async function recordChange(tx: TenantWriter, change: Change & { actor: Actor }): Promise<void> {
  await addAuditRow(tx, { kind: 'person', id: change.actor.userId }, change);
}

/** Adds the audit row of a change that a rule made. */
export async function recordRuleChange(tx: TenantWriter, change: Change): Promise<void> {
  await addAuditRow(tx, { kind: 'rule', id: null }, change);
}

async function addAuditRow(
  tx: TenantWriter,
  actor: AuditActor,
  { action, before, after }: Change,
): Promise<void> {
  const { id, yacht_id, thread_id, target_type, target_id } = after;
  await recordAudit(tx, {
    yachtId: yacht_id,
    actor,
    action,
    target: { type: 'link', id },
    before,
    after: { ...snapshot(after), thread_id, target_type, target_id },
  });
}

export type OwnChange = { link_id: string; action: string; before: LinkSnapshot | null };

/** A person's own last change of a link. Whether it was the last of all says the link's `decided_by`. */
export async function lastOwnChange(
  db: TenantReader,
  linkId: string,
  userId: string,
): Promise<OwnChange | undefined> {
  const [last] = await lastOwnChanges(db, [linkId], userId);
  return last;
}

/** The same for many links at once. */
export async function lastOwnChanges(
  db: TenantReader,
  linkIds: string[],
  userId: string,
): Promise<OwnChange[]> {
  if (linkIds.length === 0) return [];
  const { rows } = await sql<OwnChange>`
    select distinct on (target_id) target_id as link_id, action, before
      from audit_log
     where target_type = 'link' and target_id = any(${linkIds}::text[]) and actor_id = ${userId}
     order by target_id, id desc`.execute(db);
  return rows;
}
