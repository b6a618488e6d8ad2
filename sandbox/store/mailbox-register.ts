// Which mailboxes there are, by address and by user.

import { StoreError } from './store-error.ts';
import type { Mailbox } from './types.ts';

export class MailboxRegister {
  readonly #byAddress = new Map<string, Mailbox>();
  readonly #byUser = new Map<string, Mailbox>();

  /** @throws {StoreError} mailbox_exists */
  add(mailbox: Mailbox): Mailbox {
    const addresses = [mailbox.address, ...mailbox.aliases];
    for (const address of addresses) {
      if (!this.#byAddress.has(address)) continue;
      throw new StoreError('mailbox_exists', `The mailbox ${address} already exists.`);
    }
    for (const address of addresses) this.#byAddress.set(address, mailbox);
    this.#byUser.set(mailbox.userId.toLowerCase(), mailbox);
    return mailbox;
  }

  find(address: string): Mailbox | undefined {
    return this.#byAddress.get(address.toLowerCase());
  }

  /** @throws {StoreError} mailbox_unknown */
  need(address: string): Mailbox {
    const mailbox = this.find(address);
    if (!mailbox) throw new StoreError('mailbox_unknown', `There is no mailbox ${address}.`);
    return mailbox;
  }

  ofUser(userId: string): Mailbox | undefined {
    return this.#byUser.get(userId.toLowerCase());
  }

  /** In the order in which they were made. */
  all(): Mailbox[] {
    return [...new Set(this.#byAddress.values())];
  }
}
