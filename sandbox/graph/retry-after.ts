// The Retry-After header in the forms in which it has been seen. A date is by the machine's clock, also where the
// sandbox is given another one: whoever reads it has no other.
import type { RetryAfterMode } from '../control/settings.ts';

/** @returns the header, or none */
export function retryAfter(seconds: number, as: RetryAfterMode): Record<string, string> {
  if (as === 'missing') return {};
  if (as === 'fraction') return { 'retry-after': (seconds - 1 + 0.128).toFixed(3) };
  if (as === 'date') return { 'retry-after': new Date(Date.now() + seconds * 1000).toUTCString() };
  return { 'retry-after': String(seconds) };
}

/** Until when a response asks its caller to wait, in ms; null when it does not. */
export function waitUntil(headers: Record<string, string> | undefined, now: Date): number | null {
  const text = headers?.['retry-after'];
  if (text === undefined) return null;
  const seconds = Number(text);
  const wait = Number.isFinite(seconds) ? seconds * 1000 : Date.parse(text) - Date.now();
  return Number.isNaN(wait) ? null : now.getTime() + wait;
}
