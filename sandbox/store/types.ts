// What a sandbox mailbox is made of: its folders, the messages in them, and each message's stays.
import type {
  Address,
  BodyType,
  EventMessageType,
  FlagStatus,
  Importance,
  Locale,
  NewAttachment,
  NewBody,
  OmittableField,
} from './new-message.ts';

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
  /** Its other addresses, lower case: mail to them arrives here, and mail is read by them. */
  aliases: string[];
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
