// The places for requests in flight about mailboxes that several yachts have, counted in MASTER as each yacht counts
// its own. The rule itself is `celeste_enter_common_gate` in the migrations.
import { type Kysely, sql } from 'kysely';

import type { Purpose } from '#microsoft/scopes.ts';

import type { MasterSchema } from './schema.ts';

type Master = Kysely<MasterSchema>;

export type CommonEntry = {
  /** Made by whoever asks, the same each time it asks again. */
  place: string;
  /** Of the mailbox; see connected-mailboxes.ts. */
  gate: string;
  app: Purpose;
  /** How many of the four. */
  places: number;
  /** It goes as if it had come so much earlier. */
  headStartMs: number;
};

/** Given leave or not; then, while Microsoft says wait, until when. The place is ours for 20 seconds. */
export async function askForCommonPlace(
  master: Master,
  { place, gate, app, places, headStartMs }: CommonEntry,
  now: Date,
): Promise<{ granted: boolean; quiet_until: Date | null }> {
  const { rows } = await sql<{ granted: boolean; quiet_until: Date | null }>`
    select granted, quiet_until
      from celeste_enter_common_gate(${place}, ${gate}, ${app}, ${places}, ${headStartMs} * interval '1 millisecond', ${now})
  `.execute(master);
  return rows[0] ?? { granted: false, quiet_until: null };
}

/** Keeps a place for another 20 seconds. */
export async function renewCommonPlace(master: Master, place: string): Promise<void> {
  await master
    .updateTable('mailbox_request_places')
    .set({ until: sql<Date>`clock_timestamp() + interval '20 seconds'` })
    .where('id', '=', place)
    .execute();
}

/** Gives a place back, or stops waiting for one. */
export async function giveBackCommonPlace(master: Master, place: string): Promise<void> {
  await master.deleteFrom('mailbox_request_places').where('id', '=', place).execute();
}

/** Stores until when Microsoft wants no request of this app about this mailbox, unless a later time is known. */
export async function recordCommonThrottle(
  master: Master,
  { gate, app }: Pick<CommonEntry, 'gate' | 'app'>,
  until: Date,
): Promise<void> {
  await master
    .insertInto('mailbox_throttles')
    .values({ gate, app, until })
    .onConflict((oc) =>
      oc
        .columns(['gate', 'app'])
        .doUpdateSet({ until: sql<Date>`greatest(mailbox_throttles.until, excluded.until)` }),
    )
    .execute();
}
