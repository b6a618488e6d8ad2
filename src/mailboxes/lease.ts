// One worker per mailbox over all processes: a lease on the watcher's row, good for fifteen seconds and renewed
// while the worker lives. A worker that dies is succeeded when its lease runs out. All by the database's clock.
import { type Selectable, sql } from 'kysely';

import { CelesteError } from '#base/errors.ts';
import type { EmailWatchersTable } from '#tenants/schema.ts';
import type { TenantWriter } from '#tenants/tenants.ts';

import { RUNNING } from './running.ts';
import type { Progress } from './watchers.ts';

export const LEASE_SECONDS = 15;

export type Lease = { watcherId: string; owner: string };

const leaseEnd = () => sql<Date>`now() + make_interval(secs => ${LEASE_SECONDS})`;

/** A leased watcher, and who held it before without giving it back: a worker that fell silent. */
export type ClaimedWatcher = Selectable<EmailWatchersTable> & { previous_owner: string | null };

/** The watcher, now leased to `owner`; null when another holds it or it is not to be synced. */
export async function claimWatcher(
  tx: TenantWriter,
  { watcherId, owner }: Lease,
): Promise<ClaimedWatcher | null> {
  const row = await tx
    .with('before', (qb) =>
      qb
        .selectFrom('email_watchers')
        .select(['id', 'lease_owner as previous_owner'])
        .where('id', '=', watcherId)
        .forUpdate(),
    )
    .updateTable('email_watchers')
    .from('before')
    .set({ lease_owner: owner, lease_until: leaseEnd() })
    .whereRef('email_watchers.id', '=', 'before.id')
    .where('sync_status', 'in', RUNNING)
    .where((eb) =>
      eb.or([
        eb('lease_until', 'is', null),
        eb('lease_until', '<', sql<Date>`now()`),
        eb('lease_owner', '=', owner),
      ]),
    )
    .returningAll('email_watchers')
    .returning('before.previous_owner')
    .executeTakeFirst();
  return row ?? null;
}

/**
 * Proves in the transaction that commits something that the lease still holds, renews it, and notes how far the
 * mailbox is.
 *
 * @throws CelesteError `lease_lost`: another worker took over, or a person paused or disconnected the mailbox
 */
export async function holdLease(
  tx: TenantWriter,
  { watcherId, owner }: Lease,
  progress?: Progress & { at: Date },
): Promise<void> {
  const done = progress && {
    progress_at: progress.at,
    messages_done: progress.done,
    messages_total: progress.total,
    folders_done: progress.folders_done,
    folders_total: progress.folders_total,
  };
  const held = await tx
    .updateTable('email_watchers')
    .set({ lease_until: leaseEnd(), ...done })
    .where('id', '=', watcherId)
    .where('lease_owner', '=', owner)
    .where('sync_status', 'in', RUNNING)
    .executeTakeFirst();
  if (held.numUpdatedRows === 0n) {
    throw new CelesteError(
      'lease_lost',
      'Another worker has this mailbox now, or it is no longer to be synced.',
    );
  }
}

/** What the row of a watcher that nobody holds says. */
export const RELEASED = { lease_owner: null, lease_until: null } as const;

/** The statement that writes `RELEASED` also gives back the request places that came with the lease. */
export function withPlacesBack(tx: TenantWriter, { watcherId, owner }: Lease) {
  return tx.with('place', (qc) =>
    qc
      .deleteFrom('email_request_places')
      .where('watcher_id', '=', watcherId)
      .where('lease_owner', '=', owner),
  );
}

/** Gives the mailbox back, with whatever request place came with it; harmless when it is no longer ours. */
export async function releaseLease(tx: TenantWriter, lease: Lease): Promise<void> {
  const { watcherId, owner } = lease;
  await withPlacesBack(tx, lease)
    .updateTable('email_watchers')
    .set(RELEASED)
    .where('id', '=', watcherId)
    .where('lease_owner', '=', owner)
    .execute();
}
