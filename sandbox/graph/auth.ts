// Whose access token it is, and whether it is still good.
import { createPublicKey } from 'node:crypto';

import { jwtVerify } from 'jose';

import type { SandboxContext } from '../context.ts';
import { mailboxOfUser } from '../context.ts';
import type { AccessClaims } from '../identity/tokens.ts';
import { readAccessClaims } from '../identity/tokens.ts';
import type { Mailbox } from '../store/types.ts';
import { unauthorized } from './errors.ts';

export type Caller = {
  mailbox: Mailbox;
  clientId: string;
  scopes: Set<string>;
  /** The token: until when it is good, and of which epoch of the account. */
  token: { until: Date; epoch: number };
};

const KEPT = 5000;

/** @returns checks an Authorization header; a token's signature is verified once */
export function createAuthenticator(context: SandboxContext) {
  const publicKey = createPublicKey({ key: context.keys.publicJwk as never, format: 'jwk' });
  const verified = new Map<string, AccessClaims>();

  const verify = async (token: string): Promise<AccessClaims> => {
    const known = verified.get(token);
    if (known) return known;
    const claims = readAccessClaims(context, token);
    if (!claims) throw unauthorized('CompactToken parsing failed with error code: 80049217');
    try {
      if (claims.signed) await jwtVerify(token, publicKey, { currentDate: new Date(claims.expires - 1000) });
    } catch {
      throw unauthorized('Access token validation failure. Invalid signature.');
    }
    if (verified.size >= KEPT) verified.clear();
    verified.set(token, claims);
    return claims;
  };

  return async (header: string | undefined): Promise<Caller> => {
    const [, token = ''] = /^Bearer\s*(.*)$/i.exec(header ?? '') ?? [];
    if (token === '') throw unauthorized('Access token is empty.');
    const claims = await verify(token);
    const mailbox = mailboxOfUser(context, claims.userId);
    if (!mailbox) throw unauthorized('The identity of the calling user could not be found.');
    const account = context.identity.account(mailbox);
    if (claims.expires <= context.now().getTime() || claims.epoch !== account.accessEpoch) {
      throw unauthorized('Lifetime validation failed, the token is expired.');
    }
    const { clientId, scopes, expires, epoch } = claims;
    return { mailbox, clientId, scopes, token: { until: new Date(expires), epoch } };
  };
}
