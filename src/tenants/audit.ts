// The audit of a yacht: who changed what, for good. Written in the transaction of the change it tells of.
import type { TenantWriter } from './tenants.ts';

export type AuditActor = { kind: 'person'; id: string } | { kind: 'rule' | 'worker'; id: null };

export type AuditEntry = {
  yachtId: string;
  actor: AuditActor;
  /** '<what>.<done to it>', as in 'link.removed'. */
  action: string;
  target: { type: string; id: string };
  /** States and ids; never a word of mail, which a purge could not take back. */
  before?: unknown;
  after?: unknown;
};

/** Adds one row to audit_log, which nothing updates or deletes. */
export async function recordAudit(tx: TenantWriter, entry: AuditEntry): Promise<void> {
  await tx
    .insertInto('audit_log')
    .values({
      yacht_id: entry.yachtId,
      actor_kind: entry.actor.kind,
      actor_id: entry.actor.id,
      action: entry.action,
      target_type: entry.target.type,
      target_id: entry.target.id,
      before: jsonOf(entry.before),
      after: jsonOf(entry.after),
    })
    .execute();
}

function jsonOf(value: unknown): string | null {
  return value === undefined || value === null ? null : JSON.stringify(value);
}
