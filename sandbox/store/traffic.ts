// What befalls messages: they arrive, change, move and leave. Whoever watches hears of each, in the order it happened.
import { makeMessage } from './messages.ts';
import type { NewMessage } from './new-message.ts';
import { enter, isInMailbox, leave, noteChange } from './placements.ts';
import type { MailChange } from './sandbox-store.ts';
import { StoreError } from './store-error.ts';
import type { Folder, StoredMessage } from './types.ts';

export class Traffic {
  readonly #now: () => Date;
  readonly #watchers: ((change: MailChange) => void)[] = [];
  #inBulk = false;

  constructor(now: () => Date) {
    this.#now = now;
  }

  watch(watcher: (change: MailChange) => void): void {
    this.#watchers.push(watcher);
  }

  /** What `happen` does is told as one of many at once. */
  inBulk(happen: () => void): void {
    this.#inBulk = true;
    try {
      happen();
    } finally {
      this.#inBulk = false;
    }
  }

  arrive(folder: Folder, given: NewMessage): StoredMessage {
    if (folder.search) throw new StoreError('invalid', 'A search folder holds no mail of its own.');
    const now = this.#now();
    const message = makeMessage(folder.mailbox, given, now);
    folder.mailbox.messages.set(message.id, message);
    enter(folder, message, now.getTime());
    this.#tell('arrived', message);
    return message;
  }

  /** `before`: the message as it was; `kind`: as `noteChange` takes it. */
  change(message: StoredMessage, before: StoredMessage, kind: Parameters<typeof noteChange>[1]): void {
    this.#touch(message);
    noteChange(message, kind, this.#now().getTime());
    this.#tell('changed', message, before);
  }

  /** `between` runs while the message is in neither folder. */
  relocate(message: StoredMessage, target: Folder, between?: () => void): void {
    const at = this.#now().getTime();
    leave(message, at);
    this.#touch(message);
    between?.();
    this.#tell('left', message);
    enter(target, message, at);
    this.#tell('arrived', message);
  }

  /** Out of the mailbox, for good. */
  purge(message: StoredMessage): void {
    const inside = isInMailbox(message);
    leave(message, this.#now().getTime());
    message.exists = false;
    this.#tell('left', message);
    if (inside) message.deletedFrom = message.placement.folder.id;
  }

  #touch(message: StoredMessage): void {
    message.version += 1;
    message.modifiedAt = this.#now();
  }

  #tell(kind: MailChange['kind'], message: StoredMessage, before: StoredMessage | null = null): void {
    const { folder, defaultId } = message.placement;
    for (const watcher of this.#watchers) {
      watcher({ kind, message, folder, defaultId, before, bulk: this.#inBulk });
    }
  }
}
