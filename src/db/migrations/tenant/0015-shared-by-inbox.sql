-- A shared mailbox is known by the id of its inbox, because it has one of those and several addresses. Where it was
-- added by two of them, the watcher that came first keeps it: it is read from its start, and takes over the mail and
-- the readers of the other, which stops.
alter table email_folders no force row level security;

create temporary table inboxes on commit drop as
  select w.id, w.yacht_id, f.provider_folder_id as inbox,
         first_value(w.id) over same_mailbox as keeper, count(*) over (partition by w.yacht_id, f.provider_folder_id) > 1 as is_double
    from email_watchers w
    join email_folders f on f.watcher_id = w.id and f.well_known_name = 'inbox' and f.removed_at is null
   where w.kind = 'shared'
  window same_mailbox as (partition by w.yacht_id, f.provider_folder_id
                          order by w.sync_status = 'disconnected', w.created_at, w.id);

insert into email_mailbox_readers (watcher_id, user_id, yacht_id, added_by, added_at)
  select i.keeper, r.user_id, r.yacht_id, r.added_by, r.added_at
    from inboxes i join email_mailbox_readers r on r.watcher_id = i.id
   where i.id <> i.keeper and exists (select 1 from email_watchers w where w.id = i.id and w.sync_status <> 'disconnected')
  on conflict do nothing;
update email_watchers w
   set microsoft_user_id = 'left:' || w.id, sync_status = 'disconnected', next_sync_at = null,
       last_sync_error = null, last_sync_error_code = null, lease_owner = null, lease_until = null
  from inboxes i
 where i.id = w.id and i.id <> i.keeper;
update email_watchers w
   set microsoft_user_id = 'shared:' || i.inbox
  from inboxes i
 where i.id = w.id and i.id = i.keeper;
update email_folders f
   set phase = 'pending', next_link = null, delta_link = null
  from inboxes i
 where i.is_double and f.watcher_id = i.keeper;
update email_watchers w
   set folders_delta_link = null, first_synced_at = null, complete_up_to = null, whole_requested_at = now(),
       next_sync_at = case when w.sync_status in ('pending', 'active', 'degraded') then now() else w.next_sync_at end
  from inboxes i
 where i.is_double and w.id = i.keeper and w.id = i.id;

alter table email_folders force row level security;
