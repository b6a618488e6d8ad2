// The rows of the MASTER database, as its migrations (src/db/migrations/master) make them.
// The auth_ tables belong to better-auth: only what adding a person writes is here. The queue's schema is
// pg-boss's own.
import type { ColumnType, Generated } from 'kysely';

import type { Role } from './roles.ts';

type Timestamp = ColumnType<Date, Date | string, Date | string>;
type GeneratedTimestamp = ColumnType<Date, Date | string | undefined, Date | string>;

export interface FleetRegistryTable {
  yacht_id: string;
  yacht_name: string;
  tenant_key_alias: string;
  sealed_database_url: string | null;
  active: Generated<boolean>;
  created_at: GeneratedTimestamp;
}

/** Rows come by themselves with those of fleet_registry. */
export interface YachtScheduleTable {
  yacht_id: string;
  next_look_at: GeneratedTimestamp;
  failures: Generated<number>;
}

export interface YachtStandingsTable {
  yacht_id: string;
  states: ColumnType<Record<string, number>, string, string>;
  oldest_complete_up_to: Timestamp | null;
  seen_at: Timestamp;
}

export interface UserAccountsTable {
  id: string;
  yacht_id: string;
  role: Role;
  email: string;
  display_name: string;
  status: Generated<'active' | 'suspended'>;
  is_demo: Generated<boolean>;
  created_at: GeneratedTimestamp;
}

export interface OauthStatesTable {
  state_hash: string;
  user_id: string;
  yacht_id: string;
  session_id: string;
  purpose: 'read' | 'write';
  sealed_verifier: string;
  nonce: string;
  redirect_uri: string;
  created_at: GeneratedTimestamp;
  expires_at: Timestamp;
  used_at: Timestamp | null;
  outcome: string | null;
  sealed_pending: string | null;
}

export interface GraphSubscriptionsTable {
  key: string;
  yacht_id: string;
  watcher_id: string;
  client_state_hash: string;
  subscription_id: string | null;
  state: Generated<string>;
  created_at: GeneratedTimestamp;
  nudge_due_at: Timestamp | null;
  nudge_version: Generated<string>;
  lifecycle_events: Generated<string[]>;
}

export interface ConnectedMailboxesTable {
  yacht_id: string;
  name_hash: string;
  gate: string;
  announced_at: GeneratedTimestamp;
}

/** Read and written by `celeste_enter_common_gate` and the few statements beside it. */
export interface MailboxRequestPlacesTable {
  id: string;
  gate: string;
  app: 'read' | 'write';
  turn: Timestamp;
  places: number;
  granted: Generated<boolean>;
  until: Timestamp;
}

export interface MailboxThrottlesTable {
  gate: string;
  app: 'read' | 'write';
  until: Timestamp;
}

export interface AuthUsersTable {
  id: string;
  name: string;
  email: string;
  email_verified: Generated<boolean>;
}

export interface AuthAccountsTable {
  id: Generated<string>;
  user_id: string;
  account_id: string;
  provider_id: string;
  password: string | null;
  updated_at: GeneratedTimestamp;
}

export interface AuthSessionsTable {
  id: string;
  expires_at: Timestamp;
}

export interface MasterSchema {
  auth_sessions: AuthSessionsTable;
  auth_users: AuthUsersTable;
  auth_accounts: AuthAccountsTable;
  fleet_registry: FleetRegistryTable;
  yacht_schedule: YachtScheduleTable;
  yacht_standings: YachtStandingsTable;
  user_accounts: UserAccountsTable;
  oauth_states: OauthStatesTable;
  graph_subscriptions: GraphSubscriptionsTable;
  connected_mailboxes: ConnectedMailboxesTable;
  mailbox_request_places: MailboxRequestPlacesTable;
  mailbox_throttles: MailboxThrottlesTable;
}
