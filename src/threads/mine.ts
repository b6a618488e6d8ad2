// Which mailboxes the caller reads: their own, and the shared ones that list them. The rule stands in SQL
// (celeste_mailboxes), where row-level security asks it too.
import { sql } from 'kysely';

import type { TenantReader } from '#tenants/tenants.ts';

/** The watcher ids of those mailboxes. */
export async function readMailboxes(db: TenantReader): Promise<string[]> {
  const { rows } = await sql<{ ids: string[] }>`select celeste_mailboxes() as ids`.execute(db);
  return rows[0]?.ids ?? [];
}

/** True for a row whose watcher, in `column`, is one of them; asked once for the whole query. */
export const inOwnMailbox = (column: string) =>
  sql<boolean>`${sql.ref(column)} = any ((select celeste_mailboxes())::uuid[])`;
