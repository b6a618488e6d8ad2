// What a tenant's policies ask of an account before it gets another token, and the sign-in that meets it.
// https://learn.microsoft.com/en-us/entra/identity-platform/claims-challenge
import { isDeepStrictEqual } from 'node:util';

import type { SandboxContext } from '../context.ts';
import type { Mailbox } from '../store/types.ts';
import { AadError } from './errors.ts';

type Claims = { access_token?: { capolids?: unknown } };

type Problem = { error: string; text: string; suberror?: string; claims?: Claims };

const PROBLEMS: Record<number, Problem> = {
  50076: {
    error: 'interaction_required',
    text: 'Due to a configuration change made by your administrator, or because you moved to a new location, you must use multi-factor authentication.',
    suberror: 'basic_action',
    claims: {
      access_token: { capolids: { essential: true, values: ['c0de5a11-0000-4000-8000-0000000000ca'] } },
    },
  },
  53003: {
    error: 'interaction_required',
    text: 'Access has been blocked by Conditional Access policies. The access policy does not allow token issuance.',
    suberror: 'message_only',
  },
  70043: {
    error: 'invalid_grant',
    text: 'The refresh token has expired or is invalid due to sign-in frequency checks by Conditional Access.',
    suberror: 'bad_token',
  },
};

/** @throws {AadError} while something is asked of the account; some refusals say by which claims it is met */
export function refuseRefresh(context: SandboxContext, mailbox: Mailbox): void {
  const number = context.identity.account(mailbox).refreshProblem;
  if (number === null) return;
  const { error, text, suberror, claims } = PROBLEMS[number] ?? {
    error: 'invalid_grant',
    text: 'The account needs the attention of its owner.',
  };
  throw new AadError(number, error, text, {
    ...(suberror ? { suberror } : {}),
    ...(claims ? { claims: JSON.stringify(claims) } : {}),
  });
}

/** The `claims` of an authorize request; null when it has none. @throws {AadError} when they are no JSON object */
export function readClaims(params: URLSearchParams): Claims | null {
  const text = params.get('claims');
  if (text === null) return null;
  try {
    const claims: unknown = JSON.parse(text);
    if (typeof claims === 'object' && claims !== null) return claims;
  } catch {
    // Said below.
  }
  throw new AadError(90100, 'invalid_request', "The parameter 'claims' is empty or not valid.");
}

/** A sign-in in person that brought what was asked for; a client may have put claims of its own beside it. */
export function meetConditions(context: SandboxContext, mailbox: Mailbox, brought: Claims | null): void {
  const asked = PROBLEMS[context.identity.account(mailbox).refreshProblem ?? 0]?.claims?.access_token;
  if (!asked || !isDeepStrictEqual(brought?.access_token?.capolids, asked.capolids)) return;
  context.identity.configure(mailbox.userId, { refreshProblem: null });
}
