-- A disconnected mailbox whose owner wants its mail gone from here. The purge works through it in the background:
-- what is on no record goes; what a head of department put on a record stays until they take it off.
alter table email_watchers
  add column purge_requested_at timestamptz,
  add column purged_at timestamptz;
create index on email_watchers (purge_requested_at) where purge_requested_at is not null;
