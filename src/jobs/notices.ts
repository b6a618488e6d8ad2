import type { Events } from '#directory/events.ts';
import type { NoticeChange } from '#mailboxes/notices.ts';
import { audienceOf } from '#mailboxes/readers.ts';
import { asWorker, type Tenants } from '#tenants/tenants.ts';

import { publishTo } from './audience.ts';

export type NoticeDeps = { tenants: Tenants; events: Pick<Events, 'publish'> };

/** Tells the pages that are open, of whoever reads the mailbox, of notices that were raised or are mended. */
export async function publishNotices(
  { tenants, events }: NoticeDeps,
  yacht_id: string,
  changes: NoticeChange[],
): Promise<void> {
  for (const data of changes) {
    const audience = await tenants.read(asWorker(yacht_id), (db) => audienceOf(db, data.watcher_id));
    await publishTo(events, audience, { yacht_id, type: 'notice', data });
  }
}
