// https://learn.microsoft.com/en-us/graph/api/mailfolder-list-messages
import { GraphError } from './errors.ts';
import type { Graph } from './graph-client.ts';
import { asList, asObject, asText } from './read.ts';

/** As little of a message as tells whether it is the one we hold. */
export type MessageVersion = { id: string; changeKey: string | null; isRead: boolean | null };

export type VersionsFrom = {
  folderId: string;
  /** The place of the first one, counted from the newest. */
  skip: number;
  /** At most so many, 1 to 1,000. */
  top: number;
  signal: AbortSignal;
};

/** A folder's messages, newest first, without what is in them. @throws GraphError */
export async function listMessageVersions(
  graph: Graph,
  { folderId, skip, top, signal }: VersionsFrom,
): Promise<{ versions: MessageVersion[]; isLast: boolean }> {
  const query = `$select=id,changeKey,isRead&$orderby=receivedDateTime desc&$top=${top}&$skip=${skip}`;
  const path = `${graph.root}/mailFolders/${encodeURIComponent(folderId)}/messages?${query.replaceAll(' ', '%20')}`;
  const page = asObject(await graph.json({ path, signal }));
  if (!Array.isArray(page.value)) {
    throw new GraphError({ kind: 'malformed', status: 200, graphCode: 'no_list' });
  }
  return {
    versions: asList(page.value).flatMap(versionOf),
    isLast: asText(page['@odata.nextLink']) === null,
  };
}

function versionOf(value: unknown): MessageVersion[] {
  const { id, changeKey, isRead } = asObject(value);
  if (typeof id !== 'string' || id === '') return [];
  return [{ id, changeKey: asText(changeKey), isRead: typeof isRead === 'boolean' ? isRead : null }];
}
