// The places for requests in flight, counted in the yacht's database over all processes: one short statement to
// come in, one to leave. The rule itself is `celeste_enter_gate` in the migrations.
import { sql } from 'kysely';

import type { Purpose } from '#microsoft/scopes.ts';
import type { TenantWriter } from '#tenants/tenants.ts';

export type Entry = {
  /** Made by whoever asks, the same each time it asks again. */
  place: string;
  watcherId: string;
  app: Purpose;
  /** How many of the four; 0: one of those that come with the lease. */
  places: number;
  leaseOwner: string | null;
};

/** `common`: the gate in MASTER to be passed as well, of a mailbox that another yacht has too. */
export type Leave = { granted: boolean; quiet_until: Date | null; common: string | null };

/** Given leave or not; then, while Microsoft says wait, until when. The place is ours for 20 seconds. */
export async function askForPlace(tx: TenantWriter, entry: Entry, now: Date): Promise<Leave> {
  const { place, watcherId, app, places, leaseOwner } = entry;
  const { rows } = await sql<Leave>`
    select granted, quiet_until, common from celeste_enter_gate(${place}, ${watcherId}, ${app}, ${places}, ${leaseOwner}, ${now})
  `.execute(tx);
  return rows[0] ?? { granted: false, quiet_until: null, common: null };
}

/** Keeps a place for another 20 seconds. */
export async function renewPlace(tx: TenantWriter, place: string): Promise<void> {
  await sql`update email_request_places set until = clock_timestamp() + interval '20 seconds' where id = ${place}`.execute(
    tx,
  );
}

/** Gives a place back, or stops waiting for one. */
export async function giveBackPlace(tx: TenantWriter, place: string): Promise<void> {
  await tx.deleteFrom('email_request_places').where('id', '=', place).execute();
}

/**
 * Stores until when Microsoft wants no request of this app about this mailbox, unless a later time is known.
 *
 * @returns the gate in MASTER where it is to be stored too; null: nowhere
 */
export async function recordThrottle(
  tx: TenantWriter,
  { watcherId, app }: Pick<Entry, 'watcherId' | 'app'>,
  until: Date,
): Promise<string | null> {
  const column = app === 'read' ? 'throttled_until' : 'write_throttled_until';
  const watcher = await tx
    .updateTable('email_watchers')
    .set({ [column]: until })
    .where('id', '=', watcherId)
    .where((eb) => eb.or([eb(column, 'is', null), eb(column, '<', until)]))
    .returning('common_gate')
    .executeTakeFirst();
  return watcher?.common_gate ?? null;
}
