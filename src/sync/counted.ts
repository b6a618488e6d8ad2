import type { Graph } from '#microsoft/graph-client.ts';

/** The same mailbox, calling `onRequest` for each request sent. The items of a batch count as one request. */
export function counted(graph: Graph, onRequest: () => void): Graph {
  return {
    root: graph.root,
    json: (request) => {
      onRequest();
      return graph.json(request);
    },
    bytes: (request) => {
      onRequest();
      return graph.bytes(request);
    },
    relative: (path) => graph.relative(path),
    renew: () => graph.renew(),
  };
}
