// Who hears which live event.
import type { LiveEvent } from '#directory/events.ts';
import type { Principal } from '#directory/principal.ts';

type Listener = Pick<Principal, 'userId' | 'yachtId' | 'role'>;

/**
 * Everyone aboard hears of links; a mailbox's own news go to its owner, and how its sync is doing and what is wrong
 * with it also to the captain and the manager, who are shown every mailbox aboard.
 */
export function mayHear({ userId, yachtId, role }: Listener, event: LiveEvent): boolean {
  if (event.yacht_id !== yachtId) return false;
  if (event.user_id === null || event.user_id === userId) return true;
  return (event.type === 'sync' || event.type === 'notice') && (role === 'captain' || role === 'manager');
}
