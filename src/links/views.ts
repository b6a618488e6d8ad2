// Links as they are shown: with the record's name, the reason, and whether the reader may take a change back.
import { nameRecords } from '#maintenance/records.ts';
import type { Evidence, LinkSource, LinkState, LinkTarget } from '#tenants/schema.ts';
import type { TenantReader } from '#tenants/tenants.ts';

import { type LinkRow, lastOwnChanges } from './history.ts';

export type LinkChip = {
  id: string;
  target_type: LinkTarget;
  target_id: string;
  /** 'WO-1042', or an equipment's code. */
  label: string;
  title: string;
  state: LinkState;
  source: LinkSource;
};

/** People are ids: their names live in MASTER. */
export type LinkView = LinkChip & {
  thread_id: string;
  confidence: number;
  evidence: Evidence[];
  created_by: string | null;
  created_at: Date;
  decided_by: string | null;
  decided_at: Date | null;
  can_undo: boolean;
};

/** The links and suggestions of threads, by thread id; strongest first. */
export async function chipsOf(db: TenantReader, threadIds: string[]): Promise<Map<string, LinkChip[]>> {
  const rows = await activeLinks(db, threadIds);
  const names = await namesOf(db, rows);
  const chips = rows.map((row) => ({ thread_id: row.thread_id, chip: chipOf(row, names) }));
  return new Map(
    [...Map.groupBy(chips, (entry) => entry.thread_id)].map(([id, entries]) => [
      id,
      entries.map((e) => e.chip),
    ]),
  );
}

/** The links and suggestions of one thread, with all there is to know of each. */
export async function linksOfThread(db: TenantReader, threadId: string, userId: string): Promise<LinkView[]> {
  return viewLinks(db, await activeLinks(db, [threadId]), userId);
}

/** Rows of email_links as they are shown to `userId`. */
export async function viewLinks(db: TenantReader, rows: LinkRow[], userId: string): Promise<LinkView[]> {
  const names = await namesOf(db, rows);
  const changes = await lastOwnChanges(
    db,
    rows.filter((row) => row.decided_by === userId).map((row) => row.id),
    userId,
  );
  const undoable = new Set(changes.filter((c) => c.action !== 'link.undone').map((c) => c.link_id));
  return rows.map((row) => ({
    ...chipOf(row, names),
    thread_id: row.thread_id,
    confidence: row.confidence,
    evidence: row.evidence,
    created_by: row.created_by,
    created_at: row.created_at,
    decided_by: row.decided_by,
    decided_at: row.decided_at,
    can_undo: undoable.has(row.id),
  }));
}

async function activeLinks(db: TenantReader, threadIds: string[]): Promise<LinkRow[]> {
  if (threadIds.length === 0) return [];
  return db
    .selectFrom('email_links')
    .selectAll()
    .where('thread_id', 'in', threadIds)
    .where('state', 'in', ['linked', 'suggested'])
    .orderBy('state')
    .orderBy('confidence', 'desc')
    .orderBy('created_at')
    .orderBy('id')
    .execute();
}

type Names = Map<string, { label: string; title: string }>;

async function namesOf(db: TenantReader, rows: LinkRow[]): Promise<Names> {
  const records = await nameRecords(db, rows);
  return new Map(records.map(({ target_id, label, title }) => [target_id, { label, title }]));
}

function chipOf({ id, target_type, target_id, state, source }: LinkRow, names: Names): LinkChip {
  const name = names.get(target_id) ?? { label: 'No longer there', title: '' };
  return { id, target_type, target_id, ...name, state, source };
}
