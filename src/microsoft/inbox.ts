// https://learn.microsoft.com/en-us/graph/api/mailfolder-get
import { GraphError } from './errors.ts';
import type { Graph } from './graph-client.ts';
import { asObject, asText } from './read.ts';

/** Graph's id of the mailbox's inbox: the same by whichever of its addresses it is asked for. @throws GraphError */
export async function getInboxId(graph: Graph): Promise<string> {
  const path = `${graph.root}/mailFolders/inbox?$select=id`;
  const id = asText(asObject(await graph.json({ path, timeoutMs: 15_000 })).id);
  if (id === null) throw new GraphError({ kind: 'malformed', status: 200, graphCode: 'no_folder_id' });
  return id;
}
