// The description of the interface: /openapi.json for programs, /docs for people. The page is made here,
// from the same description, without a script: it works at sea and needs nothing from another host.
import type { OpenAPIHono } from '@hono/zod-openapi';
import { html, raw } from 'hono/html';

import { sessionCookie } from '#directory/auth.ts';

import type { AppEnv } from './context.ts';

type Parameter = { name: string; in: string; required?: boolean; description?: string; schema?: unknown };
type Operation = {
  summary?: string;
  description?: string;
  tags?: string[];
  parameters?: Parameter[];
  requestBody?: { content?: Record<string, { schema?: unknown }> };
  responses?: Record<string, { description?: string; content?: Record<string, { schema?: unknown }> }>;
};
type Document = {
  info: { title: string; version: string; description?: string };
  paths?: Record<string, Record<string, Operation>>;
  components?: { schemas?: Record<string, unknown> };
};

/** Adds /openapi.json and /docs. Call it before the routes: the description is drawn when it is asked for. */
export function describeApi(
  app: OpenAPIHono<AppEnv>,
  { version, secure }: { version: string; secure: boolean },
): void {
  app.openAPIRegistry.registerComponent('securitySchemes', 'session', {
    type: 'apiKey',
    in: 'cookie',
    name: sessionCookie(secure),
  });
  app.openAPIRegistry.registerComponent('securitySchemes', 'bearer', {
    type: 'http',
    scheme: 'bearer',
    bearerFormat: 'JWT',
  });
  const draw = () =>
    app.getOpenAPI31Document({
      openapi: '3.1.0',
      info: {
        title: 'Celeste Mail',
        version,
        description: 'Errors are application/problem+json with a stable `code`. Lists are paged by `cursor`.',
      },
      security: [{ session: [] }, { bearer: [] }],
    });
  app.get('/openapi.json', (c) => c.json(draw()));
  app.get('/docs', (c) => c.html(docsPage(draw() as Document)));
}

const STYLE = `:root{color-scheme:light dark;font:15px/1.5 system-ui,sans-serif}body{max-width:60rem;margin:2rem auto;padding:0 1rem}
h2{margin-top:2.5rem;border-bottom:1px solid #8884}code,pre{font:13px/1.45 ui-monospace,monospace}
pre{overflow:auto;background:#8881;padding:.75rem;border-radius:6px}summary{cursor:pointer;padding:.35rem 0}
summary b{display:inline-block;min-width:4.5rem;font-family:ui-monospace,monospace;color:#0b6e99}small{opacity:.75}`;

function docsPage(doc: Document) {
  const groups = Map.groupBy(operations(doc), (entry) => entry.operation.tags?.[0] ?? 'Other');
  return html`<!doctype html><html lang="en"><head><meta charset="utf-8"><title>${doc.info.title} API</title>
<meta name="viewport" content="width=device-width"><style>${raw(STYLE)}</style></head><body>
<h1>${doc.info.title} API <small>${doc.info.version}</small></h1><p>${doc.info.description}
The same for programs: <a href="/openapi.json">/openapi.json</a>.</p>
${[...groups].map(([tag, entries]) => html`<h2>${tag}</h2>${entries.map(operationSection)}`)}
<h2>Shapes</h2>${Object.entries(doc.components?.schemas ?? {}).map(
    ([name, schema]) =>
      html`<details id="${name}"><summary><code>${name}</code></summary>${schemaBlock(schema)}</details>`,
  )}</body></html>`;
}

type Entry = { method: string; path: string; operation: Operation };

function operations(doc: Document): Entry[] {
  return Object.entries(doc.paths ?? {}).flatMap(([path, methods]) =>
    Object.entries(methods).map(([method, operation]) => ({ method: method.toUpperCase(), path, operation })),
  );
}

function operationSection({ method, path, operation }: Entry) {
  const body = operation.requestBody?.content?.['application/json']?.schema;
  return html`<details><summary><b>${method}</b> <code>${path}</code> — ${operation.summary}</summary>
<p>${operation.description}</p>
${operation.parameters?.map(
  (p) =>
    html`<p><code>${p.name}</code> <small>in ${p.in}${p.required ? ', required' : ''}</small> ${p.description}</p>`,
)}
${body ? html`<p>Body</p>${schemaBlock(body)}` : ''}
${Object.entries(operation.responses ?? {}).map(
  ([status, answer]) =>
    html`<p><b>${status}</b> ${answer.description}</p>${Object.values(answer.content ?? {}).map((content) => schemaBlock(content.schema))}`,
)}</details>`;
}

function schemaBlock(schema: unknown) {
  return schema ? html`<pre>${JSON.stringify(schema, null, 2)}</pre>` : '';
}
