// A mailbox and its tree of folders.
import { folderId, guidFrom, isFolderId, mailboxFingerprint } from './ids.ts';
import type { NewMailbox } from './sandbox-store.ts';
import { StoreError } from './store-error.ts';
import type { Folder, FolderSearch, Mailbox } from './types.ts';
import { ROOT_NAMES, WELL_KNOWN_FOLDERS } from './well-known.ts';

type FolderSeed = {
  name: string;
  parent: Folder | null;
  wellKnownName?: string;
  hidden?: boolean;
  search?: FolderSearch;
};

/** Adds a folder; the caller has checked that the name is free. */
export function addFolder(mailbox: Mailbox, seed: FolderSeed): Folder {
  const folder: Folder = {
    id: folderId(mailbox.fingerprint, ++mailbox.serial),
    mailbox,
    displayName: seed.name,
    parent: seed.parent,
    children: [],
    wellKnownName: seed.wellKnownName ?? null,
    hidden: seed.hidden ?? false,
    search: seed.search ?? null,
    exists: true,
    deletedFrom: null,
    messages: [],
    unread: 0,
    otherItems: 0,
    log: [],
    deltaEpoch: 0,
    changedAt: -1,
  };
  mailbox.folders.set(folder.id, folder);
  if (folder.wellKnownName) mailbox.wellKnown.set(folder.wellKnownName, folder);
  if (seed.parent) {
    seed.parent.children.push(folder);
    noteFolder(seed.parent);
  }
  noteFolder(folder);
  return folder;
}

/** Writes into the mailbox's folder log that something a folder row shows has changed. */
export function noteFolder(folder: Folder): void {
  const { folderLog } = folder.mailbox;
  folder.changedAt = folderLog.length;
  folderLog.push({ folder, at: folderLog.length });
}

/** @returns a mailbox with its well-known folders, named in its language. */
export function makeMailbox(given: NewMailbox): Mailbox {
  const address = given.address.toLowerCase();
  const locale = given.locale ?? 'en';
  const mailbox: Mailbox = {
    address,
    aliases: (given.aliases ?? []).map((alias) => alias.toLowerCase()),
    displayName: given.displayName,
    userId: given.userId ?? guidFrom(`user:${address}`),
    locale,
    shared: given.shared ?? false,
    access: new Set(given.access?.map((person) => person.toLowerCase())),
    fingerprint: mailboxFingerprint(address),
    serial: 0,
    root: undefined as unknown as Folder,
    folders: new Map(),
    wellKnown: new Map(),
    messages: new Map(),
    placements: new Map(),
    folderLog: [],
    conversations: { byMessageId: new Map(), byTopic: new Map() },
  };
  mailbox.root = addFolder(mailbox, {
    name: ROOT_NAMES[locale],
    parent: null,
    wellKnownName: 'msgfolderroot',
  });
  for (const { name, parent, hidden, names } of WELL_KNOWN_FOLDERS) {
    addFolder(mailbox, {
      name: names[locale],
      parent: parentOf(mailbox, parent),
      wellKnownName: name,
      hidden: hidden ?? false,
    });
  }
  return mailbox;
}

function parentOf(mailbox: Mailbox, parent: 'root' | 'outside' | 'syncissues'): Folder | null {
  if (parent === 'outside') return null;
  return parent === 'root' ? mailbox.root : (mailbox.wellKnown.get(parent) ?? null);
}

/** Finds a folder by id, well-known name or path of display names; null when there is none. */
export function lookUpFolder(mailbox: Mailbox, text: string): Folder | null {
  const byId = mailbox.folders.get(text);
  if (byId) return byId;
  const byName = mailbox.wellKnown.get(text.toLowerCase());
  if (byName) return byName;
  if (isFolderId(text, mailbox.fingerprint)) return null;
  let folder: Folder | null = mailbox.root;
  for (const [depth, part] of text.split('/').entries()) {
    const wellKnown: Folder | undefined = depth === 0 ? mailbox.wellKnown.get(part.toLowerCase()) : undefined;
    folder = wellKnown ?? childNamed(folder, part) ?? null;
    if (!folder) return null;
  }
  return folder;
}

/** @throws {StoreError} folder_unknown */
export function findFolder(mailbox: Mailbox, text: string): Folder {
  const folder = lookUpFolder(mailbox, text);
  if (!folder) throw new StoreError('folder_unknown', `${mailbox.address} has no folder "${text}".`);
  return folder;
}

export function childNamed(parent: Folder, name: string): Folder | undefined {
  const wanted = name.toLowerCase();
  return parent.children.find((child) => child.displayName.toLowerCase() === wanted);
}

/** @throws {StoreError} folder_exists when a sibling has the name already */
export function refuseTakenName(parent: Folder, name: string, except?: Folder): void {
  const found = childNamed(parent, name);
  if (found && found !== except) {
    throw new StoreError('folder_exists', `A folder "${name}" already exists there.`);
  }
}

/** Takes a folder out of the tree; it keeps its own folders. */
export function unhang(folder: Folder): void {
  const { parent } = folder;
  if (!parent) return;
  parent.children.splice(parent.children.indexOf(folder), 1);
  noteFolder(parent);
}

/** Puts a folder below another one. */
export function hang(folder: Folder, parent: Folder): void {
  unhang(folder);
  folder.parent = parent;
  parent.children.push(folder);
  noteFolder(parent);
  noteFolder(folder);
}

/** The folder and everything below it, parents first. */
export function withDescendants(folder: Folder): Folder[] {
  return [folder, ...folder.children.flatMap(withDescendants)];
}

export function isBelow(folder: Folder, ancestor: Folder): boolean {
  for (let at: Folder | null = folder; at; at = at.parent) if (at === ancestor) return true;
  return false;
}

/** True when its owner can see the mail in it: not in the recoverable items. */
export const isVisible = (folder: Folder): boolean => isBelow(folder, folder.mailbox.root);

/** How much a mailbox holds, without its root. */
export function countsOf(mailbox: Mailbox): { folders: number; messages: number; unread: number } {
  const folders = withDescendants(mailbox.root);
  const sum = (pick: (folder: Folder) => number) => folders.reduce((total, one) => total + pick(one), 0);
  return {
    folders: folders.length - 1,
    messages: sum((folder) => folder.messages.length),
    unread: sum((folder) => folder.unread),
  };
}

/** The name itself, or with the first number that no child of `parent` has. */
export function freeName(parent: Folder, wanted: string): string {
  let name = wanted;
  for (let n = 1; childNamed(parent, name); n += 1) name = `${wanted}${n}`;
  return name;
}
