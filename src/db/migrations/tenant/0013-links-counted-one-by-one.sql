-- A count made while another link of the same thread is being written does not see that one: two people who took a
-- thread's last two links off it at once left it readable by everyone aboard. Whoever counts first holds the thread,
-- and the count, a statement of its own, sees what was committed until then.
create or replace function celeste_count_links() returns trigger language plpgsql security definer
  set search_path = pg_catalog, public
as $$
declare
  threads uuid[] := case tg_op
    when 'INSERT' then array[new.thread_id]
    when 'DELETE' then array[old.thread_id]
    else array[old.thread_id, new.thread_id] end;
begin
  -- Not `for update`: whoever adds a link holds the thread's key already.
  perform 1 from public.email_threads t where t.id = any (threads) order by t.id for no key update;
  update public.email_threads t
     set linked_count = (select count(*) from public.email_links l where l.thread_id = t.id and l.state = 'linked')
   where t.id = any (threads);
  return null;
end $$;

update email_threads t
   set linked_count = counted.n
  from (select e.id, count(l.id) as n
          from email_threads e left join email_links l on l.thread_id = e.id and l.state = 'linked'
         group by e.id) counted
 where counted.id = t.id and counted.n <> t.linked_count;
