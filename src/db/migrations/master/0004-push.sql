-- MASTER: which mailbox a notification of Microsoft's is about, and the notifications nobody has acted on yet.

create table graph_subscriptions (
  -- The half of the clientState that names this row; it also stands in the subscription's notificationUrl.
  key                uuid primary key,
  yacht_id           text not null references fleet_registry,
  watcher_id         uuid not null,
  -- SHA-256 of the secret half, which only Microsoft keeps.
  client_state_hash  text not null,
  -- Microsoft's id; null until the call that creates it has returned.
  subscription_id    text,
  -- As the watcher's row in TENANT says, for counting over the fleet.
  state              text not null default 'creating',
  created_at         timestamptz not null default now(),
  -- What was notified and not yet taken over into TENANT: null, nothing; in the past, wanting to be taken; in the
  -- future, a worker is at it or shall try again then.
  nudge_due_at       timestamptz,
  -- Counts what was stored, so that a worker clears only what it has seen.
  nudge_version      bigint not null default 0,
  lifecycle_events   text[] not null default '{}'
);
create index on graph_subscriptions (nudge_due_at) where nudge_due_at is not null;
create index on graph_subscriptions (watcher_id);
