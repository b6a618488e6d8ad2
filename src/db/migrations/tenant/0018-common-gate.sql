-- A mailbox that is connected on another yacht too has its requests counted in MASTER as well, at this gate; null: it
-- is not. Whoever connects it on the second yacht writes it here, and whoever asks for leave is told.
alter table email_watchers add column common_gate uuid;

drop function celeste_enter_gate(uuid, uuid, text, integer, text, timestamptz);
-- Asks for leave to send a request, again and again until it is given. Whoever holds the watcher's lease has three
-- of the read app's four places by that alone and asks for `wanted` more: none for an ordinary request, one for a
-- batch, which Microsoft runs four at a time. Everybody else asks for one, and finds one free at the next answer
-- even while the mailbox is synced. `moment` is the caller's clock, which also wrote the watcher's throttle.
-- `common`: the gate in MASTER that is to be passed as well.
create function celeste_enter_gate(place uuid, watcher uuid, for_app text, wanted integer, lease text, moment timestamptz,
                                   out granted boolean, out quiet_until timestamptz, out common uuid) language plpgsql as $$
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
  common := w.common_gate;
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
