// What a sandbox mailbox is made of, and the one interface through which everything changes it: the demo
// world, the importer, the control interface and Graph's own write operations.

/** A correspondent. `address` may be empty in broken imported mail. */
export type Address = { name: string; address: string };

export type Locale = 'en' | 'de' | 'fr' | 'ja' | 'el';

export type BodyType = 'html' | 'text';

/** A body; `content` may be a function so that a large world does not hold every text in memory. */
export type NewBody = { contentType: BodyType; content: string | (() => string) };

export type NewAttachment = NewFileAttachment | NewItemAttachment | NewReferenceAttachment;

/** `content` may be made on demand (a PDF for instance); then `size` in bytes is required and must be true. */
export type NewFileAttachment = {
  kind: 'file';
  name: string;
  contentType: string | null;
  content: Uint8Array | (() => Uint8Array);
  size?: number;
  isInline?: boolean;
  contentId?: string;
  contentLocation?: string;
};

export type NewItemAttachment = { kind: 'item'; name: string; message: NewMessage };

export type NewReferenceAttachment = { kind: 'reference'; name: string; sourceUrl: string; size?: number };

export type Importance = 'low' | 'normal' | 'high';
export type FlagStatus = 'notFlagged' | 'flagged' | 'complete';

export type EventMessageType =
  | '#microsoft.graph.eventMessageRequest'
  | '#microsoft.graph.eventMessageResponse'
  | '#microsoft.graph.eventMessage';

/** Fields that Graph leaves out of odd items (drafts, reports, imports). */
export type OmittableField =
  | 'from'
  | 'sender'
  | 'subject'
  | 'sentDateTime'
  | 'receivedDateTime'
  | 'internetMessageId'
  | 'toRecipients'
  | 'body'
  | 'bodyPreview'
  | 'conversationIndex';

/** A message as its maker describes it; ids, conversation and defaults are given by the store. */
export type NewMessage = {
  subject: string | null;
  from: Address | null;
  sender?: Address;
  to?: Address[];
  cc?: Address[];
  bcc?: Address[];
  replyTo?: Address[];
  receivedAt: Date;
  /** Absent: the same instant as `receivedAt`. */
  sentAt?: Date | null;
  body: NewBody;
  /** With angle brackets. Absent: made up by the store. */
  internetMessageId?: string;
  /** Message ids with angle brackets: they decide the conversation, as in Exchange. */
  inReplyTo?: string;
  references?: string[];
  /** Extra internet headers, shown by `$select=internetMessageHeaders`. */
  headers?: { name: string; value: string }[];
  isRead?: boolean;
  isDraft?: boolean;
  importance?: Importance;
  categories?: string[];
  flag?: FlagStatus;
  inferenceClassification?: 'focused' | 'other';
  isDeliveryReceiptRequested?: boolean | null;
  isReadReceiptRequested?: boolean;
  attachments?: NewAttachment[];
  odataType?: EventMessageType;
  /** For meeting mail: `meetingRequest`, `meetingAccepted`, `meetingCancelled`, … */
  meetingMessageType?: string;
  /** The original source of an imported mail: `$value` returns it as it is. Otherwise MIME is composed. */
  mime?: Uint8Array;
  omit?: OmittableField[];
};

export type Attachment = NewAttachment & {
  /** Stable id of the attachment inside its message. */
  id: string;
  size: number;
  lastModifiedAt: Date;
};

/** One stay of a message in one folder. A move ends it and begins another, with another default id. */
export type Placement = {
  folder: Folder;
  message: StoredMessage;
  /** The id that Graph gives without `IdType="ImmutableId"`, for this stay only. */
  defaultId: string;
  /** Positions in the folder's change log; -1 when it has not happened. */
  arrivedAt: number;
  updatedAt: number;
  readAt: number;
  removedAt: number;
  latestAt: number;
  /** The stay of this message before this one, in whichever folder. */
  earlier: Placement | null;
  /** The stays of the same message in this same folder before and after this one. */
  previous: Placement | null;
  next: Placement | null;
};

export type StoredMessage = {
  /** The immutable id. */
  id: string;
  /** Its number in its mailbox: ids are made from it. */
  serial: number;
  mailbox: Mailbox;
  placement: Placement;
  /** False once it left the mailbox for good. */
  exists: boolean;
  /** Where it was before it went to the recoverable items, for `restoreMessage`. */
  deletedFrom: string | null;
  version: number;
  subject: string | null;
  from: Address | null;
  sender: Address | null;
  to: Address[];
  cc: Address[];
  bcc: Address[];
  replyTo: Address[];
  receivedAt: Date;
  sentAt: Date | null;
  createdAt: Date;
  modifiedAt: Date;
  body: NewBody;
  internetMessageId: string;
  inReplyTo: string | null;
  references: string[];
  headers: { name: string; value: string }[];
  conversationId: string;
  conversationIndex: string;
  isRead: boolean;
  isDraft: boolean;
  importance: Importance;
  categories: string[];
  flag: MessageFlag;
  inferenceClassification: 'focused' | 'other';
  isDeliveryReceiptRequested: boolean | null;
  isReadReceiptRequested: boolean;
  attachments: Attachment[];
  odataType: EventMessageType | null;
  meetingMessageType: string | null;
  mime: Uint8Array | null;
  omit: OmittableField[];
  /** The service stumbles over it; null for a sound one. */
  poison: Poison | null;
  /** Computed once, when first asked for. */
  preview: string | null;
};

/**
 * What a broken message spoils: every page of a list or a delta round that holds it, the request for it by id, both,
 * or whatever shows its body.
 */
export type Poison = 'page' | 'id' | 'always' | 'body';

export const POISONS: readonly Poison[] = ['page', 'id', 'always', 'body'];

export type DateTimeTimeZone = { dateTime: string; timeZone: string };

export type MessageFlag = {
  flagStatus: FlagStatus;
  startDateTime?: DateTimeTimeZone;
  dueDateTime?: DateTimeTimeZone;
  completedDateTime?: DateTimeTimeZone;
};

/** What may be changed on a stored message. Absent means untouched. */
export type MessagePatch = {
  isRead?: boolean;
  categories?: string[];
  flag?: MessageFlag | FlagStatus;
  importance?: Importance;
  inferenceClassification?: 'focused' | 'other';
  subject?: string | null;
  body?: { contentType: BodyType; content: string };
  from?: Address | null;
  sender?: Address;
  to?: Address[];
  cc?: Address[];
  bcc?: Address[];
  replyTo?: Address[];
  internetMessageId?: string;
  isDeliveryReceiptRequested?: boolean | null;
  isReadReceiptRequested?: boolean;
};

export type FolderSearch = { sourceFolders: string[]; filterQuery: string; nested?: boolean };

/** One line of a folder's change log: something happened to this stay. */
export type LogEntry = { placement: Placement; at: number };

export type Folder = {
  id: string;
  mailbox: Mailbox;
  displayName: string;
  /** Null only for the root. */
  parent: Folder | null;
  children: Folder[];
  wellKnownName: string | null;
  hidden: boolean;
  search: FolderSearch | null;
  exists: boolean;
  /** Where it was and what it was called when it was deleted, until it is moved again. */
  deletedFrom: { parent: Folder; name: string } | null;
  /** Its messages, oldest received first (ties by id). */
  messages: StoredMessage[];
  unread: number;
  /** Contacts, appointments and notes lying here: counted by Microsoft, and no message. */
  otherItems: number;
  log: LogEntry[];
  /** Raised when its delta tokens are made to die. */
  deltaEpoch: number;
  /** Position in the mailbox's folder change log of its last change; for `mailFolders/delta`. */
  changedAt: number;
};

export type Mailbox = {
  /** Lower case. */
  address: string;
  displayName: string;
  /** The user's object id, a GUID. */
  userId: string;
  locale: Locale;
  /** A role's or a team's: nobody signs in to it. */
  shared: boolean;
  /** Addresses of the people who may open it besides its owner. */
  access: Set<string>;
  /** What all its ids carry, so that another mailbox's id is seen to be foreign. */
  fingerprint: string;
  /** The last serial number given out. */
  serial: number;
  root: Folder;
  folders: Map<string, Folder>;
  wellKnown: Map<string, Folder>;
  messages: Map<string, StoredMessage>;
  /** By default id: the stay it names, ended ones included. */
  placements: Map<string, Placement>;
  folderLog: { folder: Folder; at: number }[];
  conversations: ConversationIndex;
};

/** Which conversation a message id or a topic belongs to, in one mailbox. */
export type ConversationIndex = { byMessageId: Map<string, string>; byTopic: Map<string, string> };

/**
 * What happened to a message in a folder. A move is a `left` and an `arrived`. `before` is the message as it was,
 * for changes only.
 */
export type MailChange = {
  kind: 'arrived' | 'changed' | 'left';
  message: StoredMessage;
  folder: Folder;
  /** The default id of the stay this is about. */
  defaultId: string;
  before: StoredMessage | null;
  /** One of many at once. */
  bulk: boolean;
};

export type NewMailbox = {
  address: string;
  displayName: string;
  userId?: string;
  locale?: Locale;
  shared?: boolean;
  /** Addresses of the people who may open it. */
  access?: string[];
};

export type NewFolder = {
  name: string;
  /** A well-known name, an id, or a path of display names such as `Inbox/Vendors`. Absent: the root. */
  parent?: string;
  hidden?: boolean;
  /** Makes it a search folder; `sourceFolders` are given as `parent` is. */
  search?: FolderSearch;
};

/**
 * All mail of the sandbox, in memory. Every change goes through it, so that delta and the journal see it.
 * `folder` arguments take an id, a well-known name (`inbox`) or a path of display names (`Inbox/Vendors`:
 * the first part may be the well-known name too). `id` is a message's immutable id. Unknown mailboxes,
 * folders and messages throw `StoreError`.
 */
export interface SandboxStore {
  /** Makes a mailbox with its well-known folders, named in its language. */
  createMailbox(mailbox: NewMailbox): Mailbox;
  mailbox(address: string): Mailbox | undefined;
  /** By its user's object id. */
  mailboxOfUser(userId: string): Mailbox | undefined;
  mailboxes(): Mailbox[];
  folder(address: string, folder: string): Folder;
  message(address: string, id: string): StoredMessage;
  createFolder(address: string, folder: NewFolder): Folder;
  renameFolder(address: string, folder: string, name: string): Folder;
  /** Says how many items that are no mail lie in a folder. */
  setOtherItems(address: string, folder: string, count: number): Folder;
  moveFolder(address: string, folder: string, parent: string): Folder;
  /** Well-known folders cannot be deleted. With `permanent` its mail is gone; else it goes to Deleted Items. */
  deleteFolder(address: string, folder: string, options?: { permanent?: boolean }): void;
  /** Puts a message into a folder, with ids and a conversation as Exchange gives them. */
  deliver(address: string, folder: string, message: NewMessage): StoredMessage;
  updateMessage(address: string, id: string, patch: MessagePatch): StoredMessage;
  moveMessage(address: string, id: string, folder: string): StoredMessage;
  /** As one selects many and drags them. */
  moveMessages(address: string, ids: string[], folder: string): void;
  poisonMessage(address: string, id: string, poison: Poison | null): void;
  copyMessage(address: string, id: string, folder: string): StoredMessage;
  addAttachment(address: string, id: string, attachment: NewAttachment): Attachment;
  /** To Deleted Items; from there, or with `permanent`, out of the mailbox. */
  deleteMessage(address: string, id: string, options?: { permanent?: boolean }): void;
  /** Back to the folder it was deleted from (the inbox if that is gone). */
  restoreMessage(address: string, id: string): StoredMessage;
  /** A draft leaves for good: it becomes a sent message in Sent Items, with the same immutable id. */
  sendMessage(address: string, id: string): StoredMessage;
  /** Every delta token of the folder, or of the mailbox, dies. */
  expireDelta(address: string, folder?: string): void;
  /** Lets a person open somebody else's mailbox, or no longer. */
  grantAccess(address: string, person: string): void;
  withdrawAccess(address: string, person: string): void;
  /** `count` plain messages, made from `seed`, newest last; quick enough for 100,000. */
  bulk(address: string, options: BulkOptions): void;
  counts(address: string): { folders: number; messages: number; unread: number };
  /** Calls `watcher` after each change, in the order of the changes. It must not change anything itself. */
  watch(watcher: (change: MailChange) => void): void;
}

export type BulkOptions = {
  count: number;
  seed: number;
  /** Default `inbox`. */
  folder?: string;
  /** Approximate size of each HTML body; default 1,500. */
  bodyBytes?: number;
  /** Received date of the newest; default now. They lie `spacingSeconds` (default 60) apart. */
  newest?: Date;
  spacingSeconds?: number;
};

export class StoreError extends Error {
  readonly code: StoreErrorCode;

  constructor(code: StoreErrorCode, message: string) {
    super(message);
    this.name = 'StoreError';
    this.code = code;
  }
}

export type StoreErrorCode =
  | 'mailbox_unknown'
  | 'mailbox_exists'
  | 'folder_unknown'
  | 'folder_exists'
  | 'folder_protected'
  | 'message_unknown'
  | 'invalid';
