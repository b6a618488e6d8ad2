import type { MicrosoftConfig } from '#config/config.ts';
import { createIdentity } from '#microsoft/identity.ts';

import type { Identities } from './tokens.ts';

/** The registrations that are set up, ready to sign people in. Nothing is asked of Microsoft yet. */
export function createIdentities({ loginUrl, tenant, read, write }: MicrosoftConfig): Identities {
  return {
    read: read && createIdentity({ loginUrl, tenant, ...read }),
    write: write && createIdentity({ loginUrl, tenant, ...write }),
  };
}
