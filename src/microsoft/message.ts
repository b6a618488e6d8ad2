// https://learn.microsoft.com/en-us/graph/api/message-get
import { BATCH_SIZE, getBatch } from './batch.ts';
import { GraphError } from './errors.ts';
import type { Graph } from './graph-client.ts';
import { type GraphMessage, MESSAGE_SELECT, TEXT_BODIES } from './message-fields.ts';
import { asObject, asText } from './read.ts';

export type MessageAnswer = { message: GraphMessage } | { error: GraphError };

const ATTEMPTS = 4;

/**
 * Asks for messages by immutable id, with every field we keep and bodies as text; the answers by id. `not_found`
 * means that Microsoft says it does not exist. What is throttled or fails in passing is asked for again.
 *
 * @throws GraphError when a whole batch is refused
 */
export async function getMessages(
  graph: Graph,
  ids: string[],
  signal?: AbortSignal,
): Promise<Map<string, MessageAnswer>> {
  const answers = new Map<string, MessageAnswer>();
  let left = [...new Set(ids)];
  for (let attempt = 1; left.length > 0 && attempt <= ATTEMPTS; attempt += 1) {
    for (let at = 0; at < left.length; at += BATCH_SIZE) {
      await getOneBatch(graph, { ids: left.slice(at, at + BATCH_SIZE), answers, signal });
    }
    left = left.filter((id) => mayAskAgain(answers.get(id)));
  }
  return answers;
}

type OneBatch = { ids: string[]; answers: Map<string, MessageAnswer>; signal: AbortSignal | undefined };

async function getOneBatch(graph: Graph, { ids, answers, signal }: OneBatch): Promise<void> {
  const items = ids.map((id, index) => ({
    id: String(index),
    path: messagePath(graph.root, id),
    prefer: [TEXT_BODIES],
  }));
  const batch = await getBatch(graph, items, signal);
  for (const [index, id] of ids.entries()) {
    const answer = batch.get(String(index));
    if (answer) answers.set(id, 'error' in answer ? { error: refusal(answer.error) } : read(answer.body));
  }
}

// An id that Graph gave us once and does not understand any more is of a mailbox that is no longer there.
function refusal(error: GraphError): GraphError {
  const { status, graphCode, requestId } = error;
  if (graphCode !== 'ErrorInvalidIdMalformed') return error;
  return new GraphError({ kind: 'not_found', status, graphCode, requestId, cause: error });
}

function mayAskAgain(answer: MessageAnswer | undefined): boolean {
  return (
    answer !== undefined &&
    'error' in answer &&
    ['throttled', 'transient', 'malformed'].includes(answer.error.kind)
  );
}

function messagePath(root: string, id: string): string {
  return `${root}/messages/${encodeURIComponent(id)}?$select=${MESSAGE_SELECT}`;
}

function read(body: unknown): MessageAnswer {
  const message = asObject(body);
  if (asText(message.id) === null) return { error: new GraphError({ kind: 'malformed', status: 200 }) };
  return { message: message as GraphMessage };
}
