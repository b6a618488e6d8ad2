// Folders in trouble, as a round leaves them: on their rows, and in the ledger once the mailbox goes on without them.
import { sql } from 'kysely';

import { openGap } from '#mailboxes/gaps.ts';
import type { TenantWriter } from '#tenants/tenants.ts';

import { isLeftOut, type Trouble } from './plan-troubles.ts';
import type { FolderRow, Round } from './round.ts';

/** Brings the folders of a round in memory in step with what was found of them. */
export function applyTroubles(troubles: Trouble<FolderRow>[]): void {
  for (const { folder, code, since } of troubles) {
    Object.assign(folder, { last_error: code, failing_since: since });
  }
}

/** Writes down which folders are in trouble since when, and opens a gap for each that is left out from now on. */
export async function noteTroubles(
  tx: TenantWriter,
  { watcher, clock }: Pick<Round, 'watcher' | 'clock'>,
  troubles: Trouble<FolderRow>[],
): Promise<void> {
  if (troubles.length === 0) return;
  const ids = troubles.map(({ folder }) => folder.id);
  const codes = troubles.map(({ code }) => code);
  const times = troubles.map(({ since }) => since);
  await sql`
    update email_folders f set last_error = t.code, failing_since = t.since
      from unnest(${ids}::uuid[], ${codes}::text[], ${times}::timestamptz[]) as t (id, code, since)
     where f.id = t.id`.execute(tx);
  const now = clock.now();
  const left = troubles.filter(({ since }) => isLeftOut({ failing_since: since }, now));
  await Promise.all(
    left.map(({ folder, code }) =>
      openGap(tx, {
        watcherId: watcher.id,
        folderId: folder.id,
        kind: 'folder_unread',
        detail: code,
        at: now,
        since: folder.synced_at,
      }),
    ),
  );
}
