// All mail of the sandbox, in memory. Each verb here is one thing that can happen to a mailbox; whoever
// wants a change calls it, so that delta rounds, counts and the journal agree.
import { bulkMessages } from './bulk.ts';
import { attachmentKey } from './ids.ts';
import {
  addFolder,
  childNamed,
  findFolder,
  hang,
  isBelow,
  makeMailbox,
  noteFolder,
  refuseTakenName,
  unhang,
  withDescendants,
} from './mailbox.ts';
import { MailboxRegister } from './mailbox-register.ts';
import { applyPatch, asNewMessage, makeAttachment, makeMessage } from './messages.ts';
import { enter, isInMailbox, leave, noteChange } from './placements.ts';
import type {
  BulkOptions,
  Folder,
  Mailbox,
  MailChange,
  MessagePatch,
  NewAttachment,
  NewFolder,
  NewMailbox,
  NewMessage,
  Poison,
  SandboxStore,
  StoredMessage,
} from './types.ts';
import { StoreError } from './types.ts';

/** @param now where the store takes its time from; a replay hands it the time of the record */
export function createStore(now: () => Date): SandboxStore {
  return new MemoryStore(now);
}

class MemoryStore implements SandboxStore {
  readonly #now: () => Date;
  readonly #register = new MailboxRegister();
  #inBulk = false;
  readonly #watchers: ((change: MailChange) => void)[] = [];

  constructor(now: () => Date) {
    this.#now = now;
  }

  createMailbox(given: NewMailbox): Mailbox {
    return this.#register.add(makeMailbox(given));
  }

  mailbox(address: string): Mailbox | undefined {
    return this.#register.find(address);
  }

  mailboxOfUser(userId: string): Mailbox | undefined {
    return this.#register.ofUser(userId);
  }

  mailboxes(): Mailbox[] {
    return this.#register.all();
  }

  folder(address: string, folder: string): Folder {
    return findFolder(this.#register.need(address), folder);
  }

  message(address: string, id: string): StoredMessage {
    const message = this.#register.need(address).messages.get(id);
    if (!message?.exists) throw new StoreError('message_unknown', 'There is no such message.');
    return message;
  }

  createFolder(address: string, given: NewFolder): Folder {
    const mailbox = this.#register.need(address);
    const parent = given.parent ? findFolder(mailbox, given.parent) : mailbox.root;
    refuseTakenName(parent, given.name);
    const search = given.search && {
      ...given.search,
      sourceFolders: given.search.sourceFolders.map((source) => findFolder(mailbox, source).id),
    };
    return addFolder(mailbox, {
      name: given.name,
      parent,
      hidden: given.hidden ?? false,
      ...(search ? { search } : {}),
    });
  }

  renameFolder(address: string, id: string, name: string): Folder {
    const folder = this.folder(address, id);
    if (folder.parent) refuseTakenName(folder.parent, name, folder);
    folder.displayName = name;
    noteFolder(folder);
    return folder;
  }

  setOtherItems(address: string, id: string, count: number): Folder {
    const folder = this.folder(address, id);
    folder.otherItems = count;
    noteFolder(folder);
    return folder;
  }

  moveFolder(address: string, id: string, parent: string): Folder {
    const folder = this.#movable(address, id);
    const target = this.folder(address, parent);
    if (isBelow(target, folder)) throw new StoreError('invalid', 'A folder cannot be moved into itself.');
    refuseTakenName(target, folder.displayName, folder);
    folder.deletedFrom = null;
    hang(folder, target);
    return folder;
  }

  deleteFolder(address: string, id: string, options: { permanent?: boolean } = {}): void {
    const folder = this.#movable(address, id);
    const deleted = this.folder(address, 'deleteditems');
    if (folder.parent) folder.deletedFrom ??= { parent: folder.parent, name: folder.displayName };
    if (options.permanent || isBelow(folder, deleted)) {
      for (const part of withDescendants(folder)) this.#destroyFolder(part, options.permanent ?? false);
      unhang(folder);
      noteFolder(folder);
      return;
    }
    let name = folder.displayName;
    for (let n = 1; childNamed(deleted, name); n += 1) name = `${folder.displayName}${n}`;
    folder.displayName = name;
    hang(folder, deleted);
  }

  deliver(address: string, folder: string, given: NewMessage): StoredMessage {
    const mailbox = this.#register.need(address);
    return this.#add(findFolder(mailbox, folder), given);
  }

  updateMessage(address: string, id: string, patch: MessagePatch): StoredMessage {
    const message = this.message(address, id);
    const wasRead = message.isRead;
    const before = { ...message };
    const changed = applyPatch(message, patch);
    if (changed === 'none') return message;
    this.#touch(message);
    const { folder } = message.placement;
    if (message.isRead !== wasRead) {
      folder.unread += message.isRead ? -1 : 1;
      noteFolder(folder);
    }
    noteChange(message, changed, this.#now().getTime());
    this.#tell('changed', message, before);
    return message;
  }

  moveMessage(address: string, id: string, folder: string): StoredMessage {
    const message = this.message(address, id);
    const target = this.folder(address, folder);
    if (target.search) throw new StoreError('invalid', 'A search folder holds no mail of its own.');
    if (target !== message.placement.folder) this.#relocate(message, target);
    return message;
  }

  moveMessages(address: string, ids: string[], folder: string): void {
    this.#inBulk = true;
    try {
      for (const id of ids) this.moveMessage(address, id, folder);
    } finally {
      this.#inBulk = false;
    }
  }

  poisonMessage(address: string, id: string, poison: Poison | null): void {
    this.message(address, id).poison = poison;
  }

  copyMessage(address: string, id: string, folder: string): StoredMessage {
    return this.#add(this.folder(address, folder), asNewMessage(this.message(address, id)));
  }

  addAttachment(address: string, id: string, given: NewAttachment) {
    const message = this.message(address, id);
    const key = attachmentKey(message.id, message.version * 1000 + message.attachments.length);
    const attachment = makeAttachment(given, key, this.#now());
    const before = { ...message };
    message.attachments.push(attachment);
    this.#touch(message);
    noteChange(message, 'other', this.#now().getTime());
    this.#tell('changed', message, before);
    return attachment;
  }

  deleteMessage(address: string, id: string, options: { permanent?: boolean } = {}): void {
    const message = this.message(address, id);
    const { folder } = message.placement;
    const deleted = this.folder(address, 'deleteditems');
    const recoverable = this.folder(address, 'recoverableitemsdeletions');
    if (options.permanent || folder === recoverable) {
      this.#purge(message);
      return;
    }
    const target = isBelow(folder, deleted) ? recoverable : deleted;
    if (target === deleted) message.deletedFrom = folder.id;
    this.#relocate(message, target);
  }

  restoreMessage(address: string, id: string): StoredMessage {
    const message = this.message(address, id);
    const home = message.deletedFrom ? message.mailbox.folders.get(message.deletedFrom) : undefined;
    message.deletedFrom = null;
    return this.moveMessage(address, id, home?.id ?? 'inbox');
  }

  sendMessage(address: string, id: string): StoredMessage {
    const message = this.message(address, id);
    const now = this.#now();
    const self = { name: message.mailbox.displayName, address: message.mailbox.address };
    Object.assign(message, {
      isDraft: false,
      isRead: true,
      from: message.from ?? self,
      sender: message.sender ?? self,
      sentAt: now,
      omit: [],
    });
    // The received date orders its folder: it may only change between two stays.
    this.#relocate(message, this.folder(address, 'sentitems'), () => {
      message.receivedAt = new Date(Math.floor(now.getTime() / 1000) * 1000);
    });
    return message;
  }

  expireDelta(address: string, folder?: string): void {
    const folders = folder ? [this.folder(address, folder)] : this.#register.need(address).folders.values();
    for (const one of folders) one.deltaEpoch += 1;
  }

  grantAccess(address: string, person: string): void {
    this.#register.need(address).access.add(person.toLowerCase());
  }

  withdrawAccess(address: string, person: string): void {
    this.#register.need(address).access.delete(person.toLowerCase());
  }

  bulk(address: string, options: BulkOptions): void {
    const folder = this.folder(address, options.folder ?? 'inbox');
    for (const message of bulkMessages(folder.mailbox.address, options, this.#now()))
      this.#add(folder, message);
  }

  counts(address: string) {
    const folders = withDescendants(this.#register.need(address).root);
    const sum = (pick: (folder: Folder) => number) => folders.reduce((total, one) => total + pick(one), 0);
    return {
      folders: folders.length - 1,
      messages: sum((folder) => folder.messages.length),
      unread: sum((folder) => folder.unread),
    };
  }

  watch(watcher: (change: MailChange) => void): void {
    this.#watchers.push(watcher);
  }

  #tell(kind: MailChange['kind'], message: StoredMessage, before: StoredMessage | null = null): void {
    const { folder, defaultId } = message.placement;
    for (const watcher of this.#watchers) {
      watcher({ kind, message, folder, defaultId, before, bulk: this.#inBulk });
    }
  }

  #movable(address: string, id: string): Folder {
    const folder = this.folder(address, id);
    if (folder.wellKnownName) {
      throw new StoreError(
        'folder_protected',
        `The folder ${folder.displayName} cannot be moved or deleted.`,
      );
    }
    return folder;
  }

  #add(folder: Folder, given: NewMessage): StoredMessage {
    if (folder.search) throw new StoreError('invalid', 'A search folder holds no mail of its own.');
    const now = this.#now();
    const message = makeMessage(folder.mailbox, given, now);
    folder.mailbox.messages.set(message.id, message);
    enter(folder, message, now.getTime());
    this.#tell('arrived', message);
    return message;
  }

  #touch(message: StoredMessage): void {
    message.version += 1;
    message.modifiedAt = this.#now();
  }

  #relocate(message: StoredMessage, target: Folder, between?: () => void): void {
    const at = this.#now().getTime();
    leave(message, at);
    this.#touch(message);
    between?.();
    this.#tell('left', message);
    enter(target, message, at);
    this.#tell('arrived', message);
  }

  #purge(message: StoredMessage): void {
    const inside = isInMailbox(message);
    leave(message, this.#now().getTime());
    message.exists = false;
    this.#tell('left', message);
    if (inside) message.deletedFrom = message.placement.folder.id;
  }

  #destroyFolder(folder: Folder, permanent: boolean): void {
    const recoverable = this.folder(folder.mailbox.address, 'recoverableitemsdeletions');
    for (const message of [...folder.messages].reverse()) {
      if (permanent) this.#purge(message);
      else this.#relocate(message, recoverable);
    }
    folder.exists = false;
    folder.mailbox.folders.delete(folder.id);
  }
}
