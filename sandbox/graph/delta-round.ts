// A delta round: an initial walk over what is in the folder, newest first, then a walk through the folder's
// change log. All a link needs to hold is where both stand.
import { compareMessages, lowerBound } from '../store/placements.ts';
import type { Folder, Placement, StoredMessage } from '../store/types.ts';
import type { GraphCall } from './call.ts';
import { allows } from './call.ts';
import type { DeltaQuery } from './delta-query.ts';
import { readDeltaQuery } from './delta-query.ts';
import { withExpanded } from './message-expand.ts';
import type { Row } from './message-json.ts';
import {
  BODY_PROPERTIES,
  DEFAULT_PROPERTIES,
  messageId,
  messageRow,
  selectMessageProperties,
} from './message-json.ts';
import { refusePoison } from './poison.ts';

/** Where a round stands. `from`: log position at which it began; `at`: next log position to read. */
export type RoundState = {
  query: DeltaQuery;
  from: number;
  at: number;
  /** Initial round: the last message given, newest first; null before the first, absent when through. */
  after?: [time: number, id: string] | null;
  given: number;
  /** What came before this log position is not told a third time. */
  replayedTo?: number;
};

type Page = { rows: Row[]; state: RoundState; done: boolean };

const FILTER_CAP = 5000;

/** Changes become visible late: everything before this log position can be seen now. */
function visibleEnd(call: GraphCall, folder: Folder): number {
  const late = call.context.settings.quirks.lateVisibilityMs;
  let end = folder.log.length;
  if (late === 0) return end;
  const newest = call.context.now().getTime() - late;
  while (end > 0 && (folder.log[end - 1]?.at ?? 0) > newest) end -= 1;
  return end;
}

export function beginRound(call: GraphCall, folder: Folder): RoundState {
  const query = readDeltaQuery(call);
  const start = visibleEnd(call, folder);
  return { query, from: start, at: start, after: null, given: 0 };
}

/** How much of the log is told again where replays are on. */
const REPLAYED = 5;

/** The next round begins where this one ended, or now and then a little before. */
export function endRound(call: GraphCall, state: RoundState): RoundState {
  const { query, at, replayedTo = 0 } = state;
  const again = call.context.settings.quirks.replays && at % 2 === 1 && at > replayedTo;
  const from = again ? Math.max(0, at - REPLAYED) : at;
  return { query, from, at: from, given: 0, replayedTo: again ? at : replayedTo };
}

/** Reads up to `size` rows on from where the round stands. */
export function readPage(call: GraphCall, folder: Folder, state: RoundState, size: number): Page {
  const select = state.query.select ? selectMessageProperties(state.query.select) : null;
  const view = { ...call.prefer, select: visibleProperties(call, select) };
  const rows: Row[] = [];
  const next: RoundState = { ...state };
  const bodies = !view.select || view.select.some((name) => name === 'body' || name === 'uniqueBody');
  const write = (message: StoredMessage) => {
    refusePoison(message, { page: true, bodies });
    const row = messageRow(message, view.select, view);
    return {
      '@odata.type': '#microsoft.graph.message',
      ...row,
      ...withExpanded(call, message, state.query.expand),
    };
  };
  if (next.after !== undefined)
    readPresent(folder, next, { size, call, add: (message) => rows.push(write(message)) });
  if (next.after === undefined && rows.length < size) readChanges(call, folder, next, { size, rows, write });
  const done = next.after === undefined && next.at >= visibleEnd(call, folder);
  return { rows, state: next, done };
}

/** Mail.ReadBasic sees no bodies, also when a link was made with a wider permission. */
function visibleProperties(call: GraphCall, select: string[] | null): string[] | null {
  if (allows(call, 'Mail.Read')) return select;
  return (select ?? DEFAULT_PROPERTIES).filter((name) => !BODY_PROPERTIES.has(name));
}

type PresentOptions = { size: number; call: GraphCall; add: (message: StoredMessage) => void };

/** The initial round's first part: what was in the folder when it began, newest first. */
function readPresent(folder: Folder, state: RoundState, { size, call, add }: PresentOptions): void {
  const { messages } = folder;
  const { query } = state;
  const after = state.after ?? null;
  let index = messages.length - 1;
  if (after) {
    const [time, id] = after;
    const last = { receivedAt: new Date(time), id } as StoredMessage;
    index = lowerBound(messages, (message) => compareMessages(message, last) >= 0) - 1;
  }
  const since = query.since ? Date.parse(query.since) + (query.exclusive ? 1 : 0) : Number.NEGATIVE_INFINITY;
  const cap = Math.min(
    query.since ? FILTER_CAP : Number.POSITIVE_INFINITY,
    query.top && call.context.settings.quirks.topCapsRound ? query.top : Number.POSITIVE_INFINITY,
  );
  let count = 0;
  for (; index >= 0 && count < size; index -= 1) {
    const message = messages[index];
    if (!message) continue;
    if (message.receivedAt.getTime() < since || state.given >= cap) break;
    state.after = [message.receivedAt.getTime(), message.id];
    // What came after the round began is told in its second part.
    if (message.placement.arrivedAt >= state.from) continue;
    add(message);
    count += 1;
    state.given += 1;
  }
  const through = index < 0 || count < size || state.given >= cap;
  if (through) delete state.after;
}

type ChangeOptions = { size: number; rows: Row[]; write: (message: StoredMessage) => Row };

/** Changes since the round's beginning; of each message only its last one counts. */
function readChanges(
  call: GraphCall,
  folder: Folder,
  state: RoundState,
  { size, rows, write }: ChangeOptions,
): void {
  const end = visibleEnd(call, folder);
  const pageStart = state.at;
  for (; state.at < end && rows.length < size; state.at += 1) {
    const placement = folder.log[state.at]?.placement;
    if (placement?.latestAt !== state.at) continue;
    const row = changeRow(call, placement, { state, pageStart, write });
    if (row) rows.push(row);
  }
}

type ChangeContext = { state: RoundState; pageStart: number; write: (message: StoredMessage) => Row };

/** The row that tells the last thing that happened to this stay; null when there is nothing to tell. */
function changeRow(call: GraphCall, placement: Placement, context: ChangeContext): Row | null {
  const kind = kindOfChange(call, placement, context);
  const { changeType } = context.state.query;
  if (!kind || (changeType && changeType !== CHANGE_TYPES[kind])) return null;
  const { message, defaultId } = placement;
  if (kind === 'removed') return tombstone(call.prefer.idForm === 'immutable' ? message.id : defaultId);
  return kind === 'read' ? sparseRow(message, call) : context.write(message);
}

const CHANGE_TYPES = { arrived: 'created', changed: 'updated', read: 'updated', removed: 'deleted' } as const;

function kindOfChange(
  call: GraphCall,
  placement: Placement,
  { state, pageStart }: ChangeContext,
): keyof typeof CHANGE_TYPES | null {
  const { quirks } = call.context.settings;
  const immutable = call.prefer.idForm === 'immutable';
  if (placement.removedAt >= 0) {
    // It is back, or was here again: the newer stay has its own line further on.
    if (immutable && placement.next) return null;
    const toldUpTo = Math.max(pageStart, state.replayedTo ?? 0);
    const known = placement.arrivedAt < toldUpTo || (immutable && placement.previous !== null);
    return known || quirks.unknownTombstones ? 'removed' : null;
  }
  if (placement.arrivedAt >= state.from) {
    const cameBack = immutable && placement.previous !== null && placement.latestAt === placement.arrivedAt;
    return cameBack && quirks.abaLost ? 'removed' : 'arrived';
  }
  const onlyRead = placement.updatedAt < state.from && placement.readAt >= state.from;
  return onlyRead && quirks.sparse ? 'read' : 'changed';
}

export const tombstone = (id: string): Row => ({
  '@odata.type': '#microsoft.graph.message',
  id,
  '@removed': { reason: 'deleted' },
});

/** Seen in the field in spite of `$select`: github.com/microsoftgraph/microsoft-graph-docs/issues/7776 */
function sparseRow(message: StoredMessage, call: GraphCall): Row {
  const full = messageRow(message, ['id', 'isRead', 'parentFolderId'], call.prefer);
  return {
    '@odata.type': message.odataType ?? '#microsoft.graph.message',
    ...full,
    id: messageId(message, call.prefer.idForm),
  };
}
