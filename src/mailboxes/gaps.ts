// The gap ledger (email_gaps): every time there was reason to think that we do not know all of a mailbox, since
// when, why, and what was found when it had been filled. Nothing here fills a gap: a round does, and says so.
import { type Selectable, sql } from 'kysely';

import type { EmailGapsTable, GapKind } from '#tenants/schema.ts';
import type { TenantReader, TenantWriter } from '#tenants/tenants.ts';

export type NewGap = {
  watcherId: string;
  /** Our id of the folder (`email_folders.id`); absent: the mailbox as a whole. */
  folderId?: string | null;
  kind: GapKind;
  /** When it was noticed. */
  at: Date;
  /** A stable code that says more, such as the fault behind it. */
  detail?: string | null;
  /** Nothing was missing before; null: ever. Absent: before what the mailbox is complete up to. */
  since?: Date | null;
};

/** How a gap was filled. */
export type FilledGap = Pick<Selectable<EmailGapsTable>, 'id' | 'kind' | 'folder_id' | 'found'>;

/**
 * Notes a gap; since when follows, if not said, from what the mailbox was complete up to. For a gap of the mailbox as a whole the
 * next round reads all of it. While the same gap (mailbox, kind, folder) is open this changes nothing.
 *
 * @returns true when it is new
 */
export async function openGap(tx: TenantWriter, gap: NewGap): Promise<boolean> {
  const since = gap.since === undefined ? sql`complete_up_to` : sql`${gap.since}::timestamptz`;
  const { rows } = await sql`
    insert into email_gaps (watcher_id, folder_id, user_id, yacht_id, kind, detail, noticed_at, since)
    select id, ${gap.folderId ?? null}::uuid, user_id, yacht_id, ${gap.kind}, ${gap.detail ?? null}, ${gap.at}, ${since}
      from email_watchers where id = ${gap.watcherId}
    on conflict (watcher_id, kind, folder_id) where repaired_at is null do nothing
    returning id`.execute(tx);
  if (rows.length > 0 && !gap.folderId) {
    await tx
      .updateTable('email_watchers')
      .set({ whole_requested_at: gap.at })
      .where('id', '=', gap.watcherId)
      .execute();
  }
  return rows.length > 0;
}

export type Found = {
  watcherId: string;
  /** Our id of the folder the changes were found in; null: they count for the gaps of the mailbox as a whole. */
  folderId: string | null;
  changes: number;
};

/** Adds what was found so far to the gaps being filled. */
export async function noteFound(tx: TenantWriter, { watcherId, folderId, changes }: Found): Promise<void> {
  if (changes === 0) return;
  await tx
    .updateTable('email_gaps')
    .set((eb) => ({ found: eb('found', '+', changes) }))
    .where('watcher_id', '=', watcherId)
    .where('folder_id', 'is not distinct from', folderId)
    .where('repaired_at', 'is', null)
    .execute();
}

/** Adds removals to the gaps of the folders they were missed in: Graph's id of the folder, one for each message. */
export async function noteFoundIn(
  tx: TenantWriter,
  watcherId: string,
  providerFolderIds: (string | null)[],
): Promise<void> {
  const folders = providerFolderIds.filter((id) => id !== null);
  if (folders.length === 0) return;
  await sql`
    update email_gaps g set found = g.found + n.changes
      from (select f.id, count(*)::integer as changes
              from unnest(${folders}::text[]) as gone(folder)
              join email_folders f on f.watcher_id = ${watcherId} and f.provider_folder_id = gone.folder
             group by f.id) n
     where g.watcher_id = ${watcherId} and g.folder_id = n.id and g.repaired_at is null`.execute(tx);
}

/** Gaps of folders by our ids of them. */
export type FolderGaps = { watcherId: string; folderIds: string[]; kind: GapKind };

/** What the open gaps of one kind say more, by our ids of the folders that have one. */
export async function detailsOf(
  db: TenantReader,
  { watcherId, kind }: Omit<FolderGaps, 'folderIds'>,
): Promise<Map<string, string | null>> {
  const rows = await db
    .selectFrom('email_gaps')
    .select(['folder_id', 'detail'])
    .where('watcher_id', '=', watcherId)
    .where('kind', '=', kind)
    .where('repaired_at', 'is', null)
    .execute();
  return new Map(rows.map(({ folder_id, detail }) => [folder_id ?? '', detail]));
}

/** Has open gaps say something else. */
export async function noteDetail(
  tx: TenantWriter,
  { watcherId, folderIds, kind }: FolderGaps,
  detail: string | null,
): Promise<void> {
  if (folderIds.length === 0) return;
  await tx
    .updateTable('email_gaps')
    .set({ detail })
    .where('watcher_id', '=', watcherId)
    .where('folder_id', 'in', folderIds)
    .where('kind', '=', kind)
    .where('repaired_at', 'is', null)
    .execute();
}

/** A round that ended well: what the mailbox is complete up to since, and when it ended. */
export type GoodRound = { watcherId: string; completeUpTo: Date; endedAt: Date };

/**
 * Closes what has been filled: a folder's gaps once that folder has been read again from its start, or to its end
 * where it could not be read, or when its counts agree (the gap says nothing more by then); and the mailbox's once it
 * is complete up to when they were noticed.
 *
 * @returns the gaps it closed
 */
export function closeGaps(tx: TenantWriter, round: GoodRound): Promise<FilledGap[]> {
  return tx
    .updateTable('email_gaps as g')
    .set({ repaired_at: round.endedAt })
    .where('g.watcher_id', '=', round.watcherId)
    .where('g.repaired_at', 'is', null)
    .where((eb) =>
      eb.or([
        eb.and([eb('g.folder_id', 'is', null), eb('g.noticed_at', '<=', round.completeUpTo)]),
        eb.exists(
          eb
            .selectFrom('email_folders as f')
            .select('f.id')
            .whereRef('f.id', '=', 'g.folder_id')
            .where((f) => {
              const isExplained = f.or([f('g.kind', '!=', 'count_mismatch'), f('g.detail', 'is', null)]);
              const isRead = f.and([f('f.phase', '=', 'delta'), isExplained]);
              return f.or([isRead, f('f.removed_at', 'is not', null)]);
            })
            .where((f) => f.or([f('g.kind', '!=', 'folder_unread'), f('f.failing_since', 'is', null)])),
        ),
      ]),
    )
    .returning(['g.id', 'g.kind', 'g.folder_id', 'g.found'])
    .execute();
}

/** A gap that is open, or that a round since then has met. */
export type RecentGap = { kind: GapKind; isOpen: boolean; isMetByRound: boolean };

/** The open gaps of a mailbox and those noticed since. Rounds alone open the gaps of single folders. */
export async function recentGaps(db: TenantReader, watcherId: string, since: Date): Promise<RecentGap[]> {
  const rows = await db
    .selectFrom('email_gaps')
    .select(['kind', 'folder_id', 'noticed_at', 'repaired_at'])
    .where('watcher_id', '=', watcherId)
    .where((eb) => eb.or([eb('repaired_at', 'is', null), eb('noticed_at', '>=', since)]))
    .execute();
  return rows.map((row) => ({
    kind: row.kind,
    isOpen: row.repaired_at === null,
    isMetByRound: row.folder_id !== null && row.noticed_at >= since,
  }));
}

/** A gap as it is shown. `folder` is null for the mailbox as a whole, and for whoever may not see its folders. */
export type GapState = Omit<
  Selectable<EmailGapsTable>,
  'watcher_id' | 'folder_id' | 'user_id' | 'yacht_id'
> & {
  folder: string | null;
};

/** The gaps of a mailbox that the caller of `db` may see: open ones first, then the latest. */
export function listGaps(db: TenantReader, watcherId: string, limit = 100): Promise<GapState[]> {
  return db
    .selectFrom('email_gaps as g')
    .leftJoin('email_folders as f', 'f.id', 'g.folder_id')
    .select(['g.id', 'g.kind', 'g.detail', 'g.noticed_at', 'g.since', 'g.found', 'g.repaired_at'])
    .select('f.display_name as folder')
    .where('g.watcher_id', '=', watcherId)
    .orderBy(sql`g.repaired_at is not null`)
    .orderBy('g.noticed_at', 'desc')
    .limit(limit)
    .execute();
}
