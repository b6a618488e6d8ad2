-- TENANT: the mailboxes connected aboard, the copy of their mail, and the threads it makes.

create table auth_microsoft_tokens (
  id                      uuid primary key default gen_random_uuid(),
  user_id                 uuid not null,
  yacht_id                text not null,
  provider                text not null default 'microsoft',
  token_purpose           text not null check (token_purpose in ('read', 'write')),
  microsoft_access_token  text not null,  -- sealed
  microsoft_refresh_token text,           -- sealed
  token_expires_at        timestamptz not null,
  scopes                  text[] not null,
  microsoft_user_id       text not null,  -- '<tenant id>.<object id>'
  microsoft_email         text,
  is_revoked              boolean not null default false,
  revoked_reason          text,
  refreshed_at            timestamptz,
  refresh_failures        integer not null default 0,
  refresh_error           text,
  created_at              timestamptz not null default now(),
  updated_at              timestamptz not null default now(),
  unique (user_id, yacht_id, provider, token_purpose)
);

create table email_watchers (
  id                    uuid primary key default gen_random_uuid(),
  user_id               uuid not null,
  yacht_id              text not null,
  provider              text not null default 'microsoft',
  mailbox               text not null,
  microsoft_user_id     text not null,
  sync_status           text not null default 'pending'
                        check (sync_status in ('pending', 'active', 'degraded', 'reauth_required', 'paused', 'disconnected')),
  last_sync_at          timestamptz,
  last_sync_error       text,
  last_sync_error_code  text,
  next_sync_at          timestamptz default now(),
  throttled_until       timestamptz,
  sync_interval_minutes integer not null default 15 check (sync_interval_minutes > 0),
  failures              integer not null default 0,
  -- Everything Microsoft had before this moment is in our rows.
  complete_up_to        timestamptz,
  first_synced_at       timestamptz,
  folders_delta_link    text,
  last_round            jsonb,            -- requests, changes, milliseconds
  -- How far the first sync is, written with each page.
  messages_done         integer not null default 0,
  messages_total        integer not null default 0,
  folders_done          integer not null default 0,
  folders_total         integer not null default 0,
  lease_owner           text,
  lease_until           timestamptz,
  subscription_id       text,
  subscription_state    text,
  subscription_expires_at timestamptz,
  created_at            timestamptz not null default now(),
  unique (yacht_id, provider, microsoft_user_id)
);
create index on email_watchers (next_sync_at) where sync_status in ('pending', 'active', 'degraded');
create index on email_watchers (user_id);

create table email_folders (
  id                 uuid primary key default gen_random_uuid(),
  watcher_id         uuid not null references email_watchers on delete cascade,
  user_id            uuid not null,
  yacht_id           text not null,
  provider_folder_id text collate "C" not null,
  parent_folder_id   text collate "C",
  display_name       text not null,
  well_known_name    text,
  is_hidden          boolean not null default false,
  is_search          boolean not null default false,
  -- False in Junk, Deleted Items, Drafts, Outbox and below them: kept, but not shown in the inbox.
  in_inbox           boolean not null default true,
  phase              text not null default 'pending' check (phase in ('pending', 'initial', 'delta')),
  next_link          text,
  delta_link         text,
  -- Counts this folder's initial rounds; a message not seen in the newest one may be gone.
  round              integer not null default 0,
  total_item_count   integer not null default 0,
  unread_item_count  integer not null default 0,
  messages_done      integer not null default 0,
  synced_at          timestamptz,
  last_error         text,
  removed_at         timestamptz,
  unique (watcher_id, provider_folder_id)
);

create table email_threads (
  id               uuid primary key default gen_random_uuid(),
  yacht_id         text not null,
  subject          text,
  first_message_at timestamptz,
  last_message_at  timestamptz,
  message_count    integer not null default 0,
  participants     jsonb not null default '[]',
  preview          text,
  has_attachments  boolean not null default false,
  linked_count     integer not null default 0,
  needs_matching   boolean not null default true,
  matched_at       timestamptz,
  merged_into      uuid references email_threads on delete cascade,
  created_at       timestamptz not null default now(),
  updated_at       timestamptz not null default now()
);
create index on email_threads (id) where needs_matching;
create index on email_threads (merged_into) where merged_into is not null;

-- The inbox: what one mailbox knows of a thread. Private to its owner, so nothing here comes from
-- another mailbox's copies.
create table email_thread_mailboxes (
  thread_id       uuid not null references email_threads on delete cascade,
  watcher_id      uuid not null references email_watchers on delete cascade,
  user_id         uuid not null,
  yacht_id        text not null,
  subject         text,
  preview         text,
  participants    jsonb not null default '[]',
  last_message_at timestamptz not null,
  latest_email_id uuid,
  message_count   integer not null default 0,
  unread_count    integer not null default 0,
  has_attachments boolean not null default false,
  in_inbox        boolean not null default true,
  primary key (thread_id, watcher_id)
);
create index on email_thread_mailboxes (watcher_id, last_message_at desc, thread_id desc) where in_inbox;
create index on email_thread_mailboxes (watcher_id, last_message_at desc, thread_id desc) where in_inbox and unread_count > 0;

create table email_messages (
  id                   uuid primary key default gen_random_uuid(),
  watcher_id           uuid not null references email_watchers on delete cascade,
  thread_id            uuid not null references email_threads,
  user_id              uuid not null,
  yacht_id             text not null,
  provider             text not null default 'microsoft',
  message_id           text collate "C" not null,
  change_key           text,
  internet_message_id  text,
  conversation_id      text collate "C",
  conversation_index   text,
  subject              text,
  body_preview         text,
  body_content         text,
  body_content_type    text,
  body_text            text,
  from_address         text,
  from_name            text,
  sender_address       text,
  to_addresses         jsonb not null default '[]',
  cc_addresses         jsonb not null default '[]',
  bcc_addresses        jsonb not null default '[]',
  reply_to_addresses   jsonb not null default '[]',
  sent_at              timestamptz,
  received_at          timestamptz,
  has_attachments      boolean not null default false,
  is_read              boolean not null default false,
  is_draft             boolean not null default false,
  importance           text,
  inference_classification text,
  categories           text[] not null default '{}',
  flag                 jsonb,
  graph_type           text,             -- '#microsoft.graph.eventMessageRequest' and its like
  web_link             text,
  parent_folder_id     text collate "C", -- Graph's id of the folder it is in
  -- The folder's initial round that saw this message last; see email_folders.round.
  seen_round           integer not null default 0,
  -- A tombstone or a missing row says it may be gone; it goes once Microsoft has been asked.
  removal_suspected_at timestamptz,
  removed_at           timestamptz,
  synced_at            timestamptz not null default now(),
  sync_level           text not null default 'full' check (sync_level in ('full', 'partial')),
  unique (message_id, provider, yacht_id)
);
-- What tells rows apart comes first: a yacht's database holds one yacht_id and a handful of watchers, and a planner
-- that has no statistics yet (a first sync) would take an index that begins with those for a selective one.
create index on email_messages (thread_id, received_at);
create index on email_messages (conversation_id, watcher_id);
create index on email_messages (internet_message_id);
create index on email_messages (watcher_id, parent_folder_id);
create index on email_messages (watcher_id) where removal_suspected_at is not null;

create table email_attachments (
  id                     uuid primary key default gen_random_uuid(),
  email_id               uuid not null references email_messages on delete cascade,
  user_id                uuid not null,
  yacht_id               text not null,
  provider_attachment_id text collate "C" not null,
  kind                   text not null check (kind in ('file', 'item', 'reference')),
  name                   text,
  content_type           text,
  size_bytes             integer not null default 0,
  is_inline              boolean not null default false,
  content_id             text,
  synced_at              timestamptz not null default now(),
  unique (email_id, provider_attachment_id)
);
