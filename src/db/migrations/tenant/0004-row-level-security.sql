-- Who may see which row. The rule for mail stands once, in celeste_may_read: the owner of the mailbox,
-- or, when its thread is linked to a record, everyone aboard (never a draft).

create function celeste_thread_is_linked(thread uuid) returns boolean language sql stable security definer
  set search_path = pg_catalog, public
  as $$ select exists (select 1 from public.email_threads t where t.id = thread and t.linked_count > 0) $$;

create function celeste_may_read(owner uuid, draft boolean, thread uuid) returns boolean language sql stable
  as $$ select owner = celeste_user_id() or (not draft and celeste_thread_is_linked(thread)) $$;

do $$
declare
  name text;
begin
  foreach name in array array['auth_microsoft_tokens', 'email_watchers', 'email_folders', 'email_threads',
    'email_thread_mailboxes', 'email_messages', 'email_attachments', 'email_links', 'pms_equipment',
    'pms_work_orders', 'audit_log'] loop
    execute format('alter table %I enable row level security', name);
    execute format('alter table %I force row level security', name);
    -- The worker does everything, on its own yacht.
    execute format('create policy worker on %I to celeste_worker using (yacht_id = (select celeste_yacht_id())) with check (yacht_id = (select celeste_yacht_id()))', name);
    execute format('grant select, insert, update, delete on %I to celeste_worker', name);
  end loop;
end $$;
revoke update, delete on audit_log from celeste_worker;

-- The definer functions and triggers run as the tables' owner, which forced security would stop.
do $$
declare
  name text;
begin
  foreach name in array array['email_threads', 'email_links', 'email_watchers'] loop
    execute format('create policy owner on %I to %I using (true) with check (true)', name, current_user);
  end loop;
end $$;

-- A person: own tokens, own mailbox.
grant select, insert, update, delete on auth_microsoft_tokens to celeste_app;
create policy person on auth_microsoft_tokens to celeste_app
  using (yacht_id = (select celeste_yacht_id()) and user_id = (select celeste_user_id()))
  with check (yacht_id = (select celeste_yacht_id()) and user_id = (select celeste_user_id()));

-- The captain and the manager ashore also see how every mailbox aboard is doing.
grant select, insert, update on email_watchers to celeste_app;
create policy person_reads on email_watchers for select to celeste_app
  using (yacht_id = (select celeste_yacht_id())
         and (user_id = (select celeste_user_id()) or (select celeste_role()) in ('captain', 'manager')));
create policy person_adds on email_watchers for insert to celeste_app
  with check (yacht_id = (select celeste_yacht_id()) and user_id = (select celeste_user_id()));
create policy person_changes on email_watchers for update to celeste_app
  using (yacht_id = (select celeste_yacht_id()) and user_id = (select celeste_user_id()))
  with check (yacht_id = (select celeste_yacht_id()) and user_id = (select celeste_user_id()));

-- A thread's own row sums up every mailbox's copies, also what one of its readers never received: of a private
-- thread a person learns only that it exists, of a linked one all of it (linked_threads).
grant select (id, yacht_id, linked_count, merged_into) on email_threads to celeste_app;
create view linked_threads with (security_barrier) as
  select id, yacht_id, subject, first_message_at, last_message_at, message_count, participants, preview, has_attachments
    from email_threads
   where linked_count > 0 and yacht_id = celeste_yacht_id();
grant select on linked_threads to celeste_app, celeste_worker;

-- Where a thread is now: an address from before a merge leads to the thread it went into.
create function celeste_thread_now(thread uuid) returns uuid language sql stable security definer
  set search_path = pg_catalog, public
  as $$ select coalesce(t.merged_into, t.id) from public.email_threads t
         where t.id = thread and t.yacht_id = public.celeste_yacht_id() $$;
-- Whose mailbox a linked mail is in: its address, and nothing else of the watcher.
create function celeste_mailbox_address(watcher uuid) returns text language sql stable security definer
  set search_path = pg_catalog, public
  as $$ select w.mailbox from public.email_watchers w
         where w.id = watcher and w.yacht_id = public.celeste_yacht_id() $$;

grant select on email_folders, email_thread_mailboxes, email_messages, email_attachments to celeste_app;
create policy person on email_folders for select to celeste_app
  using (yacht_id = (select celeste_yacht_id()) and user_id = (select celeste_user_id()));
create policy person on email_thread_mailboxes for select to celeste_app
  using (yacht_id = (select celeste_yacht_id()) and user_id = (select celeste_user_id()));
create policy person on email_threads for select to celeste_app
  using (yacht_id = (select celeste_yacht_id())
         and (linked_count > 0
              or exists (select 1 from email_thread_mailboxes m where m.thread_id = id and m.user_id = (select celeste_user_id()))));
create policy person on email_messages for select to celeste_app
  using (yacht_id = (select celeste_yacht_id()) and celeste_may_read(user_id, is_draft, thread_id));
create policy person on email_attachments for select to celeste_app
  using (yacht_id = (select celeste_yacht_id())
         and exists (select 1 from email_messages m where m.id = email_id));

-- Links: everyone aboard reads those that hold; a suggestion, a rejection or a removal only who sees the
-- thread, or who made or decided it (and so may undo it).
grant select, insert, update on email_links to celeste_app;
create policy person_reads on email_links for select to celeste_app
  using (yacht_id = (select celeste_yacht_id())
         and (state = 'linked' or (select celeste_user_id()) in (created_by, decided_by)
              or exists (select 1 from email_threads t where t.id = thread_id)));
create policy person_adds on email_links for insert to celeste_app
  with check (yacht_id = (select celeste_yacht_id()) and (select celeste_may_link())
              and exists (select 1 from email_threads t where t.id = thread_id));
create policy person_changes on email_links for update to celeste_app
  using (yacht_id = (select celeste_yacht_id()) and (select celeste_may_link()))
  with check (yacht_id = (select celeste_yacht_id()) and (select celeste_may_link()));

grant select on pms_equipment, pms_work_orders to celeste_app;
create policy person on pms_equipment for select to celeste_app using (yacht_id = (select celeste_yacht_id()));
create policy person on pms_work_orders for select to celeste_app using (yacht_id = (select celeste_yacht_id()));

-- A person adds to the audit in their own name, and reads back only that; the captain reads all of it.
grant select, insert on audit_log to celeste_app;
create policy person_reads on audit_log for select to celeste_app
  using (yacht_id = (select celeste_yacht_id())
         and (actor_id = (select celeste_user_id())  or (select celeste_role()) in ('captain', 'manager')));
create policy person_adds on audit_log for insert to celeste_app
  with check (yacht_id = (select celeste_yacht_id()) and actor_kind = 'person' and actor_id = (select celeste_user_id()));
