// What a watcher's row holds when it is told to begin, and when it is told to stop.
import { sql } from 'kysely';

import { RELEASED } from './lease.ts';

/** From now on it is kept in sync, whatever was the matter before. */
export const begun = (now: Date) => ({
  sync_status: 'pending' as const,
  next_sync_at: now,
  failures: 0,
  last_sync_error: null,
  last_sync_error_code: null,
  purge_requested_at: null,
  purged_at: null,
});

/** In place of its account, for a mailbox that is nobody's to open any more. */
export const NO_ACCOUNT = sql<string>`'left:' || id`;

/** The codes of a mailbox that somebody else than its owner ended (end.ts). */
export const ENDED_BY_OTHERS = ['ended_by_captain', 'ended_by_operator'] as const;
export type EndedByOthers = (typeof ENDED_BY_OTHERS)[number];

/**
 * It is not looked at any more, and nothing is wrong with it; the mail stays. A round that is at it has lost its
 * lease for good: should the mailbox begin again meanwhile, that is another round's.
 */
export const stopped = {
  ...RELEASED,
  sync_status: 'disconnected',
  next_sync_at: null,
  last_sync_error: null,
  last_sync_error_code: null,
} as const;
