-- TENANT: the maintenance records (CelesteOS's own tables), the links to them, and the audit.

create table pms_equipment (
  id            uuid primary key default gen_random_uuid(),
  yacht_id      text not null,
  name          text not null,
  code          text not null,
  manufacturer  text,
  model         text,
  serial_number text,
  location      text,
  system        text,
  parent_id     uuid references pms_equipment,
  criticality   text check (criticality in ('critical', 'important', 'routine')),
  running_hours integer,
  created_at    timestamptz not null default now(),
  unique (yacht_id, code)
);
create index on pms_equipment (parent_id);

create table pms_work_orders (
  id           uuid primary key default gen_random_uuid(),
  yacht_id     text not null,
  wo_number    text not null,
  title        text not null,
  description  text,
  status       text not null check (status in ('planned', 'open', 'in_progress', 'waiting_parts', 'on_hold', 'completed', 'cancelled')),
  priority     text not null default 'routine' check (priority in ('routine', 'important', 'urgent', 'critical')),
  equipment_id uuid references pms_equipment,
  assigned_to  text,
  due_date     date,
  completed_at timestamptz,
  created_at   timestamptz not null default now(),
  updated_at   timestamptz not null default now(),
  unique (yacht_id, wo_number)
);
create index on pms_work_orders (equipment_id);

create table email_links (
  id          uuid primary key default gen_random_uuid(),
  yacht_id    text not null,
  thread_id   uuid not null references email_threads,
  message_id  uuid references email_messages on delete set null, -- the mail that gave the reason
  target_type text not null check (target_type in ('work_order', 'equipment')),
  target_id   uuid not null,
  state       text not null check (state in ('suggested', 'linked', 'rejected', 'removed')),
  source      text not null check (source in ('person', 'rule', 'model')),
  confidence  real not null check (confidence between 0 and 1),
  evidence    jsonb not null default '[]',
  created_by  uuid,
  created_at  timestamptz not null default now(),
  decided_by  uuid,
  decided_at  timestamptz,
  unique (thread_id, target_type, target_id)
);
create index on email_links (target_type, target_id) where state = 'linked';

-- Who changed what, for good: nothing updates or deletes a row of it.
create table audit_log (
  id          bigint generated always as identity primary key,
  yacht_id    text not null,
  at          timestamptz not null default now(),
  actor_kind  text not null check (actor_kind in ('person', 'rule', 'worker')),
  actor_id    uuid,
  action      text not null,
  target_type text not null,
  target_id   text not null,
  before      jsonb,
  after       jsonb
);
create index on audit_log (target_type, target_id, id desc);

create function celeste_audit_is_append_only() returns trigger language plpgsql
  as $$ begin raise exception 'audit_log is append-only'; end $$;
create trigger audit_log_is_append_only before update or delete or truncate on audit_log
  for each statement execute function celeste_audit_is_append_only();

-- A thread counts its own links, whoever makes them: visibility hangs on it.
create function celeste_count_links() returns trigger language plpgsql security definer
  set search_path = pg_catalog, public
as $$
declare
  threads uuid[] := case tg_op
    when 'INSERT' then array[new.thread_id]
    when 'DELETE' then array[old.thread_id]
    else array[old.thread_id, new.thread_id] end;
begin
  update public.email_threads t
     set linked_count = (select count(*) from public.email_links l where l.thread_id = t.id and l.state = 'linked')
   where t.id = any (threads);
  return null;
end $$;
create trigger email_links_are_counted after insert or update or delete on email_links
  for each row execute function celeste_count_links();
