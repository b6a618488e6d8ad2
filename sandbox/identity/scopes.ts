// Permissions: how they are written, which ones there are, and what a person is told about each.
// https://learn.microsoft.com/en-us/entra/identity-platform/scopes-oidc

import { AadError } from './errors.ts';

const GRAPH = 'https://graph.microsoft.com/';
const OIDC = ['openid', 'profile', 'email', 'offline_access'];

/** What the consent page says, by permission. */
export const GRAPH_SCOPES: Record<string, string> = {
  'User.Read': 'Sign you in and read your profile',
  'User.ReadWrite': 'Read and change your profile',
  'User.RevokeSessions.All': 'Sign you out everywhere',
  'Mail.ReadBasic': 'Read basic information of your mail',
  'Mail.Read': 'Read your mail',
  'Mail.ReadWrite': 'Read, change and delete your mail',
  'Mail.Send': 'Send mail as you',
  'Mail.ReadBasic.Shared': 'Read basic information of mail that you can access',
  'Mail.Read.Shared': 'Read mail that you can access',
  'Mail.ReadWrite.Shared': 'Read, change and delete mail that you can access',
  'Mail.Send.Shared': 'Send mail on behalf of others',
  'MailboxSettings.Read': 'Read your mailbox settings',
  'MailboxSettings.ReadWrite': 'Read and change your mailbox settings',
};

export const OIDC_TEXTS: Record<string, string> = {
  offline_access: 'Keep the access you have given it, also when you are away',
  profile: 'See your basic profile',
  email: 'See your e-mail address',
};

export type Scopes = {
  graph: string[];
  oidc: string[];
  unknown: string[];
  /** Other resources', and whether one of them came before Graph's. */
  foreign: string[];
  foreignFirst: boolean;
  /** `.default` beside scopes by name. */
  mixed: boolean;
};

const canonical = new Map(Object.keys(GRAPH_SCOPES).map((name) => [name.toLowerCase(), name]));

/**
 * Reads a `scope` parameter: names in any case, Graph's also fully qualified.
 * @param registered what `.default` stands for
 */
export function readScopes(text: string, registered: string[] = []): Scopes {
  const scopes: Scopes = {
    ...{ graph: [], oidc: [], unknown: [], foreign: [] },
    ...{ foreignFirst: false, mixed: false },
  };
  let [named, all] = [false, false];
  for (const part of new Set(text.split(/\s+/).filter(Boolean))) {
    const lower = part.toLowerCase();
    const short = lower.startsWith(GRAPH) ? lower.slice(GRAPH.length) : lower;
    const known = canonical.get(short);
    if (OIDC.includes(lower)) scopes.oidc.push(lower);
    else if (known) {
      scopes.graph.push(known);
      named = true;
    } else if (short === '.default') {
      scopes.graph.push(...registered);
      all = true;
    } else if (lower.includes('://') && !lower.startsWith(GRAPH)) {
      scopes.foreign.push(part);
      scopes.foreignFirst ||= !named && !all;
    } else scopes.unknown.push(part);
  }
  scopes.mixed = named && all;
  return scopes;
}

/** @throws {AadError} for a scope that does not exist, and for `.default` beside others */
export function refuseBadScopes({ unknown, mixed }: Scopes): void {
  const [scope] = unknown;
  if (scope !== undefined) throw badScope(`The scope ${scope} does not exist.`);
  if (mixed) throw badScope(".default scope can't be combined with resource-specific scopes.");
}

const badScope = (why: string) =>
  new AadError(
    70011,
    'invalid_scope',
    `The provided request must include a 'scope' input parameter. The provided value for the input parameter 'scope' is not valid. ${why}`,
  );
