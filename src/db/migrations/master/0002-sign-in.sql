-- MASTER: the built-in sign-in. The auth_ tables are better-auth's (its models, our names); a person who
-- may sign in here has the same id in auth_users as in user_accounts. Who comes with a bearer token needs
-- no row here.

-- Seeded for the demo: these, and only these, may be signed in as without a password, in demo mode.
alter table user_accounts add column is_demo boolean not null default false;

create table auth_users (
  id             uuid primary key default gen_random_uuid(),
  name           text not null,
  email          text not null unique,
  email_verified boolean not null default false,
  image          text,
  created_at     timestamptz not null default now(),
  updated_at     timestamptz not null default now()
);

create table auth_sessions (
  id         uuid primary key default gen_random_uuid(),
  user_id    uuid not null references auth_users on delete cascade,
  token      text not null unique,
  expires_at timestamptz not null,
  ip_address text,
  user_agent text,
  created_at timestamptz not null default now(),
  updated_at timestamptz not null default now()
);
create index on auth_sessions (user_id);

-- How a person proves who they are: provider_id 'credential' holds the password's hash.
create table auth_accounts (
  id                       uuid primary key default gen_random_uuid(),
  user_id                  uuid not null references auth_users on delete cascade,
  account_id               text not null,
  provider_id              text not null,
  access_token             text,
  refresh_token            text,
  id_token                 text,
  access_token_expires_at  timestamptz,
  refresh_token_expires_at timestamptz,
  scope                    text,
  password                 text,
  created_at               timestamptz not null default now(),
  updated_at               timestamptz not null default now(),
  unique (provider_id, account_id)
);
create index on auth_accounts (user_id);

create table auth_verifications (
  id         uuid primary key default gen_random_uuid(),
  identifier text not null,
  value      text not null,
  expires_at timestamptz not null,
  created_at timestamptz not null default now(),
  updated_at timestamptz not null default now()
);
create index on auth_verifications (identifier);

create table auth_rate_limits (
  id           uuid primary key default gen_random_uuid(),
  key          text not null unique,
  count        integer not null,
  last_request bigint not null
);
