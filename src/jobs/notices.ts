import type { Events } from '#directory/events.ts';
import type { NoticeChange } from '#mailboxes/notices.ts';
import { audienceOf } from '#mailboxes/readers.ts';
import { asWorker, type Tenants } from '#tenants/tenants.ts';

export type NoticeDeps = { tenants: Tenants; events: Pick<Events, 'publish'> };

/** Tells the pages that are open, of whoever reads the mailbox, of notices that were raised or are mended. */
export async function publishNotices(
  { tenants, events }: NoticeDeps,
  yacht_id: string,
  changes: NoticeChange[],
): Promise<void> {
  for (const data of changes) {
    const audience = await tenants.read(asWorker(yacht_id), (db) => audienceOf(db, data.watcher_id));
    for (const user_id of audience) await events.publish({ yacht_id, user_id, type: 'notice', data });
  }
}
