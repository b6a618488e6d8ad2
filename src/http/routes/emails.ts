// One mail: as a row, as a document to read, and what is attached to it.
import { Readable } from 'node:stream';

import { createRoute, z } from '@hono/zod-openapi';

import { json, newRoutes, problems, scopeOf } from '#http/context.ts';
import { MessageSchema, messageBody } from '#http/record-shapes.ts';
import { listAttachments, openAttachment } from '#threads/attachments.ts';
import { readBody } from '#threads/body.ts';
import { readMessage } from '#threads/messages.ts';
import type { MailDeps } from '#threads/ports.ts';

const params = z.object({ id: z.uuid() });
const tags = ['Mail'];

const BodySchema = z
  .object({
    kind: z.enum(['html', 'text']),
    document: z.string().openapi({
      description:
        'A complete HTML document with its own policy, for `srcdoc` of a sandboxed frame without scripts.',
    }),
    blocked_remote: z
      .number()
      .int()
      .openapi({ description: 'Pictures and styles that were not loaded from elsewhere.' }),
    note: z
      .string()
      .nullable()
      .openapi({ description: 'Why this is not the mail as it was sent; null when it is.' }),
  })
  .openapi('Body');

const AttachmentSchema = z
  .object({
    id: z.uuid(),
    name: z.string().nullable(),
    content_type: z.string().nullable(),
    size_bytes: z.number().int(),
    is_inline: z.boolean(),
    kind: z
      .enum(['file', 'item', 'reference'])
      .openapi({ description: 'A reference is only a link: it has no bytes.' }),
  })
  .openapi('Attachment');

const get = createRoute({
  method: 'get',
  path: '/api/emails/{id}',
  tags,
  summary: 'One mail',
  request: { params },
  responses: { 200: json(MessageSchema, 'Yours, or linked to a record'), ...problems(401, 404) },
});

const body = createRoute({
  method: 'get',
  path: '/api/emails/{id}/body',
  tags,
  summary: 'The body of a mail, cleaned and safe to show',
  request: { params },
  responses: { 200: json(BodySchema, 'HTML where the mail has it'), ...problems(401, 404, 502) },
});

const attachments = createRoute({
  method: 'get',
  path: '/api/emails/{id}/attachments',
  tags,
  summary: 'What is attached to a mail',
  request: { params },
  responses: {
    200: json(z.object({ items: z.array(AttachmentSchema) }), 'Inline pictures last'),
    ...problems(401, 404, 502),
  },
});

const attachment = createRoute({
  method: 'get',
  path: '/api/emails/{id}/attachments/{attachment_id}',
  tags,
  summary: 'One attachment, as a download; a picture inside the mail as a picture',
  request: { params: params.extend({ attachment_id: z.uuid() }) },
  responses: {
    200: { description: 'The bytes', content: { 'application/octet-stream': { schema: z.string() } } },
    ...problems(401, 404, 409, 502),
  },
});

export function emailRoutes(deps: MailDeps) {
  return newRoutes()
    .openapi(get, async (c) => {
      const { id } = c.req.valid('param');
      const message = await deps.tenants.read(scopeOf(c), (db) => readMessage(db, id));
      return c.json(messageBody(message), 200);
    })
    .openapi(body, async (c) => {
      return c.json(await readBody(deps, scopeOf(c), c.req.valid('param').id), 200);
    })
    .openapi(attachments, async (c) => {
      return c.json({ items: await listAttachments(deps, scopeOf(c), c.req.valid('param').id) }, 200);
    })
    .openapi(attachment, async (c) => {
      const { id: emailId, attachment_id: attachmentId } = c.req.valid('param');
      const { headers, stream } = await openAttachment(deps, scopeOf(c), { emailId, attachmentId });
      const content = Readable.toWeb(Readable.from(stream, { objectMode: false })) as ReadableStream;
      return c.body(content, 200, headers) as never;
    });
}
