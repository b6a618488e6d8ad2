// The folders every mailbox has, whatever language it speaks. v1.0 does not mark them, so each is asked for by
// its name. https://learn.microsoft.com/en-us/graph/api/resources/mailfolder
import { type BatchItem, getBatch } from './batch.ts';
import { GraphError } from './errors.ts';
import type { Graph } from './graph-client.ts';
import { asObject, asText } from './read.ts';

export const WELL_KNOWN_NAMES = [
  'inbox',
  'sentitems',
  'drafts',
  'deleteditems',
  'junkemail',
  'outbox',
  'archive',
  'conversationhistory',
  'clutter',
  'syncissues',
  'scheduled',
] as const;

// Not every cloud knows these names at all; nothing hangs on them.
const OPTIONAL = new Set<string>(['conversationhistory', 'clutter', 'syncissues', 'scheduled']);

export type WellKnownName = (typeof WELL_KNOWN_NAMES)[number];

/**
 * Which folder ids have which well-known name, in one call. A name this mailbox lacks (an archive that was never
 * used) is left out.
 *
 * @throws GraphError, also when one name failed for another reason than absence
 */
export async function getWellKnownFolders(
  graph: Graph,
  signal?: AbortSignal,
): Promise<Map<string, WellKnownName>> {
  const items: BatchItem[] = WELL_KNOWN_NAMES.map((name) => ({
    id: name,
    path: `${graph.root}/mailFolders/${name}?$select=id`,
  }));
  const answers = await getBatch(graph, items, signal);
  const names = new Map<string, WellKnownName>();
  for (const name of WELL_KNOWN_NAMES) {
    const answer = answers.get(name);
    if (answer === undefined) continue;
    if ('error' in answer) {
      const isAbsent = answer.error.kind === 'not_found';
      if (!isAbsent && !(answer.error.kind === 'rejected' && OPTIONAL.has(name))) throw answer.error;
      continue;
    }
    const id = asText(asObject(answer.body).id);
    if (id === null) throw new GraphError({ kind: 'malformed', status: 200, graphCode: 'no_folder_id' });
    names.set(id, name);
  }
  return names;
}
