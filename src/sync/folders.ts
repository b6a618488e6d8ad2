// The folder tree: which folders there are, where they stand, which of them feed the inbox.
import { sql } from 'kysely';

import { newId } from '#base/ids.ts';
import { holdLease, type Lease } from '#mailboxes/lease.ts';
import { running } from '#mailboxes/running.ts';
import { refuseTaken, watchOneByOne } from '#mailboxes/taken.ts';
import type { FolderRound, GraphFolder } from '#microsoft/folder-delta.ts';
import { getWellKnownFolders } from '#microsoft/well-known-folders.ts';
import type { TenantReader, TenantWriter } from '#tenants/tenants.ts';
import { refreshThreads } from '#threads/refresh.ts';

import { inboxFolders, orphanedFolders } from './plan.ts';
import { isAtRest } from './plan-look.ts';
import { type FolderRow, type Round, transact, type WatcherRow } from './round.ts';
import type { TreeRound } from './source.ts';
import { suspectFolders, suspects } from './suspects.ts';

/** What we hold of a mailbox's folders: every row, the removed ones included, and where their next round begins. */
export type Tree = {
  folders: FolderRow[];
  link: string | null;
  /** Messages may be marked as suspects: by a round before this one, or since anything was written in this one. */
  mayDoubt: boolean;
  /** What was looked at and had nothing new: only the cursors moved, which are stored with the round's ending. */
  quiet: { folders: Set<FolderRow>; link: boolean };
};

/** The tree as it stands in our tables. */
export async function loadTree(tx: TenantReader, watcher: WatcherRow): Promise<Tree> {
  const rows = await tx
    .selectFrom('email_folders')
    .selectAll()
    .select((eb) => eb.exists(suspects(tx, watcher.id).select('m.id')).as('may_doubt'))
    .where('watcher_id', '=', watcher.id)
    .execute();
  return {
    folders: rows.map(({ may_doubt: _, ...folder }) => folder),
    link: watcher.folders_delta_link,
    mayDoubt: rows.some((row) => row.may_doubt),
    quiet: { folders: new Set(), link: false },
  };
}

/** Notes that a folder had nothing new when it was asked. */
export function noteQuiet({ quiet }: Tree, folder: FolderRow, at: { link: string; askedAt: Date }): void {
  Object.assign(folder, { delta_link: at.link, synced_at: at.askedAt, last_error: null });
  quiet.folders.add(folder);
}

/** Stores the cursors that moved without news, as they stand by now, while the lease holds. One statement. */
export async function storeQuiet(tx: TenantWriter, tree: Tree, lease: Lease): Promise<void> {
  const folders = [...tree.quiet.folders].filter(isAtRest);
  if (folders.length === 0 && !tree.quiet.link) return;
  const ids = folders.map((folder) => folder.id);
  const links = folders.map((folder) => folder.delta_link);
  const times = folders.map((folder) => folder.synced_at);
  const errors = folders.map((folder) => folder.last_error);
  await sql`
    with held as (
      update email_watchers set folders_delta_link = ${tree.link}
       where id = ${lease.watcherId} and lease_owner = ${lease.owner}
         and sync_status in ${running}
      returning id)
    update email_folders f
       set delta_link = q.link, synced_at = q.at, last_error = q.error
      from held, unnest(${ids}::uuid[], ${links}::text[], ${times}::timestamptz[], ${errors}::text[]) as q (id, link, at, error)
     where f.id = q.id`.execute(tx);
}

/**
 * Brings email_folders and `tree` in step with the mailbox: one round over its folders, the whole of it when
 * `whole` is said, when there was none before or when Microsoft forgot it.
 *
 * @throws CelesteError `mailbox_in_use`, `mailbox_shared`: the mailbox is watched as the other kind too
 */
export async function syncTree(round: Round, tree: Tree, { whole }: { whole: boolean }): Promise<void> {
  await applyTree(round, tree, await round.source.tree(round.graph, whole ? null : tree.link, round.signal));
}

/** Rows and cursor commit together; the rows of `tree` stay the same objects, new ones are added. */
export async function applyTree(round: Round, tree: Tree, { tree: news, isWhole }: TreeRound): Promise<void> {
  const before = tree.folders;
  const isNew = news.folders.some((folder) => !before.some((row) => row.provider_folder_id === folder.id));
  const names = isNew ? await getWellKnownFolders(round.graph, round.signal) : new Map<string, string>();
  const after = folded(round, { before, tree: news, isWhole, names });
  const inbox = after.find((row) => row.well_known_name === 'inbox' && row.removed_at === null);
  await transact(round, async (tx) => {
    if (inbox) await recognise(tx, round, inbox);
    await holdLease(tx, round.lease);
    await writeFolders(tx, changed(before, after));
    await tx
      .updateTable('email_watchers')
      .set({ folders_delta_link: news.deltaLink, ...(inbox && { inbox_id: inbox.provider_folder_id }) })
      .where('id', '=', round.watcher.id)
      .execute();
    await suspectFolders(tx, round.watcher.id, goneOf(before, after));
    await refreshInbox(tx, round, turnedOf(before, after));
  });
  const held = new Map(before.map((row) => [row.id, row]));
  tree.folders = after.map((row) => Object.assign(held.get(row.id) ?? row, row));
  tree.link = news.deltaLink;
  tree.quiet.link = false;
  tree.mayDoubt = true;
}

/** Of a mailbox whose inbox was not told when it was connected: whether it is watched as the other kind by now. */
async function recognise(tx: TenantWriter, { watcher }: Round, inbox: FolderRow): Promise<void> {
  if (watcher.inbox_id !== null) return;
  await watchOneByOne(tx, watcher.yacht_id);
  await refuseTaken(tx, watcher.kind, { address: watcher.mailbox, inbox: inbox.provider_folder_id });
}

type News = { before: FolderRow[]; tree: FolderRound; isWhole: boolean; names: Map<string, string> };

/** The rows as they are after the round. */
function folded(round: Round, { before, tree, isWhole, names }: News): FolderRow[] {
  const rows = new Map(before.map((row) => [row.provider_folder_id, { ...row }]));
  for (const folder of tree.folders) {
    rows.set(folder.id, merged(rows.get(folder.id) ?? blankRow(round, folder.id), folder));
  }
  const present = new Set(tree.folders.map((folder) => folder.id));
  const now = round.clock.now();
  for (const row of rows.values()) {
    row.well_known_name = names.get(row.provider_folder_id) ?? row.well_known_name;
    const isGone =
      tree.removedIds.includes(row.provider_folder_id) || (isWhole && !present.has(row.provider_folder_id));
    if (isGone) row.removed_at ??= now;
  }
  return settled([...rows.values()], now);
}

/** With what follows from the tree as a whole. A removed folder that comes back starts from its beginning. */
function settled(rows: FolderRow[], now: Date): FolderRow[] {
  const orphans = orphanedFolders(rows);
  const inbox = inboxFolders(rows);
  return rows.map((row) => {
    const in_inbox = inbox.has(row.provider_folder_id);
    if (!orphans.has(row.provider_folder_id)) return { ...row, in_inbox };
    return {
      ...row,
      in_inbox,
      removed_at: row.removed_at ?? now,
      phase: 'pending',
      next_link: null,
      delta_link: null,
      last_error: null,
    };
  });
}

function merged(row: FolderRow, folder: GraphFolder): FolderRow {
  return {
    ...row,
    parent_folder_id: folder.parentFolderId ?? row.parent_folder_id,
    display_name: folder.displayName?.replaceAll('\u0000', '').toWellFormed() ?? row.display_name,
    is_hidden: folder.isHidden ?? row.is_hidden,
    is_search: folder.isSearch || row.is_search,
    total_item_count: folder.totalItemCount ?? row.total_item_count,
    unread_item_count: folder.unreadItemCount ?? row.unread_item_count,
    removed_at: null,
  };
}

function blankRow({ watcher }: Round, providerFolderId: string): FolderRow {
  return {
    id: newId(),
    watcher_id: watcher.id,
    user_id: watcher.user_id,
    yacht_id: watcher.yacht_id,
    provider_folder_id: providerFolderId,
    parent_folder_id: null,
    display_name: '',
    well_known_name: null,
    is_hidden: false,
    is_search: false,
    in_inbox: true,
    phase: 'pending',
    next_link: null,
    delta_link: null,
    round: 0,
    total_item_count: 0,
    unread_item_count: 0,
    messages_done: 0,
    synced_at: null,
    last_error: null,
    failing_since: null,
    removed_at: null,
  };
}

function changed(before: FolderRow[], after: FolderRow[]): FolderRow[] {
  const old = new Map(before.map((row) => [row.id, JSON.stringify(row)]));
  return after.filter((row) => old.get(row.id) !== JSON.stringify(row));
}

async function writeFolders(tx: TenantWriter, rows: FolderRow[]): Promise<void> {
  if (rows.length === 0) return;
  await sql`
    insert into email_folders
    select * from jsonb_populate_recordset(null::email_folders, ${JSON.stringify(rows)}::jsonb)
    on conflict (watcher_id, provider_folder_id) do update
       set (parent_folder_id, display_name, well_known_name, is_hidden, is_search, in_inbox, phase, next_link,
            delta_link, total_item_count, unread_item_count, last_error, removed_at)
         = (excluded.parent_folder_id, excluded.display_name, excluded.well_known_name, excluded.is_hidden,
            excluded.is_search, excluded.in_inbox, excluded.phase, excluded.next_link, excluded.delta_link,
            excluded.total_item_count, excluded.unread_item_count, excluded.last_error, excluded.removed_at)`.execute(
    tx,
  );
}

/** The folders that went in this round. */
function goneOf(before: FolderRow[], after: FolderRow[]): string[] {
  const wasThere = new Set(before.filter((row) => row.removed_at === null).map((row) => row.id));
  return after
    .filter((row) => row.removed_at !== null && wasThere.has(row.id))
    .map((row) => row.provider_folder_id);
}

/** The folders whose mail enters or leaves the inbox. */
function turnedOf(before: FolderRow[], after: FolderRow[]): string[] {
  const old = new Map(before.map((row) => [row.id, row.in_inbox]));
  return after
    .filter((row) => old.has(row.id) && old.get(row.id) !== row.in_inbox)
    .map((row) => row.provider_folder_id);
}

const THREADS_AT_ONCE = 500;

async function refreshInbox(tx: TenantWriter, round: Round, folderIds: string[]): Promise<void> {
  if (folderIds.length === 0) return;
  const rows = await tx
    .selectFrom('email_messages')
    .select('thread_id')
    .distinct()
    .where('watcher_id', '=', round.watcher.id)
    .where('parent_folder_id', 'in', folderIds)
    .execute();
  const ids = rows.map((row) => row.thread_id);
  for (let at = 0; at < ids.length; at += THREADS_AT_ONCE)
    await refreshThreads(tx, ids.slice(at, at + THREADS_AT_ONCE));
}
