-- MASTER: how the mailboxes of each yacht stood when a worker last looked after them, so that every process can say how
-- the fleet stands. Figures only; what they count is in TENANT.

create table yacht_standings (
  yacht_id              text primary key references fleet_registry on delete cascade,
  -- Mailboxes by state.
  states                jsonb not null,
  -- Of those that should be in sync, what the one furthest behind is complete up to. Null: none is complete.
  oldest_complete_up_to timestamptz,
  seen_at               timestamptz not null
);
