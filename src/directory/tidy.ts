import type { Kysely } from 'kysely';

import type { MasterSchema } from './schema.ts';

const DAY_MS = 24 * 3_600_000;

/** Forgets what has run out in MASTER: sessions, waits, and trips to Microsoft's sign-in page a day after. */
export async function tidyMaster(master: Kysely<MasterSchema>, now: Date): Promise<void> {
  const yesterday = new Date(now.getTime() - DAY_MS);
  await master.deleteFrom('oauth_states').where('expires_at', '<', yesterday).execute();
  await master.deleteFrom('auth_sessions').where('expires_at', '<', now).execute();
  await master.deleteFrom('mailbox_throttles').where('until', '<', yesterday).execute();
  await master.deleteFrom('mailbox_request_places').where('until', '<', yesterday).execute();
}
