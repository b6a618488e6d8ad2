-- Push that dies silently (src/sync/plan-push.ts): the subscription stands at Microsoft, but notifications do not reach
-- us. Polls that find what no notification told of are counted; a notification sets everything back.

alter table email_watchers
  -- The last notification of a change. Lifecycle notifications take another path and prove nothing about this one.
  add column push_heard_at  timestamptz,
  -- Polls in a row whose changes nothing told of, however long it was waited.
  add column push_untold    integer not null default 0,
  -- When a poll found changes of which a notification may still be on its way.
  add column push_untold_at timestamptz,
  -- Push counts as silent since then. Null: it is well, or nothing is known against it.
  add column push_silent_at timestamptz,
  drop constraint email_watchers_subscription_wish_check,
  add constraint email_watchers_subscription_wish_check
    check (subscription_wish in ('reauthorize', 'recreate', 'replace'));
