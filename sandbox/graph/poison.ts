// Messages over which the service itself stumbles: 500 each time, whatever is tried.
import type { StoredMessage } from '../store/types.ts';
import { GraphError } from './errors.ts';

/**
 * @param at `page`: a list or a round that holds the message, else a request for it by id; `bodies`: its body is
 * part of the answer
 * @throws {GraphError} 500
 */
export function refusePoison({ poison }: StoredMessage, at: { page: boolean; bodies: boolean }): void {
  if (poison === null) return;
  const struck = poison === 'always' || (poison === 'body' ? at.bodies : (poison === 'page') === at.page);
  if (!struck) return;
  const text = 'An internal server error occurred. The operation failed., The item could not be opened.';
  throw new GraphError(500, 'ErrorInternalServerError', text);
}
