// The rows of a TENANT database, as its migrations (src/db/migrations/tenant) make them.
import type { ColumnType, Generated } from 'kysely';

type Timestamp = ColumnType<Date, Date | string, Date | string>;
type GeneratedTimestamp = ColumnType<Date, Date | string | undefined, Date | string>;
/** jsonb columns: read as their value, written as JSON text. */
type NullableJson<T> = ColumnType<T | null, string | null, string | null>;
type GeneratedJson<T> = ColumnType<T, string | undefined, string>;

export type TokenPurpose = 'read' | 'write';
export type SyncStatus = 'pending' | 'active' | 'degraded' | 'reauth_required' | 'paused' | 'disconnected';
export type SubscriptionState =
  | 'none'
  | 'creating'
  | 'active'
  | 'renewing'
  | 'reauthorizing'
  | 'removing'
  | 'lost';
/** What is to be done about a subscription sooner than its own clock says. */
export type SubscriptionWish = 'reauthorize' | 'recreate' | 'replace';
/** A person's own mailbox, or one that several share (engineering@…). */
export type MailboxKind = 'own' | 'shared';
export type FolderPhase = 'pending' | 'initial' | 'delta';
export type LinkTarget = 'work_order' | 'equipment';
export type LinkState = 'suggested' | 'linked' | 'rejected' | 'removed';
export type LinkSource = 'person' | 'rule' | 'model';
export type WorkOrderStatus =
  | 'planned'
  | 'open'
  | 'in_progress'
  | 'waiting_parts'
  | 'on_hold'
  | 'completed'
  | 'cancelled';
export type WorkOrderPriority = 'routine' | 'important' | 'urgent' | 'critical';
export type MailAddress = { name: string | null; address: string | null };
/** Why a link was made: the signal, where it stood, and the words themselves. */
export type Evidence = { signal: string; where: 'subject' | 'body'; text: string; email_id: string };
export type RoundSummary = { requests: number; changes: number; milliseconds: number };
/** Why a mailbox is next looked at when it is. */
export type SyncTrigger = 'schedule' | 'person' | 'push' | 'retry';
export type RoundTrigger = SyncTrigger | 'first';
export type RoundOutcome = 'synced' | 'degraded' | 'throttled' | 'reauth_required' | 'interrupted';
export type GapKind =
  | 'cursor_lost'
  | 'push_missed'
  | 'subscription_removed'
  | 'outage'
  | 'count_mismatch'
  | 'folder_unread';
/** What stands on the watcher of its latest round; rows from before 0008 hold the summary alone. */
export type LastRound = RoundSummary & {
  started_at?: string;
  ended_at?: string;
  trigger?: RoundTrigger;
  outcome?: RoundOutcome;
};
export type NoticeKind = 'consent_lost' | 'write_lost' | 'stale';

export interface AuthMicrosoftTokensTable {
  id: Generated<string>;
  user_id: string;
  yacht_id: string;
  provider: Generated<string>;
  token_purpose: TokenPurpose;
  microsoft_access_token: string;
  microsoft_refresh_token: string | null;
  token_expires_at: Timestamp;
  scopes: string[];
  microsoft_user_id: string;
  microsoft_email: string | null;
  is_revoked: Generated<boolean>;
  revoked_reason: string | null;
  refreshed_at: Timestamp | null;
  refresh_failures: Generated<number>;
  refresh_error: string | null;
  reauth_claims: string | null;
  created_at: GeneratedTimestamp;
  updated_at: GeneratedTimestamp;
}

export interface EmailWatchersTable {
  id: Generated<string>;
  user_id: string;
  yacht_id: string;
  provider: Generated<string>;
  mailbox: string;
  microsoft_user_id: string;
  sync_status: Generated<SyncStatus>;
  last_sync_at: Timestamp | null;
  last_sync_error: string | null;
  last_sync_error_code: string | null;
  next_sync_at: Generated<Date | null>;
  whole_requested_at: Timestamp | null;
  throttled_until: Timestamp | null;
  write_throttled_until: Timestamp | null;
  sync_interval_minutes: Generated<number>;
  failures: Generated<number>;
  complete_up_to: Timestamp | null;
  first_synced_at: Timestamp | null;
  folders_delta_link: string | null;
  last_round: NullableJson<LastRound>;
  messages_done: Generated<number>;
  messages_total: Generated<number>;
  folders_done: Generated<number>;
  folders_total: Generated<number>;
  folders_left_out: Generated<number>;
  progress_at: Timestamp | null;
  lease_owner: string | null;
  lease_until: Timestamp | null;
  subscription_id: string | null;
  subscription_state: Generated<SubscriptionState>;
  subscription_expires_at: Timestamp | null;
  subscription_key: string | null;
  subscription_url: string | null;
  subscription_due_at: Timestamp | null;
  subscription_authorized_at: Timestamp | null;
  subscription_wish: SubscriptionWish | null;
  subscription_failures: Generated<number>;
  subscription_error_code: string | null;
  nudged_at: Timestamp | null;
  push_heard_at: Timestamp | null;
  push_untold: Generated<number>;
  push_untold_at: Timestamp | null;
  push_silent_at: Timestamp | null;
  kind: Generated<MailboxKind>;
  account_id: string | null;
  purge_requested_at: Timestamp | null;
  purged_at: Timestamp | null;
  created_at: GeneratedTimestamp;
  next_sync_trigger: Generated<SyncTrigger>;
  expected_from: GeneratedTimestamp;
  next_reconcile_at: GeneratedTimestamp;
  reconciled_at: Timestamp | null;
  common_gate: string | null;
  inbox_id: string | null;
}

export interface EmailMailboxReadersTable {
  watcher_id: string;
  user_id: string;
  yacht_id: string;
  added_by: string;
  added_at: GeneratedTimestamp;
}

/** Read and written by `celeste_enter_gate` and the few statements beside it. */
export interface EmailRequestPlacesTable {
  id: string;
  watcher_id: string;
  user_id: string;
  yacht_id: string;
  app: TokenPurpose;
  turn: Generated<string>;
  places: number;
  lease_owner: string | null;
  granted: Generated<boolean>;
  until: Timestamp;
}

export interface EmailFoldersTable {
  id: Generated<string>;
  watcher_id: string;
  user_id: string;
  yacht_id: string;
  provider_folder_id: string;
  parent_folder_id: string | null;
  display_name: string;
  well_known_name: string | null;
  is_hidden: Generated<boolean>;
  is_search: Generated<boolean>;
  in_inbox: Generated<boolean>;
  phase: Generated<FolderPhase>;
  next_link: string | null;
  delta_link: string | null;
  round: Generated<number>;
  total_item_count: Generated<number>;
  unread_item_count: Generated<number>;
  messages_done: Generated<number>;
  synced_at: Timestamp | null;
  last_error: string | null;
  failing_since: Timestamp | null;
  removed_at: Timestamp | null;
}

export interface EmailThreadsTable {
  id: Generated<string>;
  yacht_id: string;
  subject: string | null;
  first_message_at: Timestamp | null;
  last_message_at: Timestamp | null;
  message_count: Generated<number>;
  participants: GeneratedJson<MailAddress[]>;
  preview: string | null;
  has_attachments: Generated<boolean>;
  linked_count: Generated<number>;
  needs_matching: Generated<boolean>;
  matched_at: Timestamp | null;
  merged_into: string | null;
  created_at: GeneratedTimestamp;
  updated_at: GeneratedTimestamp;
}

/** What a person may read of email_threads: those that are linked. */
export interface LinkedThreadsView {
  id: string;
  yacht_id: string;
  subject: string | null;
  first_message_at: Timestamp | null;
  last_message_at: Timestamp | null;
  message_count: number;
  participants: MailAddress[];
  preview: string | null;
  has_attachments: boolean;
}

export interface EmailThreadMailboxesTable {
  thread_id: string;
  watcher_id: string;
  user_id: string;
  yacht_id: string;
  subject: string | null;
  preview: string | null;
  participants: GeneratedJson<MailAddress[]>;
  last_message_at: Timestamp;
  latest_email_id: string | null;
  message_count: Generated<number>;
  unread_count: Generated<number>;
  has_attachments: Generated<boolean>;
  in_inbox: Generated<boolean>;
}

export interface EmailMessagesTable {
  id: Generated<string>;
  watcher_id: string;
  thread_id: string;
  user_id: string;
  yacht_id: string;
  provider: Generated<string>;
  message_id: string;
  change_key: string | null;
  internet_message_id: string | null;
  conversation_id: string | null;
  conversation_index: string | null;
  subject: string | null;
  body_preview: string | null;
  body_content: string | null;
  body_content_type: string | null;
  body_text: string | null;
  from_address: string | null;
  from_name: string | null;
  sender_address: string | null;
  to_addresses: GeneratedJson<MailAddress[]>;
  cc_addresses: GeneratedJson<MailAddress[]>;
  bcc_addresses: GeneratedJson<MailAddress[]>;
  reply_to_addresses: GeneratedJson<MailAddress[]>;
  sent_at: Timestamp | null;
  received_at: Timestamp | null;
  has_attachments: Generated<boolean>;
  is_read: Generated<boolean>;
  is_draft: Generated<boolean>;
  importance: string | null;
  inference_classification: string | null;
  categories: Generated<string[]>;
  flag: NullableJson<unknown>;
  graph_type: string | null;
  web_link: string | null;
  parent_folder_id: string | null;
  seen_round: Generated<number>;
  removal_suspected_at: Timestamp | null;
  removed_at: Timestamp | null;
  synced_at: GeneratedTimestamp;
  sync_level: Generated<'full' | 'partial'>;
}

export interface EmailAttachmentsTable {
  id: Generated<string>;
  email_id: string;
  user_id: string;
  yacht_id: string;
  provider_attachment_id: string;
  kind: 'file' | 'item' | 'reference';
  name: string | null;
  content_type: string | null;
  size_bytes: Generated<number>;
  is_inline: Generated<boolean>;
  content_id: string | null;
  synced_at: GeneratedTimestamp;
}

export interface PmsEquipmentTable {
  id: Generated<string>;
  yacht_id: string;
  name: string;
  code: string;
  manufacturer: string | null;
  model: string | null;
  serial_number: string | null;
  location: string | null;
  system: string | null;
  parent_id: string | null;
  criticality: 'critical' | 'important' | 'routine' | null;
  running_hours: number | null;
  created_at: GeneratedTimestamp;
}

export interface PmsWorkOrdersTable {
  id: Generated<string>;
  yacht_id: string;
  wo_number: string;
  title: string;
  description: string | null;
  status: WorkOrderStatus;
  priority: Generated<WorkOrderPriority>;
  equipment_id: string | null;
  assigned_to: string | null;
  due_date: string | null;
  completed_at: Timestamp | null;
  created_at: GeneratedTimestamp;
  updated_at: GeneratedTimestamp;
}

export interface EmailLinksTable {
  id: Generated<string>;
  yacht_id: string;
  thread_id: string;
  message_id: string | null;
  target_type: LinkTarget;
  target_id: string;
  state: LinkState;
  source: LinkSource;
  confidence: number;
  evidence: GeneratedJson<Evidence[]>;
  created_by: string | null;
  created_at: GeneratedTimestamp;
  decided_by: string | null;
  decided_at: Timestamp | null;
}

export interface AuditLogTable {
  id: Generated<string>;
  yacht_id: string;
  at: GeneratedTimestamp;
  actor_kind: 'person' | 'rule' | 'worker';
  actor_id: string | null;
  action: string;
  target_type: string;
  target_id: string;
  before: NullableJson<unknown>;
  after: NullableJson<unknown>;
}

export interface EmailRoundsTable {
  id: Generated<string>;
  watcher_id: string;
  user_id: string;
  yacht_id: string;
  started_at: Timestamp;
  ended_at: Timestamp;
  trigger: RoundTrigger;
  outcome: RoundOutcome;
  code: string | null;
  requests: number;
  changes: number;
  milliseconds: number;
}

export interface EmailGapsTable {
  id: Generated<string>;
  watcher_id: string;
  folder_id: string | null;
  user_id: string;
  yacht_id: string;
  kind: GapKind;
  detail: string | null;
  noticed_at: Timestamp;
  since: Timestamp | null;
  found: Generated<number>;
  repaired_at: Timestamp | null;
}

export interface EmailNoticesTable {
  id: Generated<string>;
  watcher_id: string;
  user_id: string;
  yacht_id: string;
  kind: NoticeKind;
  raised_at: Timestamp;
  mended_at: Timestamp | null;
}

export interface EmailFolderCountsTable {
  folder_id: string;
  user_id: string;
  yacht_id: string;
  other_total: Generated<number>;
  other_unread: Generated<number>;
  differs_total: Generated<number>;
  differs_unread: Generated<number>;
  looked_at: Timestamp;
}

export interface TenantSchema {
  auth_microsoft_tokens: AuthMicrosoftTokensTable;
  email_watchers: EmailWatchersTable;
  email_mailbox_readers: EmailMailboxReadersTable;
  email_folders: EmailFoldersTable;
  email_request_places: EmailRequestPlacesTable;
  email_threads: EmailThreadsTable;
  linked_threads: LinkedThreadsView;
  email_thread_mailboxes: EmailThreadMailboxesTable;
  email_messages: EmailMessagesTable;
  email_attachments: EmailAttachmentsTable;
  email_rounds: EmailRoundsTable;
  email_gaps: EmailGapsTable;
  email_notices: EmailNoticesTable;
  email_folder_counts: EmailFolderCountsTable;
  pms_equipment: PmsEquipmentTable;
  pms_work_orders: PmsWorkOrdersTable;
  email_links: EmailLinksTable;
  audit_log: AuditLogTable;
}
