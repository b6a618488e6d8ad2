import { sql } from 'kysely';

import type { MailboxKind } from '#tenants/schema.ts';
import type { TenantWriter } from '#tenants/tenants.ts';

/**
 * How a mailbox is recognised: by the address it was connected by, or by Graph's id of its inbox, of which it has one
 * whatever its addresses. https://learn.microsoft.com/en-us/graph/api/resources/mail-api-overview#using-the-mail-rest-api
 */
export type Recognised = { address: string; inbox: string | null };

/**
 * Whether a mailbox is watched as one of this kind. One that is may not be watched as the other kind too: the ids of
 * its mail would stand there twice. For who is about to watch it that holds after `watchOneByOne` alone.
 */
export async function isTaken(
  db: Pick<TenantWriter, 'selectFrom'>,
  kind: MailboxKind,
  { address, inbox }: Recognised,
): Promise<boolean> {
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

/**
 * From here to the end of the transaction nobody else aboard begins to watch a mailbox. The first statement of a
 * transaction: who waits here is to hold nothing that another waits for.
 */
export async function watchOneByOne(tx: TenantWriter, yachtId: string): Promise<void> {
  await sql`select pg_advisory_xact_lock(hashtextextended(${`watch ${yachtId}`}, 0))`.execute(tx);
}
