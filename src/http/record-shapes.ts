// The shapes of conversations, links and records in answers.
import { z } from '@hono/zod-openapi';

import type { Conversation } from '#links/conversations.ts';
import type { LinkChip, LinkView } from '#links/views.ts';
import type { Equipment } from '#maintenance/equipment.ts';
import type { WorkOrder } from '#maintenance/work-orders.ts';
import type { ThreadRow } from '#threads/inbox.ts';
import type { Message } from '#threads/messages.ts';

import { isoTime } from './shapes.ts';

const TimeSchema = z.iso.datetime();
const PersonSchema = z.object({ id: z.uuid(), display_name: z.string() });
const AddressSchema = z
  .object({ name: z.string().nullable(), address: z.string().nullable() })
  .openapi('Address');

export const PageQuerySchema = z.object({
  cursor: z.string().optional().openapi({ description: '`next_cursor` of the page before.' }),
  limit: z.coerce.number().int().min(1).max(200).default(50),
});

/** One page of a list. */
export function pageOf<T extends z.ZodType>(items: T) {
  return z.object({
    items: z.array(items),
    next_cursor: z.string().nullable().openapi({ description: 'Null on the last page.' }),
  });
}

const TargetTypeSchema = z.enum(['work_order', 'equipment']);

const LinkChipSchema = z
  .object({
    id: z.uuid(),
    target_type: TargetTypeSchema,
    target_id: z.uuid(),
    label: z.string().openapi({ example: 'WO-1042' }),
    title: z.string(),
    state: z.enum(['suggested', 'linked', 'rejected', 'removed']),
    source: z.enum(['person', 'rule', 'model']),
  })
  .openapi('LinkChip');

export const LinkSchema = LinkChipSchema.extend({
  thread_id: z.uuid(),
  confidence: z.number().min(0).max(1),
  evidence: z.array(
    z.object({
      signal: z.string(),
      where: z.enum(['subject', 'body']),
      text: z.string(),
      email_id: z.uuid(),
    }),
  ),
  created_by: PersonSchema.nullable().openapi({ description: 'Null: a rule made it.' }),
  created_at: TimeSchema,
  decided_by: PersonSchema.nullable().openapi({ description: 'Who changed it last.' }),
  decided_at: TimeSchema.nullable(),
  can_undo: z.boolean().openapi({ description: 'The last change was yours and can be taken back.' }),
}).openapi('Link');

export const ThreadRowSchema = z
  .object({
    id: z.uuid(),
    subject: z.string().nullable(),
    participants: z.array(AddressSchema),
    preview: z.string().nullable(),
    last_message_at: TimeSchema,
    message_count: z.number().int(),
    unread_count: z.number().int(),
    has_attachments: z.boolean(),
    latest_email_id: z.uuid().nullable(),
    links: z.array(LinkChipSchema),
  })
  .openapi('ThreadRow');

export const ConversationSchema = ThreadRowSchema.extend({ link: LinkSchema }).openapi('Conversation');

export const MessageSchema = z
  .object({
    id: z.uuid(),
    thread_id: z.uuid(),
    subject: z.string().nullable(),
    from: AddressSchema.nullable().openapi({ description: 'Drafts have none.' }),
    to: z.array(AddressSchema),
    cc: z.array(AddressSchema),
    sent_at: TimeSchema.nullable(),
    received_at: TimeSchema.nullable(),
    preview: z.string().nullable(),
    body_text: z.string().nullable(),
    is_read: z.boolean(),
    is_draft: z.boolean(),
    importance: z.string().nullable(),
    categories: z.array(z.string()),
    has_attachments: z.boolean(),
    kind: z.enum(['mail', 'meeting', 'meeting_answer', 'report']),
    folder: z
      .object({ name: z.string(), well_known_name: z.string().nullable() })
      .nullable()
      .openapi({ description: 'Only of your own mail.' }),
    mailbox: z.object({ watcher_id: z.uuid(), address: z.string().nullable(), mine: z.boolean() }),
    web_link: z.string().nullable().openapi({ description: 'Opens it in Outlook; only of your own mail.' }),
    removed: z
      .boolean()
      .openapi({ description: 'It has left the mailbox and stays here because it is linked.' }),
  })
  .openapi('Message');

export const ThreadSchema = z
  .object({
    id: z.uuid(),
    subject: z.string().nullable(),
    mine: z.boolean(),
    links: z.array(LinkSchema),
    messages: z.array(MessageSchema),
  })
  .openapi('Thread');

const WORK_ORDER_STATUSES = [
  'planned',
  'open',
  'in_progress',
  'waiting_parts',
  'on_hold',
  'completed',
  'cancelled',
] as const;
export const WorkOrderStatusSchema = z.enum(WORK_ORDER_STATUSES);
const EquipmentNameSchema = z.object({ id: z.uuid(), code: z.string(), name: z.string() });

export const WorkOrderSchema = z
  .object({
    id: z.uuid(),
    wo_number: z.string().openapi({ example: 'WO-1042' }),
    title: z.string(),
    status: WorkOrderStatusSchema,
    priority: z.enum(['routine', 'important', 'urgent', 'critical']),
    due_date: z.iso.date().nullable(),
    equipment: EquipmentNameSchema.nullable(),
    thread_count: z.number().int(),
    updated_at: TimeSchema,
  })
  .openapi('WorkOrder');

export const WorkOrderPageSchema = WorkOrderSchema.extend({
  description: z.string().nullable(),
  assigned_to: z.string().nullable(),
  created_at: TimeSchema,
  completed_at: TimeSchema.nullable(),
  threads: z.array(ConversationSchema),
}).openapi('WorkOrderPage');

export const EquipmentSchema = z
  .object({
    id: z.uuid(),
    code: z.string(),
    name: z.string(),
    manufacturer: z.string().nullable(),
    model: z.string().nullable(),
    serial_number: z.string().nullable(),
    location: z.string().nullable(),
    system: z.string().nullable(),
    parent_id: z.uuid().nullable(),
    criticality: z.enum(['critical', 'important', 'routine']).nullable(),
    work_order_count: z.number().int(),
    thread_count: z.number().int(),
  })
  .openapi('Equipment');

export const EquipmentPageSchema = EquipmentSchema.extend({
  running_hours: z.number().int().nullable(),
  parent: EquipmentNameSchema.nullable(),
  children: z.array(EquipmentSchema),
  work_orders: z.array(WorkOrderSchema),
  threads: z.array(ConversationSchema),
}).openapi('EquipmentPage');

/** Display names of the people aboard, by user id. */
export type Names = Map<string, string>;

export function threadRowBody(row: ThreadRow, links: LinkChip[]): z.infer<typeof ThreadRowSchema> {
  return { ...row, last_message_at: isoTime(row.last_message_at), links };
}

export function linkBody(link: LinkView, names: Names): z.infer<typeof LinkSchema> {
  const person = (id: string | null) =>
    id === null ? null : { id, display_name: names.get(id) ?? 'Someone no longer aboard' };
  return {
    ...link,
    created_by: person(link.created_by),
    created_at: isoTime(link.created_at),
    decided_by: person(link.decided_by),
    decided_at: isoTime(link.decided_at),
  };
}

export function conversationBody({ link, links, ...row }: Conversation, names: Names) {
  return { ...threadRowBody(row, links), link: linkBody(link, names) };
}

export function messageBody(message: Message): z.infer<typeof MessageSchema> {
  const { internet_message_id: _, ...rest } = message;
  return { ...rest, sent_at: isoTime(message.sent_at), received_at: isoTime(message.received_at) };
}

export function workOrderBody(row: WorkOrder, threads: number): z.infer<typeof WorkOrderSchema> {
  return { ...row, updated_at: isoTime(row.updated_at), thread_count: threads };
}

export function equipmentBody(row: Equipment, threads: number): z.infer<typeof EquipmentSchema> {
  return { ...row, thread_count: threads };
}
