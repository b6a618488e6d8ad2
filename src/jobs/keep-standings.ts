import type { Kysely } from 'kysely';

import type { Clock } from '#base/clock.ts';
import { gather } from '#base/gather.ts';
import type { Log } from '#base/log.ts';
import type { MasterSchema } from '#directory/schema.ts';
import { noteStandings, type YachtStanding } from '#directory/yacht-standings.ts';
import type { Standing } from '#mailboxes/oversight.ts';

type Deps = { master: Kysely<MasterSchema>; clock: Clock; log: Log };

/** Keeps how yachts stand where every process finds it, several with one statement. Never rejects: it is for figures. */
export function createStandingsKeeper({ master, clock, log }: Deps) {
  const keep = gather<YachtStanding>((standings) => noteStandings(master, standings));
  return async (yachtId: string, { states, oldestCompleteUpTo }: Standing): Promise<void> => {
    await keep([{ yachtId, states, oldestCompleteUpTo, seenAt: clock.now() }]).catch((err: unknown) =>
      log.warn({ err, yacht_id: yachtId }, 'the figures lack how this yacht stands'),
    );
  };
}
