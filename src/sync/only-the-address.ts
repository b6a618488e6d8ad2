import { sql } from 'kysely';

import { NO_ACCOUNT, stopped } from '#mailboxes/orders.ts';

/**
 * What a watcher's row holds of a mailbox that was purged while mail of it is on records: its address, and by our id
 * whose it was. Nothing of what Microsoft calls them, of what it told us, or of when it was looked at.
 */
export const onlyTheAddress = (now: Date) => ({
  ...stopped,
  microsoft_user_id: NO_ACCOUNT,
  account_id: sql<string | null>`case when kind = 'shared' then ${NO_ACCOUNT} end`,
  purged_at: now,
  expected_from: now,
  next_reconcile_at: now,
  last_sync_at: null,
  complete_up_to: null,
  first_synced_at: null,
  whole_requested_at: null,
  throttled_until: null,
  write_throttled_until: null,
  reconciled_at: null,
  progress_at: null,
  failures: 0,
  folders_delta_link: null,
  folders_left_out: 0,
  last_round: null,
  messages_done: 0,
  messages_total: 0,
  folders_done: 0,
  folders_total: 0,
  common_gate: null,
  inbox_id: null,
  ...WITHOUT_PUSH,
});

const WITHOUT_PUSH = {
  subscription_id: null,
  subscription_state: 'none' as const,
  subscription_expires_at: null,
  subscription_key: null,
  subscription_url: null,
  subscription_due_at: null,
  subscription_authorized_at: null,
  subscription_wish: null,
  subscription_failures: 0,
  subscription_error_code: null,
  nudged_at: null,
  push_heard_at: null,
  push_untold: 0,
  push_untold_at: null,
  push_silent_at: null,
};
