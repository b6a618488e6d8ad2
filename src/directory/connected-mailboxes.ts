// Which mailboxes are connected on more than one yacht. A mailbox has several names (the account it belongs to, an
// address it was shared by, the id of its inbox): whichever two yachts know it by one of them have the same, and its
// requests pass one gate in MASTER. Names come here as their hash.
import { type Kysely, sql } from 'kysely';

import type { MasterSchema } from './schema.ts';

type Master = Kysely<MasterSchema>;

/** A mailbox, the names it has and the active yachts that have it. */
export type KnownMailbox = { gate: string; nameHashes: string[]; yachtIds: string[] };

/** A name by which a yacht knows a mailbox; `isCommon`: another active yacht has it too. */
export type MailboxName = { nameHash: string; gate: string; isCommon: boolean };

/**
 * So long whoever connects a mailbox has to put it aboard after announcing it: what is announced and not aboard by
 * then is forgotten.
 */
const ABOARD_WITHIN = '5 minutes';

/**
 * Says that a yacht has, or is about to have, the mailbox of these names; each needs to be there once. Safe to repeat.
 *
 * @returns what is known of it on all active yachts; null: this one is not active
 */
export async function announceMailbox(
  master: Master,
  { yachtId, nameHashes }: { yachtId: string; nameHashes: string[] },
): Promise<KnownMailbox | null> {
  const { rows } = await sql<{ yacht_id: string; name_hash: string; gate: string }>`
    select yacht_id, name_hash, gate from celeste_announce_mailbox(${yachtId}, ${nameHashes}::text[])`.execute(
    master,
  );
  const gate = rows.find((row) => row.yacht_id === yachtId)?.gate;
  if (gate === undefined) return null;
  const distinct = (values: string[]) => [...new Set(values)];
  return {
    gate,
    nameHashes: distinct(rows.map((row) => row.name_hash)),
    yachtIds: distinct(rows.map((row) => row.yacht_id)),
  };
}

/** The names of a yacht's mailboxes as MASTER has them. */
export async function listMailboxNames(master: Master, yachtId: string): Promise<MailboxName[]> {
  const rows = await master
    .selectFrom('connected_mailboxes as m')
    .select((eb) => [
      'm.name_hash as nameHash',
      'm.gate',
      eb
        .exists(
          eb
            .selectFrom('connected_mailboxes as o')
            .innerJoin('fleet_registry as f', 'f.yacht_id', 'o.yacht_id')
            .select('o.gate')
            .whereRef('o.gate', '=', 'm.gate')
            .whereRef('o.yacht_id', '<>', 'm.yacht_id')
            .where('f.active', '=', true),
        )
        .as('isCommon'),
    ])
    .where('m.yacht_id', '=', yachtId)
    .execute();
  return rows.map(({ isCommon, ...name }) => ({ ...name, isCommon: Boolean(isCommon) }));
}

/** A yacht has no mailbox of these names, unless one was announced just now. */
export async function forgetMailboxNames(
  master: Master,
  { yachtId, nameHashes }: { yachtId: string; nameHashes: string[] },
): Promise<void> {
  await master
    .deleteFrom('connected_mailboxes')
    .where('yacht_id', '=', yachtId)
    .where('name_hash', 'in', nameHashes)
    .where('announced_at', '<', sql<Date>`now() - ${ABOARD_WITHIN}::interval`)
    .execute();
}
