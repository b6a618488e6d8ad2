import type { Problem } from './status.ts';

const AGAIN = 'It is tried again with every round. Mail synced so far stays.';
const BROKEN = `Perhaps one message in it is broken: once that one is moved or deleted in Outlook, it goes on. ${AGAIN}`;

// What is wrong with one folder while the rest of its mailbox goes on, by the code that stands on the folder.
const ADVICE: Record<string, [message: string, advice: string]> = {
  graph_forbidden: [
    'Microsoft does not let us read this folder.',
    `Whoever it belongs to can share it in Outlook with the person who connected this mailbox. ${AGAIN}`,
  ],
  graph_transient: ['Microsoft cannot put together what is new in this folder.', BROKEN],
  graph_malformed: ['Microsoft answers with something unreadable for this folder.', BROKEN],
  graph_not_found: ['Microsoft lists this folder and then does not find it.', AGAIN],
  graph_sync_state_lost: ['Microsoft forgets again and again where we were in this folder.', AGAIN],
  graph_rejected: [
    'Microsoft refuses what we ask of this folder.',
    `${AGAIN} If it stays, tell whoever runs Celeste Mail: the log has the request id.`,
  ],
  message_unanswered: [
    'Microsoft says nothing of a message in this folder.',
    `What was known of that message is kept, and it is asked for with every round. Moving or deleting it in Outlook settles it.`,
  ],
};

/** What is wrong with a folder, by the code of its last error; null when nothing is. */
export function folderProblemOn(code: string | null): Problem | null {
  if (code === null) return null;
  const [message, advice] = ADVICE[code] ?? ['This folder could not be read to its end.', AGAIN];
  return { code, message, advice };
}
