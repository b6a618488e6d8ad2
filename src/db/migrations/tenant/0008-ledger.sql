-- What happened to each mailbox, for people: its rounds, the gaps in what we knew and how they were filled, and what
-- somebody should be told. Figures and states, never mail: whoever may see a watcher may see these of it.

alter table email_watchers
  -- Why next_sync_at is when it is.
  add column next_sync_trigger text not null default 'schedule'
    check (next_sync_trigger in ('schedule', 'person', 'push', 'retry')),
  -- From when on it should be in sync: connected, resumed. What was missed before that was meant.
  add column expected_from timestamptz not null default now(),
  -- When the counts of its folders are compared with Microsoft's, and when they last were. Spread over a day, so
  -- that mailboxes connected together are not compared together.
  add column next_reconcile_at timestamptz not null default now() + (0.5 + random() / 2) * interval '1 day',
  add column reconciled_at timestamptz;

create table email_rounds (
  id           uuid primary key default gen_random_uuid(),
  watcher_id   uuid not null references email_watchers on delete cascade,
  user_id      uuid not null,
  yacht_id     text not null,
  started_at   timestamptz not null,
  ended_at     timestamptz not null,
  trigger      text not null check (trigger in ('first', 'schedule', 'person', 'push', 'retry')),
  outcome      text not null check (outcome in ('synced', 'degraded', 'throttled', 'reauth_required', 'interrupted')),
  code         text,
  requests     integer not null,
  changes      integer not null,
  milliseconds integer not null
);
create index on email_rounds (watcher_id, ended_at);
create index on email_rounds (ended_at);

create table email_gaps (
  id          uuid primary key default gen_random_uuid(),
  watcher_id  uuid not null references email_watchers on delete cascade,
  -- Null: the mailbox as a whole.
  folder_id   uuid references email_folders on delete cascade,
  user_id     uuid not null,
  yacht_id    text not null,
  kind        text not null
              check (kind in ('cursor_lost', 'push_missed', 'subscription_removed', 'outage', 'count_mismatch')),
  -- A code that says more: the fault behind an outage, how Microsoft worded a dead cursor.
  detail      text,
  noticed_at  timestamptz not null,
  -- Nothing was missing before this moment. Null: the first sync had not ended.
  since       timestamptz,
  -- Changes found while it was filled.
  found       integer not null default 0,
  repaired_at timestamptz
);
create unique index email_gaps_open on email_gaps (watcher_id, kind, folder_id) nulls not distinct
  where repaired_at is null;
create index on email_gaps (watcher_id, noticed_at desc);

create table email_notices (
  id         uuid primary key default gen_random_uuid(),
  watcher_id uuid not null references email_watchers on delete cascade,
  user_id    uuid not null,
  yacht_id   text not null,
  kind       text not null check (kind in ('consent_lost', 'stale')),
  raised_at  timestamptz not null,
  mended_at  timestamptz
);
create unique index email_notices_open on email_notices (watcher_id, kind) where mended_at is null;

-- What the comparison of counts knows of a folder; Microsoft counts items of every kind, of which some are no mail.
create table email_folder_counts (
  folder_id      uuid primary key references email_folders on delete cascade,
  user_id        uuid not null,
  yacht_id       text not null,
  -- Items (and unread ones) that Microsoft counts there and that are no mail.
  other_total    integer not null default 0,
  other_unread   integer not null default 0,
  -- By how much the last look differed; believed when the next one says the same.
  differs_total  integer not null default 0,
  differs_unread integer not null default 0,
  looked_at      timestamptz not null
);

do $$
declare
  name text;
begin
  foreach name in array array['email_rounds', 'email_gaps', 'email_notices', 'email_folder_counts'] loop
    execute format('alter table %I enable row level security', name);
    execute format('alter table %I force row level security', name);
    execute format('create policy worker on %I to celeste_worker using (yacht_id = (select celeste_yacht_id())) with check (yacht_id = (select celeste_yacht_id()))', name);
    execute format('grant select, insert, update, delete on %I to celeste_worker', name);
  end loop;
  foreach name in array array['email_rounds', 'email_gaps', 'email_notices'] loop
    -- The watcher's own policy decides: its owner, the captain, the manager.
    execute format('create policy person on %I for select to celeste_app using (yacht_id = (select celeste_yacht_id()) and exists (select 1 from email_watchers w where w.id = watcher_id))', name);
    execute format('grant select on %I to celeste_app', name);
  end loop;
end $$;

-- How often a mailbox is looked at: its owner decides, or the captain, who may change nothing else of it.
create function celeste_set_sync_interval(watcher uuid, minutes integer, due timestamptz) returns integer
  language sql volatile security definer set search_path = pg_catalog, public
  as $$
    update public.email_watchers w
       set sync_interval_minutes = minutes,
           next_sync_at = case when w.sync_status in ('pending', 'active') then least(w.next_sync_at, due) else w.next_sync_at end
      from (select id, sync_interval_minutes from public.email_watchers where id = watcher for update) before
     where w.id = before.id and w.yacht_id = public.celeste_yacht_id()
       and (w.user_id = public.celeste_user_id() or public.celeste_role() = 'captain')
    returning before.sync_interval_minutes
  $$;
