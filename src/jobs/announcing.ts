import type { Kysely } from 'kysely';

import type { Clock } from '#base/clock.ts';
import type { MasterSchema } from '#directory/schema.ts';
import { announceDue } from '#directory/yacht-schedule.ts';
import { LEASE_SECONDS } from '#mailboxes/lease.ts';

import type { Queue } from './queue.ts';

/** The same queue; of a mailbox to be synced MASTER is told too, in case the worker that takes it dies. */
export function announcing(
  queue: Queue,
  { master, clock }: { master: Kysely<MasterSchema>; clock: Clock },
): Queue {
  return {
    ...queue,
    send: async (name, data) => {
      if (name === 'sync-mailbox' && 'yacht_id' in data) {
        await announceDue(master, data.yacht_id, new Date(clock.now().getTime() + LEASE_SECONDS * 1000));
      }
      await queue.send(name, data);
    },
  };
}
