// A consent that dies while it is in use.
import type { Sandbox } from '../../sandbox/server.ts';

/** Revoked, and felt at once: the access token in hand has ended too. */
export function endConsent({ identity, store }: Sandbox, address: string): void {
  const { userId = '' } = store.mailbox(address) ?? {};
  identity.revoke(userId);
  identity.expireAccess(userId);
}
