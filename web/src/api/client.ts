// The one way from the page to the service: a client typed from the service's own routes, so that the two
// cannot disagree, and one place where an answer is read or becomes a problem.

import { type ClientResponse, hc } from 'hono/client';
import type { AppType } from '#http/app.ts';

import { ApiProblem, noAnswer, readProblem } from './problem.ts';

/** A satellite link may swallow a request without a word; longer than the slowest answer over it. */
const PATIENCE_MS = 60_000;

async function send(input: RequestInfo | URL, init?: RequestInit): Promise<Response> {
  const signals = [AbortSignal.timeout(PATIENCE_MS), ...(init?.signal ? [init.signal] : [])];
  try {
    return await fetch(input, { ...init, credentials: 'same-origin', signal: AbortSignal.any(signals) });
  } catch (error) {
    if (error instanceof DOMException && error.name === 'AbortError') throw error;
    throw noAnswer();
  }
}

export const service = hc<AppType>('/', { fetch: send });

type Success = 200 | 201 | 202;
type Answer<R> =
  R extends ClientResponse<infer Body, infer Status, 'json'>
    ? Status extends Success
      ? Body
      : never
    : never;

/** Reads the JSON of a call's success. Throws ApiProblem for a refusal and for no answer. */
export async function answer<R extends ClientResponse<unknown, number, string>>(
  call: Promise<R>,
): Promise<Answer<R>> {
  const response = await call;
  if (!response.ok) throw await readProblem(response as unknown as Response);
  return (await response.json().catch(() => {
    throw new ApiProblem({ status: 502, code: 'not_json', title: 'The answer could not be read' });
  })) as Answer<R>;
}

/** The options of a call that a query may abort. */
export const abortable = (signal: AbortSignal | undefined) => ({ init: { signal: signal ?? null } });

/** Posts to the sign-in library's own routes, which are not in the service's type. */
export async function post(path: string, json: unknown): Promise<void> {
  const headers = { 'content-type': 'application/json' };
  const response = await send(path, { method: 'POST', headers, body: JSON.stringify(json) });
  if (!response.ok) throw await readProblem(response);
}
