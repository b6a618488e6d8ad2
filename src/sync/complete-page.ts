// A page of a folder with its gaps filled: what it says about messages that we do not hold is asked for first.
import { mapInTurns } from '#base/turns.ts';
import { GraphError } from '#microsoft/errors.ts';
import { getMessages, type MessageAnswer } from '#microsoft/message.ts';
import type { GraphMessage } from '#microsoft/message-fields.ts';
import type { MessagePage } from '#microsoft/message-page.ts';
import { asText } from '#microsoft/read.ts';
import { asWorker } from '#tenants/tenants.ts';

import type { Tree } from './folders.ts';
import type { Round } from './round.ts';
import { isSparse, laterWins, type MessageRow, rowOf } from './rows.ts';
import { findKnown } from './store.ts';

export type CompletePage = {
  rows: MessageRow[];
  /** Messages to ask about at the end of the round: reported as removed, or known by a few fields only. */
  suspects: string[];
};

/**
 * One row for each message of the page. A change to a message that we do not hold is made whole. So is a tombstone
 * of one: a message that came, left and came back between two rounds may be told by its tombstone alone.
 * https://github.com/microsoftgraph/microsoft-graph-docs/issues/21752
 *
 * @throws GraphError when a batch is refused as a whole; `sync_state_lost` when such a tombstone got no answer and
 *   only reading the folder anew can tell
 */
export async function completePage(
  round: Round,
  page: MessagePage,
  { tree, isInitial }: { tree: Tree; isInitial: boolean },
): Promise<CompletePage> {
  const messages = laterWins(messagesOf(page));
  const tombstones = tombstonesOf(page);
  const sparse = messages.filter(isSparse).map(({ id }) => id);
  const unknown = await unknownOf(round, { sparse, tombstones });
  if (unknown.length === 0) return { rows: await mapInTurns(messages, rowOf), suspects: tombstones };
  const answers = await getMessages(round.graph, unknown, round.signal);
  const isUnanswered = (id: string) => isFailure(answers.get(id));
  if (!isInitial && tombstones.some(isUnanswered)) throw unansweredTombstone();
  const isAlive = (id: string) => isInTree(answers.get(id), tree);
  const alive = tombstones.filter(isAlive).map((id): GraphMessage => ({ id }));
  const whole = [...messages, ...alive].flatMap((message) => madeWhole(message, answers.get(message.id)));
  return {
    rows: whole.map(rowOf),
    suspects: [
      ...tombstones.filter((id) => !isAlive(id)),
      ...messages.map(({ id }) => id).filter(isUnanswered),
    ],
  };
}

function messagesOf(page: MessagePage): GraphMessage[] {
  const last = new Map(page.rows.map((row) => [row.id, row.removed]));
  return page.rows.flatMap((row) => (row.removed || last.get(row.id) === true ? [] : [row.message]));
}

function tombstonesOf(page: MessagePage): string[] {
  const last = new Map(page.rows.map((row) => [row.id, row.removed]));
  return [...last].filter(([, removed]) => removed).map(([id]) => id);
}

/** What a few fields, or a tombstone, do not say enough about: we hold nothing of it, or only a few fields as well. */
async function unknownOf(
  { tenants, watcher }: Round,
  { sparse, tombstones }: { sparse: string[]; tombstones: string[] },
): Promise<string[]> {
  const ids = [...sparse, ...tombstones];
  if (ids.length === 0) return [];
  const held = await tenants.read(asWorker(watcher.yacht_id), (db) => findKnown(db, watcher, ids));
  const isFragment = (id: string) => {
    const known = held.get(id);
    return known?.sync_level === 'partial' && known.removal_suspected_at !== null;
  };
  return [
    ...sparse.filter((id) => !held.has(id) || isFragment(id)),
    ...tombstones.filter((id) => !held.has(id)),
  ];
}

function isFailure(answer: MessageAnswer | undefined): boolean {
  return answer !== undefined && 'error' in answer && answer.error.kind !== 'not_found';
}

// In a folder that we do not know it is found when that one is read; outside the tree it is as good as gone.
function isInTree(answer: MessageAnswer | undefined, tree: Tree): boolean {
  if (answer === undefined || 'error' in answer) return false;
  const folderId = asText(answer.message.parentFolderId);
  return tree.folders.some((row) => row.provider_folder_id === folderId && row.removed_at === null);
}

/** With what was answered about it. One that is gone by now is left out: its tombstone comes with a later page. */
function madeWhole(message: GraphMessage, answer: MessageAnswer | undefined): GraphMessage[] {
  if (answer === undefined) return [message];
  if ('message' in answer) return [{ ...message, ...answer.message, id: message.id }];
  return answer.error.kind === 'not_found' ? [] : [message];
}

function unansweredTombstone(): GraphError {
  return new GraphError({ kind: 'sync_state_lost', status: null, graphCode: 'unanswered_tombstone' });
}
