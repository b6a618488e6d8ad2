// The permissions we ask for, and comparing them with what was granted.
// https://learn.microsoft.com/en-us/entra/identity-platform/scopes-oidc

export type Purpose = 'read' | 'write';

const OPENID = ['openid', 'profile', 'email'];
const GRAPH: Record<Purpose, string[]> = {
  read: ['Mail.Read', 'User.Read'],
  write: ['Mail.ReadWrite', 'Mail.Send', 'User.Read'],
};

const SHARED = 'Mail.Read.Shared';

/** What the sign-in page is asked for; `shared`: also mailboxes that others have shared with the person. */
export function requestedScopes(purpose: Purpose, { shared = false } = {}): string[] {
  return [...GRAPH[purpose], ...(shared ? [SHARED] : []), 'offline_access', ...OPENID];
}

/** Whether mailboxes shared with the person may be read. */
export function readsShared(granted: string[]): boolean {
  return granted.map(normaliseScope).includes(SHARED.toLowerCase());
}

/** Graph's scopes come back short or fully qualified, in any case and order. */
export function normaliseScope(scope: string): string {
  return scope.toLowerCase().replace(/^https:\/\/[^/]+\//, '');
}

/**
 * The Graph permissions of a purpose that were not granted. `offline_access` and the OpenID scopes are usually
 * not listed in the answer, so their absence says nothing. A wider permission covers a narrower one.
 */
export function missingScopes(purpose: Purpose, granted: string[]): string[] {
  const have = new Set(granted.map(normaliseScope));
  if (have.has('mail.readwrite')) have.add('mail.read');
  return GRAPH[purpose].filter((scope) => !have.has(normaliseScope(scope)));
}
