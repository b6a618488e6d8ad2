-- MASTER: which mailbox is connected on which yachts. Microsoft answers four requests at a time per app and mailbox
-- (https://learn.microsoft.com/en-us/graph/throttling-limits#outlook-service-limits), whichever yacht asks; each yacht
-- counts its own in TENANT, and those about a mailbox that several have are counted here as well.

-- What a mailbox is called: the account it belongs to, an address it was shared by, the id of its inbox. Of each only
-- its SHA-256, so that nobody reads here who is on which yacht.
create table connected_mailboxes (
  yacht_id     text not null references fleet_registry on delete cascade,
  name_hash    text not null,
  -- The same for all the names of one mailbox, on all yachts.
  gate         uuid not null,
  announced_at timestamptz not null default now(),
  primary key (yacht_id, name_hash)
);
create index on connected_mailboxes (name_hash);
create index on connected_mailboxes (gate);

-- Says that a yacht has, or is about to have, the mailbox of these names: what is known of it on active yachts.
create function celeste_announce_mailbox(yacht text, names text[])
  returns table (yacht_id text, name_hash text, gate uuid) language plpgsql as $$
#variable_conflict use_column
declare
  common uuid;
begin
  -- Two yachts that connect the same mailbox at the same moment find each other.
  perform pg_advisory_xact_lock(hashtextextended('connected_mailboxes', 0));
  select gate into common from connected_mailboxes where name_hash = any (names) order by gate limit 1;
  common := coalesce(common, gen_random_uuid());
  -- What looked like two mailboxes is one.
  update connected_mailboxes set gate = common
   where gate <> common and gate in (select gate from connected_mailboxes where name_hash = any (names));
  insert into connected_mailboxes (yacht_id, name_hash, gate) select yacht, unnest(names), common
  on conflict (yacht_id, name_hash) do update set announced_at = now();
  return query select m.yacht_id, m.name_hash, m.gate
                 from connected_mailboxes m join fleet_registry f on f.yacht_id = m.yacht_id and f.active
                where m.gate = common;
end $$;

-- As email_request_places in TENANT: nothing of it is worth keeping through a crash of the server.
create unlogged table mailbox_request_places (
  id      uuid primary key,
  gate    uuid not null,
  app     text not null check (app in ('read', 'write')),
  turn    timestamptz not null,
  places  integer not null check (places between 1 and 4),
  granted boolean not null default false,
  until   timestamptz not null
);
create index on mailbox_request_places (gate, app);

-- What Microsoft told one yacht holds on all.
create table mailbox_throttles (
  gate  uuid not null,
  app   text not null check (app in ('read', 'write')),
  until timestamptz not null,
  primary key (gate, app)
);

-- Asks for leave to send a request, again and again until it is given: first come, first served, `head_start` ahead
-- of when it came. `moment` is the caller's clock, which also wrote the throttle.
create function celeste_enter_common_gate(place uuid, mailbox uuid, for_app text, wanted integer, head_start interval,
                                          moment timestamptz, out granted boolean, out quiet_until timestamptz)
  language plpgsql as $$
declare
  limit_in_flight constant integer := 4;
  own_turn timestamptz;
begin
  -- One at a time for each app and mailbox; released with the transaction.
  perform pg_advisory_xact_lock(hashtextextended(for_app || mailbox::text, 0));
  granted := false;
  select t.until into quiet_until from mailbox_throttles t
   where t.gate = mailbox and t.app = for_app and t.until > moment;
  if found then return; end if;

  delete from mailbox_request_places p where p.gate = mailbox and p.app = for_app and p.until < clock_timestamp();
  insert into mailbox_request_places (id, gate, app, turn, places, until)
  values (place, mailbox, for_app, clock_timestamp() - head_start, wanted, clock_timestamp() + interval '3 seconds')
  on conflict (id) do update set until = excluded.until
  returning turn into own_turn;
  select coalesce(sum(p.places) filter (where p.granted), 0) + wanted <= limit_in_flight
         and not coalesce(bool_or(not p.granted and (p.turn, p.id) < (own_turn, place)), false)
    into granted
    from mailbox_request_places p
   where p.gate = mailbox and p.app = for_app and p.id <> place;
  if granted then
    update mailbox_request_places p set granted = true, until = clock_timestamp() + interval '20 seconds'
     where p.id = place;
  end if;
end $$;
