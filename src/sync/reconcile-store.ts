// What the comparison of counts reads and keeps (email_folder_counts).
import { sql } from 'kysely';

import { detailsOf } from '#mailboxes/gaps.ts';
import type { TenantWriter } from '#tenants/tenants.ts';

import { type Counts, isSame, type KnownCounts, NONE } from './plan-reconcile.ts';
import type { FolderRow, WatcherRow } from './round.ts';

/** `isInDoubt`: some of them may be gone. */
export type HeldCounts = Counts & { isInDoubt: boolean };

type FolderCounts = { folder: FolderRow; other: Counts; difference: Counts };

export type HeldAndKnown = {
  /** By Graph's id of the folder. */
  ours: Map<string, HeldCounts>;
  /** By our id of the folder. */
  known: Map<string, KnownCounts>;
  /** What the open gaps of folders say that differ, by our id of the folder. */
  gaps: Map<string, string | null>;
};

/** The mail we hold, by Graph's id of the folder. */
export async function heldIn(tx: TenantWriter, watcher: WatcherRow): Promise<HeldAndKnown['ours']> {
  const rows = await tx
    .selectFrom('email_messages')
    .select(['parent_folder_id', sql<number>`count(*)::integer`.as('total')])
    .select(sql<number>`(count(*) filter (where not is_read))::integer`.as('unread'))
    .select(sql<boolean>`bool_or(removal_suspected_at is not null)`.as('isInDoubt'))
    .where('watcher_id', '=', watcher.id)
    .where('removed_at', 'is', null)
    .groupBy('parent_folder_id')
    .execute();
  return new Map(rows.map(({ parent_folder_id, ...counts }) => [parent_folder_id ?? '', counts]));
}

/** The mail we hold, and what earlier comparisons left. */
export async function countsOf(tx: TenantWriter, watcher: WatcherRow): Promise<HeldAndKnown> {
  const ours = await heldIn(tx, watcher);
  const kept = await tx
    .selectFrom('email_folder_counts as c')
    .innerJoin('email_folders as f', 'f.id', 'c.folder_id')
    .selectAll('c')
    .where('f.watcher_id', '=', watcher.id)
    .execute();
  const gaps = await detailsOf(tx, { watcherId: watcher.id, kind: 'count_mismatch' });
  return {
    ours,
    gaps,
    known: new Map(
      kept.map((row) => [
        row.folder_id,
        {
          other: { total: row.other_total, unread: row.other_unread },
          differs: { total: row.differs_total, unread: row.differs_unread },
        },
      ]),
    ),
  };
}

/** Keeps what was learned of these folders. Most agree with Microsoft and leave no row. */
export async function keepCounts(
  tx: TenantWriter,
  { user_id, yacht_id }: WatcherRow,
  { looks, now }: { looks: FolderCounts[]; now: Date },
): Promise<void> {
  const looked = looks.map(({ folder }) => folder.id);
  if (looked.length === 0) return;
  await tx.deleteFrom('email_folder_counts').where('folder_id', 'in', looked).execute();
  const rows = looks
    .filter(({ other, difference }) => !isSame(other, NONE) || !isSame(difference, NONE))
    .map(({ folder, other, difference }) => ({
      folder_id: folder.id,
      user_id,
      yacht_id,
      other_total: other.total,
      other_unread: other.unread,
      differs_total: difference.total,
      differs_unread: difference.unread,
      looked_at: now,
    }));
  if (rows.length > 0) await tx.insertInto('email_folder_counts').values(rows).execute();
}
