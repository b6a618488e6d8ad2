// Up to twenty requests in one. Answers come in any order and fail one by one.
// https://learn.microsoft.com/en-us/graph/json-batching
import { graphErrorOf } from './classify.ts';
import { GraphError } from './errors.ts';
import type { Graph } from './graph-client.ts';
import { asList, asObject, asText } from './read.ts';

export const BATCH_SIZE = 20;
// The gateway runs so many of a batch's requests at once for a mailbox, and each counts.
const AT_ONCE = 4;

/** `path`: below the Graph URL, or a link that Graph made, whole. */
export type BatchItem = { id: string; path: string; prefer?: string[] };
export type BatchAnswer = { body: unknown } | { error: GraphError };

/**
 * Asks for each item, at most `BATCH_SIZE` of them; the answers by item id. An item that Microsoft left without
 * an answer has a transient error. Items whose token was refused are asked for once more with another, as any request.
 *
 * @throws GraphError when the batch as a whole is refused
 */
export async function getBatch(
  graph: Graph,
  items: BatchItem[],
  signal?: AbortSignal,
): Promise<Map<string, BatchAnswer>> {
  const answers = await askFor(graph, items, signal);
  const refused = items.filter(({ id }) => isTokenRefused(answers.get(id)));
  if (refused.length === 0) return answers;
  await graph.renew();
  return new Map([...answers, ...(await askFor(graph, refused, signal))]);
}

function isTokenRefused(answer: BatchAnswer | undefined): boolean {
  return (
    answer !== undefined &&
    'error' in answer &&
    answer.error.kind === 'unauthorized' &&
    !answer.error.claimsChallenge
  );
}

async function askFor(
  graph: Graph,
  items: BatchItem[],
  signal: AbortSignal | undefined,
): Promise<Map<string, BatchAnswer>> {
  const answers = new Map<string, BatchAnswer>();
  const requests = items.flatMap((item) => innerRequest(graph, item, answers));
  if (requests.length > 0) {
    const places = Math.min(AT_ONCE, requests.length);
    const batch = { method: 'POST', path: '/$batch', body: { requests }, places } as const;
    const answer = await graph.json({ ...batch, signal, refusalsIn });
    for (const [id, inner] of innerAnswers(answer)) answers.set(id, inner);
  }
  const unanswered = {
    error: new GraphError({ kind: 'transient', status: null, graphCode: 'no_batch_answer' }),
  };
  return new Map(items.map(({ id }) => [id, answers.get(id.toLowerCase()) ?? unanswered]));
}

function refusalsIn(answer: unknown): GraphError[] {
  return innerAnswers(answer).flatMap(([, inner]) => ('error' in inner ? [inner.error] : []));
}

/** Nothing for a link that leads elsewhere: it is answered here, as a lost cursor. */
function innerRequest(
  graph: Graph,
  { id, path, prefer = [] }: BatchItem,
  answers: Map<string, BatchAnswer>,
): object[] {
  try {
    const url = graph.relative(path);
    // Preferences of the outer request do not reach the inner ones.
    return [{ id, method: 'GET', url, headers: { prefer: ['IdType="ImmutableId"', ...prefer].join(', ') } }];
  } catch (error) {
    if (!(error instanceof GraphError)) throw error;
    answers.set(id.toLowerCase(), { error });
    return [];
  }
}

function innerAnswers(answer: unknown): [string, BatchAnswer][] {
  return asList(asObject(answer).responses)
    .map(asObject)
    .flatMap((response) => {
      const id = asText(response.id)?.toLowerCase();
      return id === undefined ? [] : [[id, innerAnswer(response)] satisfies [string, BatchAnswer]];
    });
}

function innerAnswer(response: Record<string, unknown>): BatchAnswer {
  const status = Number(response.status);
  if (status >= 200 && status < 300) return { body: response.body };
  const headers = Object.fromEntries(
    Object.entries(asObject(response.headers)).map(([name, value]) => [name.toLowerCase(), String(value)]),
  );
  return { error: graphErrorOf({ status, headers, body: response.body }) };
}
