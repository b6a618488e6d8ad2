-- Graph's id of a mailbox's inbox, from whoever connects it: what it is recognised by, before there is a folder of it
-- (src/mailboxes/taken.ts). Null until Microsoft has told it.
alter table email_watchers add column inbox_id text;

alter table email_folders no force row level security;
update email_watchers w
   set inbox_id = f.provider_folder_id
  from email_folders f
 where f.watcher_id = w.id and f.well_known_name = 'inbox' and f.removed_at is null;
alter table email_folders force row level security;
