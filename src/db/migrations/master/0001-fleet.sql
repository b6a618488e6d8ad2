-- MASTER: which yachts there are, who belongs to them, and sign-ins to Microsoft on their way.

create table fleet_registry (
  yacht_id            text primary key,
  yacht_name          text not null,
  tenant_key_alias    text not null unique,
  -- A JWE of the yacht's PostgreSQL URL; null: from <alias>_DATABASE_URL, or the embedded server.
  sealed_database_url text,
  active              boolean not null default true,
  created_at          timestamptz not null default now()
);

create table user_accounts (
  id           uuid not null,
  yacht_id     text not null references fleet_registry,
  role         text not null check (role in ('captain', 'chief_engineer', 'chief_officer', 'chief_steward',
                                             'purser', 'eto', 'manager', 'crew')),
  email        text not null,
  display_name text not null,
  status       text not null default 'active' check (status in ('active', 'suspended')),
  created_at   timestamptz not null default now(),
  primary key (id, yacht_id)
);
create index on user_accounts (yacht_id);
create unique index on user_accounts (yacht_id, lower(email));

-- One row per trip to Microsoft's sign-in page. The state itself is never stored, only its SHA-256.
create table oauth_states (
  state_hash        text primary key,
  user_id           uuid not null,
  yacht_id          text not null references fleet_registry,
  session_id        text not null,
  purpose           text not null check (purpose in ('read', 'write')),
  sealed_verifier   text not null,
  nonce             text not null,
  redirect_uri      text not null,
  created_at        timestamptz not null default now(),
  expires_at        timestamptz not null,
  used_at           timestamptz,
  -- How it ended, so that reloading the callback page repeats the answer instead of the exchange.
  outcome           text,
  -- Tokens of a second Microsoft account, sealed, until the person says which account is meant.
  sealed_pending    text
);
create index on oauth_states (expires_at);
