// The one interface through which everything changes a mailbox: the demo world, the importer, the control interface
// and Graph's own write operations.
import type { Locale, NewAttachment, NewMessage } from './new-message.ts';
import type {
  Attachment,
  Folder,
  FolderSearch,
  Mailbox,
  MessagePatch,
  Poison,
  StoredMessage,
} from './types.ts';

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
  /** Its other addresses. */
  aliases?: string[];
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
  /** By any of its addresses. */
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
