import type { MailboxKind } from '#tenants/schema.ts';
import type { TenantWriter } from '#tenants/tenants.ts';

/**
 * How a mailbox is recognised: by the address it was connected by, or by Graph's id of its inbox, of which it has one
 * whatever its addresses. https://learn.microsoft.com/en-us/graph/api/resources/mail-api-overview#using-the-mail-rest-api
 */
export type Recognised = { address?: string; inbox?: string | null };

/** The watcher of a shared mailbox keeps this in place of a Microsoft user id: nobody signs in as a shared mailbox. */
export const sharedKey = (inbox: string) => `shared:${inbox}`;

/**
 * Whether a mailbox is watched as one of this kind. One that is may not be watched as the other kind too: the ids of
 * its mail would stand there twice.
 */
export async function isTaken(
  db: Pick<TenantWriter, 'selectFrom'>,
  kind: MailboxKind,
  { address = '', inbox = null }: Recognised,
): Promise<boolean> {
  const watcher = await db
    .selectFrom('email_watchers as w')
    .select('w.id')
    .where('w.kind', '=', kind)
    .where('w.sync_status', '<>', 'disconnected')
    .where((eb) =>
      eb.or([
        eb(eb.fn<string>('lower', ['w.mailbox']), '=', address.toLowerCase()),
        eb('w.microsoft_user_id', '=', sharedKey(inbox ?? '')),
        eb.exists(
          eb
            .selectFrom('email_folders as f')
            .select('f.id')
            .whereRef('f.watcher_id', '=', 'w.id')
            .where('f.provider_folder_id', '=', inbox),
        ),
      ]),
    )
    .executeTakeFirst();
  return watcher !== undefined;
}
