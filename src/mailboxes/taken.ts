import type { MailboxKind } from '#tenants/schema.ts';
import type { TenantWriter } from '#tenants/tenants.ts';

/** How a mailbox is recognised: by the address it was connected by, or by Graph's id of its inbox. */
export type Recognised = { address: string } | { inbox: string | null };

/**
 * Whether a mailbox is watched as one of this kind. One that is may not be watched as the other kind too: the ids of
 * its mail would stand there twice.
 */
export async function isTaken(
  db: Pick<TenantWriter, 'selectFrom'>,
  kind: MailboxKind,
  by: Recognised,
): Promise<boolean> {
  const watcher = await db
    .selectFrom('email_watchers as w')
    .select('w.id')
    .where('w.kind', '=', kind)
    .where('w.sync_status', '<>', 'disconnected')
    .where((eb) =>
      'address' in by
        ? eb(eb.fn<string>('lower', ['w.mailbox']), '=', by.address.toLowerCase())
        : eb.exists(
            eb
              .selectFrom('email_folders as f')
              .select('f.id')
              .whereRef('f.watcher_id', '=', 'w.id')
              .where('f.provider_folder_id', '=', by.inbox),
          ),
    )
    .executeTakeFirst();
  return watcher !== undefined;
}
