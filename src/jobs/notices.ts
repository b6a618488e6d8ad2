import type { Events } from '#directory/events.ts';
import type { NoticeChange } from '#mailboxes/notices.ts';

/** Tells the pages that are open of notices that were raised or are mended. */
export async function publishNotices(
  { events }: { events: Pick<Events, 'publish'> },
  yacht_id: string,
  changes: NoticeChange[],
): Promise<void> {
  for (const { user_id, ...data } of changes) {
    await events.publish({ yacht_id, user_id, type: 'notice', data });
  }
}
