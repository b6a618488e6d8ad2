// By which names the mailboxes of a yacht are known to be the same as another yacht's, and what their watchers say of it.
import { createHash } from 'node:crypto';

import type { MailboxKind } from '#tenants/schema.ts';
import type { TenantReader, TenantWriter } from '#tenants/tenants.ts';

import { lockWatcher } from './watchers.ts';

/** What is known of a mailbox: each is enough to tell it. */
export type MailboxIdentity = {
  /** Of an own mailbox: the Microsoft account. */
  accountId?: string;
  /** Of a shared one: the address it is opened by. */
  sharedAddress?: string;
  /** Graph's id of its inbox: the same for whoever opens it, by whichever address. */
  inbox?: string | null;
};

/** The names' SHA-256, in hex: MASTER is to know that two are the same, not whose they are. */
export function nameHashes({ accountId, sharedAddress, inbox }: MailboxIdentity): string[] {
  const names = [
    accountId && `account:${accountId}`,
    sharedAddress && `address:${sharedAddress.toLowerCase()}`,
    inbox && `inbox:${inbox}`,
  ];
  return names
    .filter((name) => typeof name === 'string')
    .map((name) => createHash('sha256').update(name).digest('hex'));
}

export type ConnectedMailbox = { watcherId: string; nameHashes: string[]; commonGate: string | null };

/** The mailboxes of which a request may be made. */
export async function connectedMailboxes(db: TenantReader): Promise<ConnectedMailbox[]> {
  const rows = await db
    .selectFrom('email_watchers')
    .select(['id', 'kind', 'mailbox', 'microsoft_user_id', 'common_gate', 'inbox_id as inbox'])
    .where('sync_status', '<>', 'disconnected')
    .execute();
  return rows.map(({ id, common_gate, ...row }) => ({
    watcherId: id,
    nameHashes: nameHashes(identityOf(row)),
    commonGate: common_gate,
  }));
}

type Named = { kind: MailboxKind; mailbox: string; microsoft_user_id: string; inbox: string | null };

function identityOf({ kind, mailbox, microsoft_user_id, inbox }: Named): MailboxIdentity {
  return kind === 'own' ? { accountId: microsoft_user_id, inbox } : { sharedAddress: mailbox, inbox };
}

/** Until when Microsoft wants no request, by app; null: it has asked for nothing. */
export type Throttles = { read: Date | null; write: Date | null };

/**
 * From now on requests about this mailbox pass that gate in MASTER too; null: none.
 *
 * @returns what Microsoft has asked for so far; null when nothing has changed
 */
export async function setCommonGate(
  tx: TenantWriter,
  watcherId: string,
  gate: string | null,
): Promise<Throttles | null> {
  const watcher = await tx
    .updateTable('email_watchers')
    .set({ common_gate: gate })
    .where('id', '=', watcherId)
    .where('common_gate', 'is distinct from', gate)
    .returning(['throttled_until as read', 'write_throttled_until as write'])
    .executeTakeFirst();
  return watcher ?? null;
}

/** The same for the watchers aboard that know the mailbox by one of these names. @returns of those that changed */
export async function passCommonGate(
  tx: TenantWriter,
  { gate, nameHashes: names }: { gate: string; nameHashes: string[] },
): Promise<Throttles[]> {
  const changed: (Throttles | null)[] = [];
  for (const { watcherId, nameHashes: own } of await connectedMailboxes(tx)) {
    if (!own.some((name) => names.includes(name))) continue;
    // Whoever is about to unmark it sees the announcement, or is waited for.
    await lockWatcher(tx, watcherId);
    changed.push(await setCommonGate(tx, watcherId, gate));
  }
  return changed.filter((throttles) => throttles !== null);
}
