// https://learn.microsoft.com/en-us/graph/api/message-list-attachments, https://learn.microsoft.com/en-us/graph/api/attachment-get
import type { Graph, GraphBytes } from './graph-client.ts';
import { asList, asObject, asText, type Json } from './read.ts';

export type GraphAttachment = {
  id: string;
  kind: 'file' | 'item' | 'reference';
  name: string | null;
  contentType: string | null;
  /** As Microsoft counts it, overhead included. */
  sizeBytes: number;
  isInline: boolean;
  /** What `cid:` in the HTML names, without angle brackets. */
  contentId: string | null;
};

// Without a $select every file's bytes come along. contentId belongs to the derived type.
const SELECT = 'id,name,contentType,size,isInline,microsoft.graph.fileAttachment/contentId';
const MAX_PAGES = 20;

/** What is attached to a message, bytes left out. @throws GraphError */
export async function listAttachments(
  graph: Graph,
  messageId: string,
  signal?: AbortSignal,
): Promise<GraphAttachment[]> {
  const attachments: GraphAttachment[] = [];
  let path: string | null =
    `${graph.root}/messages/${encodeURIComponent(messageId)}/attachments?$select=${SELECT}`;
  for (let page = 0; path !== null && page < MAX_PAGES; page += 1) {
    const answer: Json = asObject(await graph.json({ path, signal }));
    attachments.push(...asList(answer.value).map(asObject).flatMap(attachmentOf));
    path = asText(answer['@odata.nextLink']);
  }
  return attachments;
}

/** The bytes of a file, or the MIME of an attached item. A reference has none: 405. @throws GraphError */
export function getAttachmentBytes(
  graph: Graph,
  at: { messageId: string; attachmentId: string; signal?: AbortSignal | undefined },
): Promise<GraphBytes> {
  const message = encodeURIComponent(at.messageId);
  const attachment = encodeURIComponent(at.attachmentId);
  return graph.bytes({
    path: `${graph.root}/messages/${message}/attachments/${attachment}/$value`,
    signal: at.signal,
  });
}

function attachmentOf(row: Json): GraphAttachment[] {
  const id = asText(row.id);
  if (id === null) return [];
  const size = row.size;
  return [
    {
      id,
      kind: kindOf(asText(row['@odata.type'])),
      name: asText(row.name),
      contentType: asText(row.contentType),
      sizeBytes: typeof size === 'number' && size > 0 ? Math.trunc(size) : 0,
      isInline: row.isInline === true,
      contentId: asText(row.contentId)?.replace(/^<|>$/g, '') ?? null,
    },
  ];
}

function kindOf(type: string | null): GraphAttachment['kind'] {
  if (type?.endsWith('itemAttachment')) return 'item';
  return type?.endsWith('referenceAttachment') ? 'reference' : 'file';
}
