-- Shared and role mailboxes (engineering@…): opened with the consent of the person who added them, read by the
-- people on a list of their own. So the rule for mail asks which mailboxes a person reads, not whose a row is.

alter table email_watchers
  add column kind text not null default 'own' check (kind in ('own', 'shared')),
  -- Of a shared mailbox: the Microsoft account whose consent opens it. An own mailbox is opened with its own.
  add column account_id text check ((account_id is null) = (kind = 'own'));

create table email_mailbox_readers (
  watcher_id uuid not null references email_watchers on delete cascade,
  user_id    uuid not null,
  yacht_id   text not null,
  added_by   uuid not null,
  added_at   timestamptz not null default now(),
  primary key (watcher_id, user_id)
);
create index on email_mailbox_readers (user_id);

alter table email_mailbox_readers enable row level security;
alter table email_mailbox_readers force row level security;
create policy worker on email_mailbox_readers to celeste_worker
  using (yacht_id = (select celeste_yacht_id())) with check (yacht_id = (select celeste_yacht_id()));
grant select, insert, update, delete on email_mailbox_readers to celeste_worker;
do $$ begin
  execute format('create policy owner on email_mailbox_readers to %I using (true) with check (true)', current_user);
end $$;

-- The mailboxes the caller reads: their own, and the shared ones that list them.
create function celeste_mailboxes() returns uuid[] language sql stable security definer
  set search_path = pg_catalog, public
as $$
  select coalesce(array_agg(w.id), '{}')
    from public.email_watchers w
   where w.yacht_id = public.celeste_yacht_id()
     and case w.kind
           when 'own' then w.user_id = public.celeste_user_id()
           else exists (select 1 from public.email_mailbox_readers r
                         where r.watcher_id = w.id and r.user_id = public.celeste_user_id()) end
$$;

-- Readers see who else reads with them; the captain and the manager, who reads which shared mailbox.
grant select on email_mailbox_readers to celeste_app;
create policy person_reads on email_mailbox_readers for select to celeste_app
  using (yacht_id = (select celeste_yacht_id())
         and (watcher_id = any ((select celeste_mailboxes())::uuid[])
              or (select celeste_role()) in ('captain', 'manager')));

drop policy person_reads on email_watchers;
create policy person_reads on email_watchers for select to celeste_app
  using (yacht_id = (select celeste_yacht_id())
         and (id = any ((select celeste_mailboxes())::uuid[]) or user_id = (select celeste_user_id())
              or (select celeste_role()) in ('captain', 'manager')));
drop policy person_changes on email_watchers;
create policy person_changes on email_watchers for update to celeste_app
  using (yacht_id = (select celeste_yacht_id()) and id = any ((select celeste_mailboxes())::uuid[]))
  with check (yacht_id = (select celeste_yacht_id()) and id = any ((select celeste_mailboxes())::uuid[]));

drop policy person on email_folders;
create policy person on email_folders for select to celeste_app
  using (yacht_id = (select celeste_yacht_id()) and watcher_id = any ((select celeste_mailboxes())::uuid[]));
drop policy person on email_thread_mailboxes;
create policy person on email_thread_mailboxes for select to celeste_app
  using (yacht_id = (select celeste_yacht_id()) and watcher_id = any ((select celeste_mailboxes())::uuid[]));
drop policy person on email_threads;
create policy person on email_threads for select to celeste_app
  using (yacht_id = (select celeste_yacht_id())
         and (linked_count > 0 or exists (select 1 from email_thread_mailboxes m where m.thread_id = id)));

-- The rule for mail: in a mailbox the caller reads, or, when its thread is linked to a record, everyone aboard's
-- (never a draft).
drop policy person on email_messages;
drop function celeste_may_read(uuid, boolean, uuid);
create function celeste_may_read(in_own_mailbox boolean, draft boolean, thread uuid) returns boolean
  language sql stable
  as $$ select in_own_mailbox or (not draft and celeste_thread_is_linked(thread)) $$;
create policy person on email_messages for select to celeste_app
  using (yacht_id = (select celeste_yacht_id())
         and celeste_may_read(watcher_id = any ((select celeste_mailboxes())::uuid[]), is_draft, thread_id));
