// When to look at which yacht next: a hint in MASTER about what is due in TENANT. Many workers share it: whoever
// claims a yacht looks at it alone, and a claim that comes to nothing lapses.
import { type Kysely, sql } from 'kysely';

import type { MasterSchema } from './schema.ts';

type Master = Kysely<MasterSchema>;

/** A yacht to look at, and how often in a row its database was away. `claimedUntil` names the claim. */
export type YachtToLookAt = { yachtId: string; failures: number; claimedUntil: Date };

/** A worker that died while it looked is succeeded after this. */
const CLAIM_MS = 15_000;
/** Nothing that was not announced waits longer than this; see `sweep`. */
export const SLOWEST_LOOK_MS = 2 * 60_000;
const SWITCHED_OFF_MS = 3_600_000;

/** Claims the active yachts whose time has come, longest due first; those in trouble only when `inTrouble`. */
export async function claimYachts(
  master: Master,
  now: Date,
  { limit, inTrouble }: { limit: number; inTrouble: boolean },
): Promise<YachtToLookAt[]> {
  const claimedUntil = new Date(now.getTime() + CLAIM_MS);
  const switchedOff = new Date(now.getTime() + SWITCHED_OFF_MS);
  const { rows } = await sql<{ yacht_id: string; failures: number; active: boolean }>`
    with due as (
      select yacht_id from yacht_schedule
       where next_look_at <= ${now} and (failures > 0) = ${inTrouble}
       order by next_look_at limit ${limit} for update skip locked)
    update yacht_schedule s
       set next_look_at = case when f.active then ${claimedUntil}::timestamptz else ${switchedOff}::timestamptz end
      from due join fleet_registry f using (yacht_id)
     where s.yacht_id = due.yacht_id
    returning s.yacht_id, s.failures, f.active`.execute(master);
  return rows
    .filter((row) => row.active)
    .map(({ yacht_id, failures }) => ({ yachtId: yacht_id, failures, claimedUntil }));
}

/** What a look at a claimed yacht came to: when to look there again. */
export type Looked = YachtToLookAt & { at: Date };

/** Says when claimed yachts are to be looked at next; an earlier time that came in meanwhile stays. */
export async function lookAgain(master: Master, looked: Looked[]): Promise<void> {
  await sql`
    update yacht_schedule s
       set next_look_at = case when s.next_look_at = l.claimed_until then l.at else least(s.next_look_at, l.at) end,
           failures = l.failures
      from unnest(${looked.map((each) => each.yachtId)}::text[], ${looked.map((each) => each.claimedUntil)}::timestamptz[],
                  ${looked.map((each) => each.at)}::timestamptz[], ${looked.map((each) => each.failures)}::integer[])
        as l (yacht_id, claimed_until, at, failures)
     where s.yacht_id = l.yacht_id`.execute(master);
}

/** Says that something on this yacht is due at that time, or may be. A later time than the known one is nothing new. */
export async function announceDue(master: Master, yachtId: string, at: Date): Promise<void> {
  await master
    .updateTable('yacht_schedule')
    .set({ next_look_at: at })
    .where('yacht_id', '=', yachtId)
    .where('next_look_at', '>', at)
    .execute();
}
