// One request to the control interface.
import type { SandboxContext } from '../context.ts';
import type { SandboxRequest, SandboxResponse } from '../http.ts';
import type { LiveMail } from './live.ts';

export type ControlCall = {
  context: SandboxContext;
  live: LiveMail;
  params: Record<string, string>;
  address: string;
  query: URLSearchParams;
  body: Record<string, unknown>;
};

export class ControlError extends Error {
  readonly status: number;

  constructor(status: number, message: string) {
    super(message);
    this.name = 'ControlError';
    this.status = status;
  }
}

/** @param body ignored with 204 */
export const done = (status: number, body: unknown): SandboxResponse =>
  status === 204
    ? { status }
    : { status, headers: { 'content-type': 'application/json' }, body: (body ?? {}) as object };

/** @throws {ControlError} 400 when the body is not a JSON object */
export function bodyOf(request: SandboxRequest): Record<string, unknown> {
  if (request.body.length === 0) return {};
  try {
    const value: unknown = JSON.parse(request.body.toString('utf8'));
    if (typeof value === 'object' && value !== null && !Array.isArray(value))
      return value as Record<string, unknown>;
  } catch {
    throw new ControlError(400, 'The body is not JSON.');
  }
  throw new ControlError(400, 'The body is not a JSON object.');
}

/** @throws {ControlError} 400 when the field is missing */
export function textField(body: Record<string, unknown>, name: string): string {
  const value = body[name];
  if (typeof value !== 'string' || value === '')
    throw new ControlError(400, `The field "${name}" is missing.`);
  return value;
}
