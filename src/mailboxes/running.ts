import { sql } from 'kysely';

import type { SyncStatus } from '#tenants/schema.ts';

/** The states in which a mailbox is kept in sync; in the others it waits for a person. */
export const RUNNING = ['pending', 'active', 'degraded'] as const satisfies SyncStatus[];

/** The same as a list of literals, for SQL: there is an index for just these (0002-mail.sql). */
export const running = sql`(${sql.join(RUNNING.map((state) => sql.lit(state)))})`;

/** True while a mailbox is kept in sync. */
export const isRunning = (status: SyncStatus): boolean => RUNNING.some((state) => state === status);
