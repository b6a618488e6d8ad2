// https://learn.microsoft.com/en-us/graph/api/message-get
import type { Graph } from './graph-client.ts';
import { HTML_BODIES } from './message-fields.ts';
import { asObject, asText } from './read.ts';

export type MessageBody = { contentType: 'html' | 'text'; content: string };

/** A message's body as HTML, unsafe: it is somebody else's. @throws GraphError */
export async function getMessageBody(
  graph: Graph,
  messageId: string,
  signal?: AbortSignal,
): Promise<MessageBody> {
  const path = `${graph.root}/messages/${encodeURIComponent(messageId)}?$select=body`;
  const body = asObject(asObject(await graph.json({ path, prefer: [HTML_BODIES], signal })).body);
  return {
    contentType: asText(body.contentType)?.toLowerCase() === 'text' ? 'text' : 'html',
    content: asText(body.content) ?? '',
  };
}
