// Whose mailbox a path is about.
import type { SandboxContext } from '../context.ts';
import type { Mailbox } from '../store/types.ts';
import type { GraphCall } from './call.ts';
import { accessDenied, GraphError } from './errors.ts';

/** A mailbox by one of its addresses or its user's id, percent-encoded or not; null when there is none. */
export function namedMailbox(context: SandboxContext, text: string): Mailbox | null {
  const named = unescaped(text);
  return context.store.mailbox(named) ?? context.store.mailboxOfUser(named) ?? null;
}

function unescaped(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}

const SHARED = /^Mail\..*\.Shared$/;

/**
 * `me`, or `users/{id}` by id or address: the own mailbox, or one that its people have shared. Mail is reached by any
 * address, the profile is not.
 * https://learn.microsoft.com/en-us/graph/outlook-share-messages-folders
 * https://learn.microsoft.com/en-us/graph/api/resources/mail-api-overview#using-the-mail-rest-api
 * @throws {GraphError} 403 without access or permission, 404 ErrorInvalidUser, Request_ResourceNotFound
 */
export function ownerOf(
  { context, person, scopes }: GraphCall,
  segments: string[],
): { owner: string; mailbox: Mailbox; rest: string[] } {
  const [first = '', second = ''] = segments;
  if (first.toLowerCase() === 'me') return { owner: 'me', mailbox: person, rest: segments.slice(1) };
  if (first.toLowerCase() !== 'users' || second === '') {
    throw new GraphError(400, 'BadRequest', `Resource not found for the segment '${first}'.`);
  }
  const mailbox = namedMailbox(context, second);
  if (!mailbox) throw new GraphError(404, 'ErrorInvalidUser', `The requested user '${second}' is invalid.`);
  const rest = segments.slice(2);
  if (rest.length === 0 && mailbox.aliases.includes(unescaped(second).toLowerCase())) {
    throw new GraphError(404, 'Request_ResourceNotFound', `Resource '${second}' does not exist.`);
  }
  const open =
    mailbox === person || (mailbox.access.has(person.address) && [...scopes].some((s) => SHARED.test(s)));
  if (!open) throw accessDenied();
  return { owner: `users/${encodeURIComponent(second)}`, mailbox, rest };
}
