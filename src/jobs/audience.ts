import type { Events, LiveEvent } from '#directory/events.ts';

/** Tells the pages that are open of these people, and of nobody else. */
export async function publishTo(
  events: Pick<Events, 'publish'>,
  audience: string[],
  event: Omit<LiveEvent, 'user_id'>,
): Promise<void> {
  for (const user_id of audience) await events.publish({ ...event, user_id });
}
