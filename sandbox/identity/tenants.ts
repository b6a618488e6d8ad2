// The first path segment of every sign-in address: who may come in through it.
import type { SandboxContext } from '../context.ts';
import type { Mailbox } from '../store/types.ts';
import { AadError } from './errors.ts';
import { CONSUMER_TENANT, HOME_TENANT } from './state.ts';

const GUID = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i;

/** @returns the tenant a segment means: itself for a GUID, a word for the audiences; null when unknown */
export function resolveTenant(context: SandboxContext, segment: string): string | null {
  const name = segment.toLowerCase();
  if (name === 'common' || name === 'organizations') return name;
  if (name === 'consumers' || name === CONSUMER_TENANT) return CONSUMER_TENANT;
  if (GUID.test(name)) {
    const known = context.store
      .mailboxes()
      .some((mailbox) => context.identity.account(mailbox).tenantId === name);
    return known || name === HOME_TENANT ? name : null;
  }
  const isDomain = context.store.mailboxes().some((mailbox) => mailbox.address.endsWith(`@${name}`));
  return isDomain ? HOME_TENANT : null;
}

export function unknownTenant(segment: string): AadError {
  return new AadError(
    90002,
    'invalid_request',
    `Tenant '${segment}' not found. Check to make sure you have the correct tenant ID and are signing into the correct cloud.`,
  );
}

/** Whether this account may sign in through the tenant segment; nobody signs in as a shared mailbox. */
export function admits(context: SandboxContext, tenant: string, mailbox: Mailbox): boolean {
  if (mailbox.shared) return false;
  const { tenantId } = context.identity.account(mailbox);
  if (tenant === 'common') return true;
  if (tenant === 'organizations') return tenantId !== CONSUMER_TENANT;
  return tenantId === tenant;
}
