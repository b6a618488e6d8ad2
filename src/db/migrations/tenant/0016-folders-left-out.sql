-- One folder that cannot be read no longer keeps a mailbox in its first sync (src/sync/plan-troubles.ts), and a first
-- sync that stands still is noticed (src/mailboxes/freshness.ts).

alter table email_folders
  -- Since when no round has read it to its end, or had an answer about each message in it. Null: nothing is wrong.
  add column failing_since timestamptz;

alter table email_watchers
  -- How many of its folders complete_up_to says nothing about: the rest of the mailbox goes on without them.
  add column folders_left_out integer not null default 0,
  -- When the latest page was kept. A first sync on its way is not behind because this is new.
  add column progress_at timestamptz default now();
alter table email_watchers alter column progress_at drop default;

alter table email_gaps
  drop constraint email_gaps_kind_check,
  add constraint email_gaps_kind_check check
    (kind in ('cursor_lost', 'push_missed', 'subscription_removed', 'outage', 'count_mismatch', 'folder_unread'));
