import { isGraphError } from '#microsoft/errors.ts';
import type { Graph } from '#microsoft/graph-client.ts';

/** Told of each request sent, and of each that Microsoft answered, if by a refusal. A batch counts as one request. */
export type RequestCounter = { request(): void; answer(): void };

/** The same mailbox, counting what is asked of it. */
export function counted(graph: Graph, counter: RequestCounter): Graph {
  const count = async <T>(asked: Promise<T>): Promise<T> => {
    counter.request();
    try {
      const answer = await asked;
      counter.answer();
      return answer;
    } catch (error) {
      if (isGraphError(error) && error.status !== null) counter.answer();
      throw error;
    }
  };
  return {
    root: graph.root,
    json: (request) => count(graph.json(request)),
    bytes: (request) => count(graph.bytes(request)),
    relative: (path) => graph.relative(path),
    renew: () => graph.renew(),
  };
}
