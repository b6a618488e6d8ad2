// Stays of messages in folders, and each folder's change log: the ground that delta queries stand on. The
// log only grows; of each stay only the last entry counts, so a cursor into the log is all a client needs.
import { defaultMessageId } from './ids.ts';
import { isVisible, noteFolder } from './mailbox.ts';
import type { Folder, Placement, StoredMessage } from './types.ts';

/** Order of messages in a folder: by received date, then by id. */
export function compareMessages(a: StoredMessage, b: StoredMessage): number {
  return a.receivedAt.getTime() - b.receivedAt.getTime() || (a.id < b.id ? -1 : a.id > b.id ? 1 : 0);
}

/** The first position in `messages` (ascending) at which `isAfter` holds. */
export function lowerBound(messages: StoredMessage[], isAfter: (message: StoredMessage) => boolean): number {
  let low = 0;
  let high = messages.length;
  while (low < high) {
    const middle = (low + high) >>> 1;
    const message = messages[middle];
    if (message && isAfter(message)) high = middle;
    else low = middle + 1;
  }
  return low;
}

const positionOf = (messages: StoredMessage[], message: StoredMessage) =>
  lowerBound(messages, (other) => compareMessages(other, message) >= 0);

function write(placement: Placement, at: number): number {
  const { log } = placement.folder;
  placement.latestAt = log.length;
  log.push({ placement, at });
  return placement.latestAt;
}

/** Puts a message into a folder. `at` is the time in ms, for late visibility. */
export function enter(folder: Folder, message: StoredMessage, at: number): Placement {
  const { mailbox } = folder;
  const earlier = message.placement ?? null;
  let stays = 0;
  let previous: Placement | null = null;
  for (let stay: Placement | null = earlier; stay; stay = stay.earlier) {
    stays += 1;
    if (!previous && stay.folder === folder) previous = stay;
  }
  const placement: Placement = {
    folder,
    message,
    defaultId: defaultMessageId(mailbox.fingerprint, message.serial, stays),
    arrivedAt: -1,
    updatedAt: -1,
    readAt: -1,
    removedAt: -1,
    latestAt: -1,
    earlier,
    previous,
    next: null,
  };
  if (previous) previous.next = placement;
  message.placement = placement;
  placement.arrivedAt = write(placement, at);
  mailbox.placements.set(placement.defaultId, placement);
  const { messages } = folder;
  const last = messages.at(-1);
  if (!last || compareMessages(last, message) < 0) messages.push(message);
  else messages.splice(positionOf(messages, message), 0, message);
  if (!message.isRead) folder.unread += 1;
  noteFolder(folder);
  return placement;
}

/** Takes a message out of its folder; its stay ends with a tombstone in the log. */
export function leave(message: StoredMessage, at: number): void {
  const { placement } = message;
  const { folder } = placement;
  folder.messages.splice(positionOf(folder.messages, message), 1);
  if (!message.isRead) folder.unread -= 1;
  placement.removedAt = write(placement, at);
  noteFolder(folder);
}

/** A read toggle is apart from other changes: Graph may report it as a sparse row. */
export function noteChange(message: StoredMessage, kind: 'read' | 'other', at: number): void {
  const position = write(message.placement, at);
  if (kind === 'read') message.placement.readAt = position;
  else message.placement.updatedAt = position;
}

export const isInMailbox = (message: StoredMessage): boolean =>
  message.exists && isVisible(message.placement.folder);
