import { type GraphErrorKind, isGraphError } from './errors.ts';
import type { Graph, GraphClient, GraphRequest } from './graph-client.ts';

/** How Graph answered; `not_sent`: no token, no leave of the gate, or told to stop. */
export type GraphAnswerKind = 'ok' | GraphErrorKind | 'not_sent';

/** The same client, telling how each request was answered. What fails inside a batch is told of by itself. */
export function measured(client: GraphClient, onAnswer: (kind: GraphAnswerKind) => void): GraphClient {
  const told = async <T>(answer: Promise<T>): Promise<T> => {
    try {
      const value = await answer;
      onAnswer('ok');
      return value;
    } catch (error) {
      onAnswer(isGraphError(error) ? error.kind : 'not_sent');
      throw error;
    }
  };
  const overheardIn =
    ({ refusalsIn }: GraphRequest) =>
    (answer: unknown) => {
      const refusals = refusalsIn?.(answer) ?? [];
      for (const { kind } of refusals) onAnswer(kind);
      return refusals;
    };
  const overheard = (graph: Graph): Graph => ({
    ...graph,
    json: (request) => told(graph.json({ ...request, refusalsIn: overheardIn(request) })),
    bytes: (request) => told(graph.bytes(request)),
  });
  return { ...client, as: (...bound) => overheard(client.as(...bound)) };
}
