// Somebody aboard connects Outlook at the sandbox, as a person with a browser would: for stories and measurements.
import { randomUUID } from 'node:crypto';

import type { Principal } from '#directory/principal.ts';
import { beginAuthorize, type ConnectDeps, finishAuthorize, type SignInOutcome } from '#mailboxes/connect.ts';
import type { Purpose } from '#microsoft/scopes.ts';

import { signInAtSandbox } from './sign-in.ts';

export const CALLBACK = 'http://localhost:3000/auth/outlook/callback';

/** The whole trip to Microsoft and back, as this person. */
export async function connectAs(
  deps: ConnectDeps,
  principal: Principal,
  { purpose, account, shared = false }: { purpose: Purpose; account: string; shared?: boolean },
): Promise<SignInOutcome> {
  const { url } = await beginAuthorize(deps, principal, { purpose, redirectUri: CALLBACK, shared });
  const back = await signInAtSandbox(url, account);
  return finishAuthorize(deps, principal, {
    state: back.searchParams.get('state') ?? '',
    code: back.searchParams.get('code') ?? undefined,
    error: back.searchParams.get('error') ?? undefined,
  });
}

/** Somebody aboard with this address. */
export function principalOf(address: string, yachtId: string): Principal {
  return {
    userId: randomUUID(),
    yachtId,
    yachtName: 'M/Y Corvina',
    role: 'chief_engineer',
    email: address,
    displayName: address,
    sessionId: randomUUID(),
  };
}
