// The messages of a folder, of a search folder and of the whole mailbox, newest first.
import { isVisible } from '../store/mailbox.ts';
import { compareMessages } from '../store/placements.ts';
import type { Folder, Mailbox, StoredMessage } from '../store/types.ts';
import { compileFilter } from './filter.ts';

const wholeMailbox = new WeakMap<Mailbox, { version: number; messages: StoredMessage[] }>();

/** Everything in all folders, Deleted Items and hidden ones too, oldest first; kept until mail comes or goes. */
export function allMessages(mailbox: Mailbox): StoredMessage[] {
  const version = mailbox.folderLog.length;
  const kept = wholeMailbox.get(mailbox);
  if (kept?.version === version) return kept.messages;
  const messages = [...mailbox.folders.values()].filter(isVisible).flatMap((folder) => folder.messages);
  messages.sort(compareMessages);
  wholeMailbox.set(mailbox, { version, messages });
  return messages;
}

/** Oldest first. A search folder shows what its filter finds in its sources. */
export function folderMessages(folder: Folder): StoredMessage[] {
  const { search, mailbox } = folder;
  if (!search) return folder.messages;
  const matches = search.filterQuery === '' ? () => true : compileFilter(search.filterQuery).matches;
  const sources = search.sourceFolders.flatMap((id) => mailbox.folders.get(id) ?? []);
  return sources
    .flatMap((source) => source.messages)
    .filter(matches)
    .sort(compareMessages);
}
