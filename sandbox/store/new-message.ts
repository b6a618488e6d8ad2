// A message, and what is attached to it, as its maker describes it: the demo world, the importer, the control interface.

/** A correspondent. `address` may be empty in broken imported mail. */
export type Address = { name: string; address: string };

export type Locale = 'en' | 'de' | 'fr' | 'ja' | 'el';

export type BodyType = 'html' | 'text';

/** A body; `content` may be a function so that a large world does not hold every text in memory. */
export type NewBody = { contentType: BodyType; content: string | (() => string) };

export type NewAttachment = NewFileAttachment | NewItemAttachment | NewReferenceAttachment;

/** `content` may be made on demand (a PDF for instance); then `size` in bytes is required and must be true. */
export type NewFileAttachment = {
  kind: 'file';
  name: string;
  contentType: string | null;
  content: Uint8Array | (() => Uint8Array);
  size?: number;
  isInline?: boolean;
  contentId?: string;
  contentLocation?: string;
};

export type NewItemAttachment = { kind: 'item'; name: string; message: NewMessage };

export type NewReferenceAttachment = { kind: 'reference'; name: string; sourceUrl: string; size?: number };

export type Importance = 'low' | 'normal' | 'high';
export type FlagStatus = 'notFlagged' | 'flagged' | 'complete';

export type EventMessageType =
  | '#microsoft.graph.eventMessageRequest'
  | '#microsoft.graph.eventMessageResponse'
  | '#microsoft.graph.eventMessage';

/** Fields that Graph leaves out of odd items (drafts, reports, imports). */
export type OmittableField =
  | 'from'
  | 'sender'
  | 'subject'
  | 'sentDateTime'
  | 'receivedDateTime'
  | 'internetMessageId'
  | 'toRecipients'
  | 'body'
  | 'bodyPreview'
  | 'conversationIndex';

/** A message as its maker describes it; ids, conversation and defaults are given by the store. */
export type NewMessage = {
  subject: string | null;
  from: Address | null;
  sender?: Address;
  to?: Address[];
  cc?: Address[];
  bcc?: Address[];
  replyTo?: Address[];
  receivedAt: Date;
  /** Absent: the same instant as `receivedAt`. */
  sentAt?: Date | null;
  body: NewBody;
  /** With angle brackets. Absent: made up by the store. */
  internetMessageId?: string;
  /** Message ids with angle brackets: they decide the conversation, as in Exchange. */
  inReplyTo?: string;
  references?: string[];
  /** Extra internet headers, shown by `$select=internetMessageHeaders`. */
  headers?: { name: string; value: string }[];
  isRead?: boolean;
  isDraft?: boolean;
  importance?: Importance;
  categories?: string[];
  flag?: FlagStatus;
  inferenceClassification?: 'focused' | 'other';
  isDeliveryReceiptRequested?: boolean | null;
  isReadReceiptRequested?: boolean;
  attachments?: NewAttachment[];
  odataType?: EventMessageType;
  /** For meeting mail: `meetingRequest`, `meetingAccepted`, `meetingCancelled`, … */
  meetingMessageType?: string;
  /** The original source of an imported mail: `$value` returns it as it is. Otherwise MIME is composed. */
  mime?: Uint8Array;
  omit?: OmittableField[];
};
