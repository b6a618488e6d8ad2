// How the mailboxes of the fleet stand, yacht by yacht as the worker saw it that last looked there: for figures that are
// the same from every process.
import { type Kysely, sql } from 'kysely';

import type { MasterSchema } from './schema.ts';

type Master = Kysely<MasterSchema>;

/** Mailboxes by state, and what the one furthest behind is complete up to; null: none is complete. */
export type YachtStanding = {
  yachtId: string;
  states: Record<string, number>;
  oldestCompleteUpTo: Date | null;
  seenAt: Date;
};

/** Keeps what was seen of these yachts. What came before stays where it is later. */
export async function noteStandings(master: Master, standings: YachtStanding[]): Promise<void> {
  const latest = new Map(standings.map((standing) => [standing.yachtId, standing]));
  // In one order, so that two workers do not wait for each other.
  const rows = [...latest.values()].sort((a, b) => (a.yachtId < b.yachtId ? -1 : 1));
  await sql`
    insert into yacht_standings (yacht_id, states, oldest_complete_up_to, seen_at)
    select s.yacht_id, s.states::jsonb, s.oldest, s.seen_at
      from unnest(${rows.map((row) => row.yachtId)}::text[], ${rows.map((row) => JSON.stringify(row.states))}::text[],
                  ${rows.map((row) => row.oldestCompleteUpTo)}::timestamptz[], ${rows.map((row) => row.seenAt)}::timestamptz[])
        as s (yacht_id, states, oldest, seen_at)
      join fleet_registry f using (yacht_id)
    on conflict (yacht_id) do update
       set states = excluded.states, oldest_complete_up_to = excluded.oldest_complete_up_to, seen_at = excluded.seen_at
     where yacht_standings.seen_at <= excluded.seen_at`.execute(master);
}

/** The active yachts together. `unreachable`: those whose database was away at the last look. */
export type FleetStanding = {
  states: Record<string, number>;
  oldestCompleteUpTo: Date | null;
  unreachable: number;
};

/** One read. A yacht nobody has looked at yet counts for nothing. */
export async function fleetStanding(master: Master): Promise<FleetStanding> {
  const { rows } = await sql<{
    states: Record<string, number> | null;
    oldest: Date | null;
    unreachable: number;
  }>`
    with standing as (select s.* from yacht_standings s join fleet_registry f using (yacht_id) where f.active)
    select (select jsonb_object_agg(state, n)
              from (select key as state, sum(value::integer) as n
                      from standing, jsonb_each_text(states) group by key) as sums) as states,
           (select min(oldest_complete_up_to) from standing) as oldest,
           (select count(*)::integer from yacht_schedule y join fleet_registry f using (yacht_id)
             where f.active and y.failures > 0) as unreachable`.execute(master);
  const row = rows[0];
  return {
    states: row?.states ?? {},
    oldestCompleteUpTo: row?.oldest ?? null,
    unreachable: row?.unreachable ?? 0,
  };
}
