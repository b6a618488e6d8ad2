// POST /$batch: up to twenty requests in one.
// https://learn.microsoft.com/en-us/graph/json-batching
import type { SandboxResponse } from '../http.ts';
import { GraphError } from './errors.ts';

type BatchItem = {
  id: string;
  method: string;
  url: string;
  headers: Record<string, string>;
  body: unknown;
  dependsOn: string[];
};

type BatchAnswer = { id: string; status: number; headers: Record<string, string>; body?: unknown };

export type InnerRequest = { method: string; path: string; headers: Record<string, string>; body: Buffer };

const LARGEST = 20;
/** The gateway's own limit for requests of one batch on one mailbox. */
const AT_ONCE = 4;

const invalid = (message: string) => new GraphError(400, 'BadRequest', message);

/** @throws {GraphError} 400 when the batch as a whole cannot be read */
function readItems(body: Buffer): BatchItem[] {
  let parsed: { requests?: unknown };
  try {
    parsed = JSON.parse(body.toString('utf8')) as { requests?: unknown };
  } catch {
    throw invalid('Invalid batch payload format.');
  }
  if (!Array.isArray(parsed?.requests)) throw invalid('Invalid batch payload format.');
  if (parsed.requests.length > LARGEST) {
    throw new GraphError(
      400,
      'MaximumValueExceeded',
      `Number of batch request steps exceeds the maximum value of ${LARGEST}.`,
    );
  }
  const items = parsed.requests.map(readItem);
  const seen = new Set<string>();
  for (const { id } of items) {
    if (seen.has(id.toLowerCase())) throw invalid(`Duplicate request id '${id}' in the batch.`);
    seen.add(id.toLowerCase());
  }
  const unknown = items.flatMap((item) => item.dependsOn).find((id) => !seen.has(id.toLowerCase()));
  if (unknown !== undefined) throw invalid(`Request dependency '${unknown}' is not in the batch.`);
  return inOrder(items);
}

/** Each after all that it depends on. @throws {GraphError} 400 where they wait for each other */
function inOrder(items: BatchItem[]): BatchItem[] {
  const placed = new Set<string>();
  const ordered: BatchItem[] = [];
  while (ordered.length < items.length) {
    const ready = items.find(
      ({ id, dependsOn }) =>
        !placed.has(id.toLowerCase()) && dependsOn.every((other) => placed.has(other.toLowerCase())),
    );
    if (!ready) throw invalid('The requests of the batch depend on each other in a circle.');
    placed.add(ready.id.toLowerCase());
    ordered.push(ready);
  }
  return ordered;
}

function readItem(value: unknown): BatchItem {
  const item = (value ?? {}) as Partial<Record<keyof BatchItem, unknown>>;
  if (typeof item.id !== 'string' || item.id === '')
    throw invalid('Request id is required for each request in the batch.');
  if (typeof item.method !== 'string' || typeof item.url !== 'string') {
    throw invalid(`Method and url are required for request '${item.id}'.`);
  }
  if (/^https?:/i.test(item.url))
    throw invalid(`The url of request '${item.id}' must be relative to the version.`);
  if (/^\/?\$batch/.test(item.url)) throw invalid('Nested batch requests are not supported.');
  const headers: Record<string, string> = {};
  for (const [name, text] of Object.entries((item.headers as Record<string, string> | undefined) ?? {})) {
    headers[name.toLowerCase()] = String(text);
  }
  if (item.body !== undefined && item.body !== null && !headers['content-type']) {
    throw invalid(`Content-Type header is required for request '${item.id}' with a body.`);
  }
  const { dependsOn = [] } = item;
  if (!Array.isArray(dependsOn) || dependsOn.some((id) => typeof id !== 'string'))
    throw invalid(`The dependsOn of request '${item.id}' is no list of ids.`);
  return {
    ...{ id: item.id, method: item.method.toUpperCase(), url: item.url, headers, body: item.body },
    dependsOn,
  };
}

function bytesOf({ body, headers }: BatchItem): Buffer {
  if (body === undefined || body === null) return Buffer.alloc(0);
  if (typeof body === 'string' && !headers['content-type']?.includes('json'))
    return Buffer.from(body, 'base64');
  return Buffer.from(typeof body === 'string' ? body : JSON.stringify(body));
}

function asAnswer(id: string, response: SandboxResponse): BatchAnswer {
  const headers: Record<string, string> = {};
  for (const [name, value] of Object.entries(response.headers ?? {})) headers[CASED[name] ?? name] = value;
  const { body } = response;
  if (body === undefined) return { id, status: response.status, headers };
  const isText = typeof body === 'string' || body instanceof Uint8Array;
  return {
    id,
    status: response.status,
    headers,
    body: isText ? Buffer.from(body as string).toString('base64') : body,
  };
}

const CASED: Record<string, string> = {
  'content-type': 'Content-Type',
  'retry-after': 'Retry-After',
  'preference-applied': 'Preference-Applied',
  location: 'Location',
};

/**
 * Runs the batch: at most four at once, one after the other when any request waits for another. Answers come
 * in the order in which they finish, turned about so that nobody relies on it.
 */
export async function runBatch(
  body: Buffer,
  run: (inner: InnerRequest) => Promise<SandboxResponse>,
): Promise<{ responses: BatchAnswer[] }> {
  const items = readItems(body);
  const serial = items.some((item) => item.dependsOn.length > 0);
  const answers: BatchAnswer[] = [];
  const failed = new Set<string>();
  const queue = [...items];
  const one = async (item: BatchItem) => {
    const answer = item.dependsOn.some((id) => failed.has(id.toLowerCase()))
      ? failedDependency(item.id)
      : asAnswer(
          item.id,
          await run({ method: item.method, path: item.url, headers: item.headers, body: bytesOf(item) }),
        );
    if (answer.status >= 400) failed.add(item.id.toLowerCase());
    answers.push(answer);
  };
  const worker = async () => {
    for (let item = queue.shift(); item; item = queue.shift()) await one(item);
  };
  await Promise.all(Array.from({ length: serial ? 1 : AT_ONCE }, worker));
  return { responses: answers.length > 1 ? [...answers.slice(1), ...answers.slice(0, 1)] : answers };
}

function failedDependency(id: string): BatchAnswer {
  const message = 'One or more dependencies of this request failed.';
  return {
    id,
    status: 424,
    headers: { 'Content-Type': 'application/json' },
    body: { error: { code: 'FailedDependency', message } },
  };
}
