import type { TenantWriter } from '#tenants/tenants.ts';

/** Has a mailbox read from its start when it is read next: what it is known to hold stays as it is until then. */
export async function forgetCursors(tx: TenantWriter, watcherId: string): Promise<void> {
  await tx
    .updateTable('email_folders')
    .set({ phase: 'pending', next_link: null, delta_link: null })
    .where('watcher_id', '=', watcherId)
    .where('phase', '<>', 'pending')
    .execute();
  await tx
    .updateTable('email_watchers')
    .set({ folders_delta_link: null, first_synced_at: null, complete_up_to: null, folders_left_out: 0 })
    .where('id', '=', watcherId)
    .where((eb) => eb.or([eb('folders_delta_link', 'is not', null), eb('first_synced_at', 'is not', null)]))
    .execute();
}
