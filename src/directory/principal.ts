// Who is asking: a person, on one yacht, in one role.
import type { Kysely } from 'kysely';

import { CelesteError } from '#base/errors.ts';

import type { Auth, Session } from './auth.ts';
import type { VerifyBearer } from './bearer.ts';
import { type Account, findAccounts } from './directory.ts';
import type { Role } from './roles.ts';
import type { MasterSchema } from './schema.ts';

export type Principal = {
  userId: string;
  yachtId: string;
  yachtName: string;
  role: Role;
  email: string;
  displayName: string;
  /** What a trip to Microsoft's sign-in page is bound to: this browser's session, or the bearer token's. */
  sessionId: string;
};

/**
 * Says who sent a request: by its bearer token, else by its session cookie. Null when it carries neither.
 * A person of several yachts picks one with the header `x-celeste-yacht`; without it the oldest active account counts.
 *
 * @throws CelesteError `token_invalid`, `token_expired`, `issuer_unreachable`, `account_unknown`,
 *   `account_suspended`, `not_aboard`
 */
export type Identify = (request: Request) => Promise<Principal | null>;

const YACHT_HEADER = 'x-celeste-yacht';

type Deps = { master: Kysely<MasterSchema>; auth: Pick<Auth, 'sessionOf'>; verifyBearer: VerifyBearer };

export function createIdentify({ master, auth, verifyBearer }: Deps): Identify {
  return async (request) => {
    const token = bearerToken(request.headers);
    const session = token === null ? await auth.sessionOf(request.headers) : await verifyBearer(token);
    if (!session) return null;
    const accounts = await findAccounts(master, session.userId);
    return principalOf(choose(accounts, request.headers.get(YACHT_HEADER)), session);
  };
}

function bearerToken(headers: Headers): string | null {
  const [scheme, token] = (headers.get('authorization') ?? '').split(' ');
  return scheme?.toLowerCase() === 'bearer' && token ? token : null;
}

function choose(accounts: Account[], yachtId: string | null): Account {
  if (accounts.length === 0) {
    throw new CelesteError('account_unknown', 'You are known, but you belong to no yacht here.', {
      advice: 'Ask the operator to add you: celeste user add.',
    });
  }
  const account =
    yachtId === null
      ? (accounts.find((each) => each.status === 'active') ?? accounts[0])
      : accounts.find((each) => each.yachtId === yachtId);
  if (!account) throw new CelesteError('not_aboard', 'You do not belong to that yacht.');
  if (account.status === 'active') return account;
  throw new CelesteError('account_suspended', `Your account on ${account.yachtName} is suspended.`, {
    advice: 'Ask the captain or the operator.',
  });
}

function principalOf({ status: _, ...account }: Account, { sessionId }: Session): Principal {
  return { ...account, sessionId };
}
