// What there is in a mailbox to act on.
import type { SandboxStore } from '../../sandbox/store/sandbox-store.ts';
import { type Folder, POISONS, type Poison, type StoredMessage } from '../../sandbox/store/types.ts';

export const pick = <T>(list: T[], n: number): T | undefined => list[n % Math.max(1, list.length)];

/** Where mail may be put: every folder that is there, but search folders. */
export function folders(store: SandboxStore, address: string): Folder[] {
  const root = store.folder(address, 'msgfolderroot');
  const below = (folder: Folder): Folder[] => folder.children.flatMap((child) => [child, ...below(child)]);
  return below(root).filter((folder) => folder.exists && !folder.search);
}

export const ownFolders = (store: SandboxStore, address: string) =>
  folders(store, address).filter((folder) => folder.wellKnownName === null);

export function messages(store: SandboxStore, address: string): StoredMessage[] {
  return folders(store, address).flatMap((folder) => folder.messages);
}

/** No message of these kinds spoils what it is in any more. */
export function heal(store: SandboxStore, address: string, kinds: readonly Poison[] = POISONS): void {
  for (const { id, poison } of store.mailbox(address)?.messages.values() ?? []) {
    if (poison !== null && kinds.includes(poison)) store.poisonMessage(address, id, null);
  }
}

export const drafts = (store: SandboxStore, address: string) =>
  messages(store, address).filter((message) => message.isDraft);
