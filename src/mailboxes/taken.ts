import { sql } from 'kysely';

import type { MailboxKind } from '#tenants/schema.ts';
import type { TenantWriter } from '#tenants/tenants.ts';

import { refusal } from './refusals.ts';

/**
 * How a mailbox is recognised: by the address it was connected by, or by Graph's id of its inbox, of which it has one
 * whatever its addresses. https://learn.microsoft.com/en-us/graph/api/resources/mail-api-overview#using-the-mail-rest-api
 */
export type Recognised = { address: string; inbox: string | null };

/**
 * Refuses to watch a mailbox as one kind while it is watched as the other: the ids of its mail would stand there twice.
 * That nobody else begins to at the same moment holds after `watchOneByOne` alone.
 *
 * @throws CelesteError `mailbox_in_use`, `mailbox_shared`
 */
export async function refuseTaken(db: Reading, kind: MailboxKind, by: Recognised): Promise<void> {
  if (kind === 'own' && (await isTaken(db, 'shared', by))) throw refusal('mailbox_shared');
  if (kind === 'shared' && (await isTaken(db, 'own', by))) throw refusal('mailbox_in_use');
}

async function isTaken(db: Reading, kind: MailboxKind, { address, inbox }: Recognised): Promise<boolean> {
  const watcher = await db
    .selectFrom('email_watchers')
    .select('id')
    .where('kind', '=', kind)
    .where('sync_status', '<>', 'disconnected')
    .where((eb) =>
      eb.or([
        eb(eb.fn<string>('lower', ['mailbox']), '=', address.toLowerCase()),
        eb('inbox_id', '=', inbox),
      ]),
    )
    .executeTakeFirst();
  return watcher !== undefined;
}

type Reading = Pick<TenantWriter, 'selectFrom'>;

/**
 * From here to the end of the transaction nobody else aboard begins to watch a mailbox. The first statement of a
 * transaction: who waits here is to hold nothing that another waits for.
 */
export async function watchOneByOne(tx: TenantWriter, yachtId: string): Promise<void> {
  await sql`select pg_advisory_xact_lock(hashtextextended(${`watch ${yachtId}`}, 0))`.execute(tx);
}
