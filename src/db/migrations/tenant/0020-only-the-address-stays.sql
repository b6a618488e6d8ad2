-- Of a mailbox that was purged while mail of it is on records the row kept what Microsoft calls its owner, and when it was
-- looked at. Only the address stays, and by our id whose it was.
update email_watchers
   set microsoft_user_id = 'left:' || id, account_id = case when kind = 'shared' then 'left:' || id end,
       last_sync_error = null, last_sync_error_code = null, inbox_id = null,
       expected_from = purged_at, next_reconcile_at = purged_at,
       last_sync_at = null, whole_requested_at = null, throttled_until = null, write_throttled_until = null,
       reconciled_at = null, progress_at = null, failures = 0,
       subscription_id = null, subscription_state = 'none', subscription_expires_at = null, subscription_key = null,
       subscription_url = null, subscription_due_at = null, subscription_authorized_at = null, subscription_wish = null,
       subscription_failures = 0, subscription_error_code = null,
       nudged_at = null, push_heard_at = null, push_untold = 0, push_untold_at = null, push_silent_at = null
 where purged_at is not null and sync_status = 'disconnected';
