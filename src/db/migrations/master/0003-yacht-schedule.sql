-- MASTER: when to look at which yacht next, so that a thousand databases need not be asked every few seconds what
-- is due there. Only a hint: due times are facts in TENANT, and a look too many costs one question. Never a look
-- too few: whoever makes something due earlier says so here, and no time here is further off than the slowest look.

create table yacht_schedule (
  yacht_id     text primary key references fleet_registry on delete cascade,
  next_look_at timestamptz not null default now(),
  -- Looks in a row that found its database away.
  failures     integer not null default 0
);
create index on yacht_schedule ((failures > 0), next_look_at);
insert into yacht_schedule (yacht_id) select yacht_id from fleet_registry;

create function celeste_schedule_yacht() returns trigger language plpgsql as $$
begin
  insert into yacht_schedule (yacht_id) values (new.yacht_id)
  on conflict (yacht_id) do update set next_look_at = now(), failures = 0;
  return null;
end $$;
-- A new yacht is looked at at once, and so is one that was switched on or moved.
create trigger schedule after insert or update of active, tenant_key_alias, sealed_database_url on fleet_registry
  for each row execute function celeste_schedule_yacht();
