// All mail of the sandbox, in memory. Each verb here is one thing that can happen to a mailbox; whoever
// wants a change calls it, so that delta rounds, counts and the journal agree.
import { bulkMessages } from './bulk.ts';
import { attachmentKey } from './ids.ts';
import {
  addFolder,
  countsOf,
  findFolder,
  freeName,
  hang,
  isBelow,
  makeMailbox,
  noteFolder,
  refuseTakenName,
  unhang,
  withDescendants,
} from './mailbox.ts';
import { MailboxRegister } from './mailbox-register.ts';
import { applyPatch, asNewMessage, makeAttachment, markSent } from './messages.ts';
import type { NewAttachment, NewMessage } from './new-message.ts';
import type { BulkOptions, MailChange, NewFolder, NewMailbox, SandboxStore } from './sandbox-store.ts';
import { StoreError } from './store-error.ts';
import { Traffic } from './traffic.ts';
import type { Folder, Mailbox, MessagePatch, Poison, StoredMessage } from './types.ts';

/** @param now where the store takes its time from; a replay hands it the time of the record */
export function createStore(now: () => Date): SandboxStore {
  return new MemoryStore(now);
}

class MemoryStore implements SandboxStore {
  readonly #now: () => Date;
  readonly #register = new MailboxRegister();
  readonly #traffic: Traffic;

  constructor(now: () => Date) {
    this.#now = now;
    this.#traffic = new Traffic(now);
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
    const { name, hidden = false } = given;
    return addFolder(mailbox, { name, parent, hidden, ...(search ? { search } : {}) });
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
    folder.displayName = freeName(deleted, folder.displayName);
    hang(folder, deleted);
  }

  deliver(address: string, folder: string, given: NewMessage): StoredMessage {
    return this.#traffic.arrive(this.folder(address, folder), given);
  }

  updateMessage(address: string, id: string, patch: MessagePatch): StoredMessage {
    const message = this.message(address, id);
    const before = { ...message };
    const changed = applyPatch(message, patch);
    if (changed === 'none') return message;
    const { folder } = message.placement;
    if (message.isRead !== before.isRead) {
      folder.unread += message.isRead ? -1 : 1;
      noteFolder(folder);
    }
    this.#traffic.change(message, before, changed);
    return message;
  }

  moveMessage(address: string, id: string, folder: string): StoredMessage {
    const message = this.message(address, id);
    const target = this.folder(address, folder);
    if (target.search) throw new StoreError('invalid', 'A search folder holds no mail of its own.');
    if (target !== message.placement.folder) this.#traffic.relocate(message, target);
    return message;
  }

  moveMessages(address: string, ids: string[], folder: string): void {
    this.#traffic.inBulk(() => {
      for (const id of ids) this.moveMessage(address, id, folder);
    });
  }

  poisonMessage(address: string, id: string, poison: Poison | null): void {
    this.message(address, id).poison = poison;
  }

  copyMessage(address: string, id: string, folder: string): StoredMessage {
    return this.#traffic.arrive(this.folder(address, folder), asNewMessage(this.message(address, id)));
  }

  addAttachment(address: string, id: string, given: NewAttachment) {
    const message = this.message(address, id);
    const key = attachmentKey(message.id, message.version * 1000 + message.attachments.length);
    const attachment = makeAttachment(given, key, this.#now());
    const before = { ...message };
    message.attachments.push(attachment);
    this.#traffic.change(message, before, 'other');
    return attachment;
  }

  deleteMessage(address: string, id: string, options: { permanent?: boolean } = {}): void {
    const message = this.message(address, id);
    const { folder } = message.placement;
    const deleted = this.folder(address, 'deleteditems');
    const recoverable = this.folder(address, 'recoverableitemsdeletions');
    if (options.permanent || folder === recoverable) {
      this.#traffic.purge(message);
      return;
    }
    const target = isBelow(folder, deleted) ? recoverable : deleted;
    if (target === deleted) message.deletedFrom = folder.id;
    this.#traffic.relocate(message, target);
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
    markSent(message, now);
    // The received date orders its folder: it may only change between two stays.
    this.#traffic.relocate(message, this.folder(address, 'sentitems'), () => {
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
      this.#traffic.arrive(folder, message);
  }

  counts(address: string) {
    return countsOf(this.#register.need(address));
  }

  watch(watcher: (change: MailChange) => void): void {
    this.#traffic.watch(watcher);
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

  #destroyFolder(folder: Folder, permanent: boolean): void {
    const recoverable = this.folder(folder.mailbox.address, 'recoverableitemsdeletions');
    for (const message of [...folder.messages].reverse()) {
      if (permanent) this.#traffic.purge(message);
      else this.#traffic.relocate(message, recoverable);
    }
    folder.exists = false;
    folder.mailbox.folders.delete(folder.id);
  }
}
