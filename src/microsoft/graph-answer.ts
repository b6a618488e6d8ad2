// What comes back from Graph: read whole and within bounds, unpacked, and turned into a value or into one GraphError.
import { promisify } from 'node:util';
import { gunzip } from 'node:zlib';

import { type Dispatcher, errors } from 'undici';

import { graphErrorOf } from './classify.ts';
import { GraphError } from './errors.ts';

const MAX_RESPONSE_BYTES = 64 * 1024 * 1024;

/** The answer, if it is a success. @throws GraphError */
export async function succeeded(response: Dispatcher.ResponseData): Promise<Dispatcher.ResponseData> {
  if (response.statusCode >= 200 && response.statusCode < 300) return response;
  throw await errorOf(response);
}

/** The refusal that an answer is. */
export async function errorOf(response: Dispatcher.ResponseData): Promise<GraphError> {
  const text = await readText(response);
  return graphErrorOf({ status: response.statusCode, headers: response.headers, body: parsed(text) });
}

/** The JSON of a success; undefined for an empty one. @throws GraphError `malformed` */
export async function readJson(response: Dispatcher.ResponseData): Promise<unknown> {
  const text = await readText(response);
  if (text === '' && [202, 204].includes(response.statusCode)) return undefined;
  const value = parsed(text);
  if (typeof value !== 'object' || value === null) {
    throw new GraphError({
      kind: 'malformed',
      status: response.statusCode,
      requestId: header(response, 'request-id'),
    });
  }
  return value;
}

const unzip = promisify(gunzip);

async function readText(response: Dispatcher.ResponseData): Promise<string> {
  try {
    const bytes = await readBytes(response);
    if (header(response, 'content-encoding') !== 'gzip') return bytes.toString('utf8');
    return (await unzip(bytes, { maxOutputLength: MAX_RESPONSE_BYTES })).toString('utf8');
  } catch (error) {
    throw error instanceof GraphError ? error : transportError(error, undefined);
  }
}

async function readBytes(response: Dispatcher.ResponseData): Promise<Buffer> {
  const chunks: Buffer[] = [];
  let size = 0;
  for await (const chunk of response.body) {
    chunks.push(chunk);
    size += chunk.length;
    if (size > MAX_RESPONSE_BYTES) throw new GraphError({ kind: 'malformed', status: response.statusCode });
  }
  return Buffer.concat(chunks);
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch (error) {
    if (error instanceof SyntaxError) return undefined;
    throw error;
  }
}

/** What undici threw, as the fault it means; the caller's own reason when they aborted. */
export function transportError(error: unknown, signal: AbortSignal | undefined): unknown {
  if (signal?.aborted) return signal.reason;
  const name = error instanceof Error ? error.name : '';
  const ours = error instanceof errors.UndiciError || error instanceof TypeError || 'code' in Object(error);
  if (ours || name === 'TimeoutError' || name === 'AbortError') {
    return new GraphError({ kind: 'transient', status: null, cause: error });
  }
  return error;
}

/** The first value of a header, by its name in lower case. */
export function header(response: Dispatcher.ResponseData, name: string): string | null {
  const value = response.headers[name];
  return (Array.isArray(value) ? value[0] : value) ?? null;
}
