// JSON is gzipped for a client that asks for it; raw bytes are sent as they are.
import { constants, gzipSync } from 'node:zlib';

import type { Settings } from '../control/settings.ts';
import type { SandboxRequest, SandboxResponse } from '../http.ts';

const ACCEPTED = /\bgzip\b(?!\s*;\s*q=0(?:\.0*)?\s*(?:,|$))/i;
/** Less than this is not worth it. */
const SMALLEST_BYTES = 1024;
/** Both sides run on one machine: the least work, and output in one piece. */
const CHEAPLY = { level: constants.Z_BEST_SPEED, memLevel: 9, chunkSize: 256 * 1024 };

export function gzipped(
  { headers }: SandboxRequest,
  response: SandboxResponse,
  settings: Settings,
): SandboxResponse {
  const { body } = response;
  const isJson = typeof body === 'object' && !(body instanceof Uint8Array);
  if (!settings.gzip || !isJson || !ACCEPTED.test(headers['accept-encoding'] ?? '')) return response;
  const bytes = Buffer.from(JSON.stringify(body));
  if (bytes.length < SMALLEST_BYTES) return { ...response, body: bytes };
  return {
    ...response,
    headers: { ...response.headers, 'content-encoding': 'gzip', vary: 'accept-encoding' },
    // In place: handing a page to zlib's threads and back costs more than packing it.
    body: gzipSync(bytes, CHEAPLY),
  };
}
