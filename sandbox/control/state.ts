// The true state of a mailbox, for comparison with what a client believes.

import { hasAttachments, instant } from '../graph/message-json.ts';
import type { SandboxResponse } from '../http.ts';
import { withDescendants } from '../store/mailbox.ts';
import type { Folder, Mailbox, StoredMessage } from '../store/types.ts';
import type { ControlCall } from './call.ts';
import { ControlError, done } from './call.ts';

const folderState = (folder: Folder) => ({
  id: folder.id,
  parentFolderId: folder.parent?.id ?? null,
  displayName: folder.displayName,
  wellKnownName: folder.wellKnownName,
  isHidden: folder.hidden,
  isSearch: folder.search !== null,
  total: folder.messages.length,
  unread: folder.unread,
});

const messageState = (message: StoredMessage) => ({
  id: message.id,
  parentFolderId: message.placement.folder.id,
  subject: message.omit.includes('subject') ? null : message.subject,
  isRead: message.isRead,
  isDraft: message.isDraft,
  receivedDateTime: instant(message.receivedAt),
  internetMessageId: message.internetMessageId,
  conversationId: message.conversationId,
  flagStatus: message.flag.flagStatus,
  categories: message.categories,
  importance: message.importance,
  hasAttachments: hasAttachments(message),
});

/** Everything its owner can see: the visible tree without its root, and the mail in it. */
export function stateOf(mailbox: Mailbox) {
  const folders = withDescendants(mailbox.root).slice(1);
  return {
    address: mailbox.address,
    folders: folders.map(folderState),
    messages: folders.flatMap((folder) => folder.messages.map(messageState)),
  };
}

export function readState({ context, address }: ControlCall): SandboxResponse {
  const mailbox = context.store.mailbox(address);
  if (!mailbox) throw new ControlError(404, `There is no mailbox ${address}.`);
  return done(200, stateOf(mailbox));
}
