// The fields of a message that we keep. https://learn.microsoft.com/en-us/graph/api/resources/message
import type { Json } from './read.ts';

/** A message as it came: any field may be missing, null, or of another kind than documented. */
export type GraphMessage = Json & { id: string };

export const MESSAGE_FIELDS = [
  'changeKey',
  'internetMessageId',
  'conversationId',
  'conversationIndex',
  'subject',
  'bodyPreview',
  'body',
  'from',
  'sender',
  'toRecipients',
  'ccRecipients',
  'bccRecipients',
  'replyTo',
  'sentDateTime',
  'receivedDateTime',
  'hasAttachments',
  'isRead',
  'isDraft',
  'importance',
  'inferenceClassification',
  'categories',
  'flag',
  'webLink',
  'parentFolderId',
] as const;

export const MESSAGE_SELECT = MESSAGE_FIELDS.join(',');

/** Bodies come as HTML unless text is preferred, on every request. */
export const TEXT_BODIES = 'outlook.body-content-type="text"';
export const HTML_BODIES = 'outlook.body-content-type="html"';
