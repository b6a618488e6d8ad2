-- TENANT: who may send Microsoft a request now. Microsoft answers four at a time per app and mailbox
-- (https://learn.microsoft.com/en-us/graph/throttling-limits#outlook-service-limits); these rows count them over
-- all processes. Nothing of it is worth keeping through a crash of the server, so it is not written ahead.

alter table email_watchers add column write_throttled_until timestamptz; -- throttled_until is the read app's

create unlogged table email_request_places (
  id          uuid primary key,
  watcher_id  uuid not null, -- without a reference, whose check would write to the watcher's row
  user_id     uuid not null,
  yacht_id    text not null,
  app         text not null check (app in ('read', 'write')),
  turn        bigint generated always as identity, -- first come, first served
  places      integer not null check (places between 1 and 4),
  lease_owner text,                                -- set: it is valid as long as that lease
  granted     boolean not null default false,
  until       timestamptz not null
);
create index on email_request_places (watcher_id, app);

alter table email_request_places enable row level security;
alter table email_request_places force row level security;
create policy worker on email_request_places to celeste_worker
  using (yacht_id = (select celeste_yacht_id())) with check (yacht_id = (select celeste_yacht_id()));
grant select, insert, update, delete on email_request_places to celeste_worker;

-- Asks for leave to send a request, again and again until it is given. Whoever holds the watcher's lease has three
-- of the read app's four places by that alone and asks for `wanted` more: none for an ordinary request, one for a
-- batch, which Microsoft runs four at a time. Everybody else asks for one, and finds one free at the next answer
-- even while the mailbox is synced. `moment` is the caller's clock, which also wrote the watcher's throttle.
create function celeste_enter_gate(place uuid, watcher uuid, for_app text, wanted integer, lease text, moment timestamptz,
                                   out granted boolean, out quiet_until timestamptz) language plpgsql as $$
declare
  limit_in_flight constant integer := 4;
  of_the_lease    constant integer := 3;
  w         email_watchers%rowtype;
  leased    boolean;
  others    integer;
  contested boolean;
  own_turn  bigint;
begin
  -- One at a time for each app and mailbox; released with the transaction.
  perform pg_advisory_xact_lock(hashtextextended(for_app || watcher::text, 0));
  select * into w from email_watchers where id = watcher;
  quiet_until := case when for_app = 'read' then w.throttled_until else w.write_throttled_until end;
  granted := not found;
  if granted or quiet_until > moment then return; end if;
  quiet_until := null;

  leased := for_app = 'read' and coalesce(w.lease_until > clock_timestamp(), false);
  if lease is not null and not (leased and lease = w.lease_owner) then return; end if;
  delete from email_request_places p
   where p.watcher_id = watcher and p.app = for_app
     and (p.until < clock_timestamp() or (p.lease_owner is not null and not (leased and p.lease_owner = w.lease_owner)));
  select coalesce(sum(p.places) filter (where p.granted), 0), coalesce(bool_or(not p.granted), false) into others, contested
    from email_request_places p
   where p.watcher_id = watcher and p.app = for_app and p.id <> place;
  if leased then others := others + of_the_lease; end if;

  if wanted = 0 then
    granted := others <= limit_in_flight;
    return;
  end if;
  -- Whoever comes again while another waits goes behind.
  if contested then delete from email_request_places p where p.id = place and p.granted; end if;
  insert into email_request_places (id, watcher_id, user_id, yacht_id, app, places, lease_owner, until)
  values (place, watcher, w.user_id, w.yacht_id, for_app, wanted, lease, clock_timestamp() + interval '3 seconds')
  on conflict (id) do update set until = excluded.until
  returning turn into own_turn;
  granted := others + wanted <= limit_in_flight
    and not (contested and exists (select from email_request_places p
                                    where p.watcher_id = watcher and p.app = for_app and not p.granted and p.turn < own_turn));
  if granted then
    update email_request_places p set granted = true, until = clock_timestamp() + interval '20 seconds' where p.id = place;
  end if;
end $$;
