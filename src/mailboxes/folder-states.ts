// The folders of a mailbox as they are shown.
import type { Selectable } from 'kysely';

import type { EmailFoldersTable } from '#tenants/schema.ts';

import { folderProblemOn } from './folder-advice.ts';
import type { Problem } from './status.ts';

export type FolderState = {
  id: string;
  name: string;
  /** 'Inbox / Vendors / MTU' */
  path: string;
  well_known_name: string | null;
  in_inbox: boolean;
  phase: 'pending' | 'initial' | 'delta';
  done: number;
  total: number;
  synced_at: Date | null;
  /** Why it was not read to its end. */
  problem: Problem | null;
  /** Since when; null while it may be in passing. */
  failing_since: Date | null;
};

type FolderRow = Selectable<EmailFoldersTable>;

/** In the order of their paths. */
export function folderStates(rows: FolderRow[]): FolderState[] {
  const byId = new Map(rows.map((row) => [row.provider_folder_id, row]));
  return rows.map((row) => folderState(row, byId)).sort((a, b) => a.path.localeCompare(b.path));
}

function folderState(row: FolderRow, byId: Map<string, FolderRow>): FolderState {
  const path: string[] = [];
  const seen = new Set<string>();
  for (
    let at: FolderRow | undefined = row;
    at && !seen.has(at.id);
    at = byId.get(at.parent_folder_id ?? '')
  ) {
    seen.add(at.id);
    path.unshift(at.display_name);
  }
  return {
    id: row.id,
    name: row.display_name,
    path: path.join(' / '),
    well_known_name: row.well_known_name,
    in_inbox: row.in_inbox,
    phase: row.phase,
    done: row.phase === 'delta' ? row.total_item_count : Math.min(row.messages_done, row.total_item_count),
    total: row.total_item_count,
    synced_at: row.synced_at,
    problem: folderProblemOn(row.last_error),
    failing_since: row.failing_since,
  };
}
