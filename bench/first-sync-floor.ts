// The floor: the same folders and pages, as many at a time, fetched and parsed with nothing stored, and after that
// their rows written by COPY into a table without indexes. No cursor, no thread, no merge.
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';

import { Client } from 'pg';
import { from as copyFrom } from 'pg-copy-streams';

import { systemClock } from '#base/clock.ts';
import { folderRound } from '#microsoft/folder-delta.ts';
import { createGraphClient, type Graph } from '#microsoft/graph-client.ts';
import { messageDelta } from '#microsoft/message-delta.ts';
import type { MessagePage } from '#microsoft/message-page.ts';
import { pullFolder } from '#sync/pull.ts';
import { rowOf } from '#sync/rows.ts';

import { readTask, sayMeasured } from './measured.ts';

const AT_ONCE = 3;
const COLUMNS = [
  ...['message_id', 'change_key', 'internet_message_id', 'conversation_id', 'conversation_index', 'subject'],
  ...[
    'body_preview',
    'body_text',
    'from_address',
    'from_name',
    'sender_address',
    'to_addresses',
    'cc_addresses',
  ],
  ...[
    'bcc_addresses',
    'reply_to_addresses',
    'sent_at',
    'received_at',
    'has_attachments',
    'is_read',
    'is_draft',
  ],
  ...[
    'importance',
    'inference_classification',
    'categories',
    'flag',
    'graph_type',
    'web_link',
    'parent_folder_id',
  ],
] as const;

const task = readTask();
const client = createGraphClient({ graphUrl: `${task.sandboxUrl}/v1.0` });
const token = async () => task.accessToken;
const graph = client.as(
  { current: token, renewed: token },
  { enter: async () => () => undefined, refused: async () => undefined },
);
const db = new Client({ connectionString: task.tenantUrl });
await db.connect();
await db.query('drop table if exists floor');
await db.query(`create table floor (${COLUMNS.map((name) => `${name} text`).join(', ')})`);

const started = performance.now();
let messages = 0;
const fetched = await fetchAll(graph);
await pipeline(Readable.from(fetched), db.query(copyFrom(`copy floor (${COLUMNS.join(', ')}) from stdin`)));
sayMeasured(messages, performance.now() - started);
await db.end();
await client.close();

/** Every page of every folder, parsed; nothing is stored yet. */
async function fetchAll(graph: Graph): Promise<string[]> {
  const { folders } = await folderRound(graph, null);
  const queue = folders.filter((folder) => !folder.isSearch).map((folder) => folder.id);
  const pages: string[] = [];
  const reader = async () => {
    for (let folderId = queue.shift(); folderId; folderId = queue.shift()) {
      const prepare = async (page: MessagePage) => linesOf(page);
      const from = { protocol: messageDelta, folderId, link: null, prepare, clock: systemClock };
      for await (const lines of pullFolder(graph, { ...from, signal: AbortSignal.timeout(600_000) })) {
        pages.push(lines);
      }
    }
  };
  await Promise.all(Array.from({ length: AT_ONCE }, reader));
  return pages;
}

function linesOf(page: MessagePage): string {
  let text = '';
  for (const row of page.rows) {
    if (row.removed) continue;
    messages += 1;
    const columns = rowOf(row.message);
    text += `${COLUMNS.map((name) => cell(columns[name as keyof typeof columns])).join('\t')}\n`;
  }
  return text;
}

// https://www.postgresql.org/docs/current/sql-copy.html#id-1.9.3.55.9.2
function cell(value: unknown): string {
  if (value === null || value === undefined) return '\\N';
  const text = typeof value === 'object' ? JSON.stringify(value) : String(value);
  return text.replace(
    /[\\\t\n\r]/g,
    (c) => ({ '\\': '\\\\', '\t': '\\t', '\n': '\\n', '\r': '\\r' })[c] ?? c,
  );
}
