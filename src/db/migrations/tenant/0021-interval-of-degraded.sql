-- A mailbox that goes on without a folder is degraded and keeps to its interval: a shorter one brings it forward too.
create or replace function celeste_set_sync_interval(watcher uuid, minutes integer, due timestamptz) returns integer
  language sql volatile security definer set search_path = pg_catalog, public
  as $$
    update public.email_watchers w
       set sync_interval_minutes = minutes,
           next_sync_at = case when w.sync_status in ('pending', 'active') or (w.sync_status = 'degraded' and w.failures = 0)
                               then least(w.next_sync_at, due) else w.next_sync_at end
      from (select id, sync_interval_minutes from public.email_watchers where id = watcher for update) before
     where w.id = before.id and w.yacht_id = public.celeste_yacht_id()
       and (w.user_id = public.celeste_user_id() or public.celeste_role() = 'captain')
    returning before.sync_interval_minutes
  $$;
