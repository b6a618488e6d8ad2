// What Outlook allows one app on one mailbox: so many requests in ten minutes and four at a time.
// https://learn.microsoft.com/en-us/graph/throttling-limits#outlook-service-limits
import type { Settings } from '../control/settings.ts';
import { GraphError } from './errors.ts';
import { retryAfter } from './retry-after.ts';

type Use = { inFlight: number; windowStart: number; count: number; uploadStart: number; uploaded: number };

const UPLOAD_SECONDS = 300;

/** Of the subscription service, for one app in one tenant, in 20 seconds. */
const SUBSCRIPTION_WINDOW_MS = 20_000;
const SUBSCRIPTION_LISTS = 25;
const SUBSCRIPTION_CHANGES = 500;

export class Limiter {
  readonly #settings: Settings;
  readonly #uses = new Map<string, Use>();
  readonly #subscriptions = new Map<string, { windowStart: number; count: number }>();

  constructor(settings: Settings) {
    this.#settings = settings;
  }

  /**
   * Counts a request, also one that is refused, and takes a place for it.
   * @param bytes size of the request's body
   * @returns gives the place back
   * @throws {GraphError} 429
   */
  enter(
    { clientId, mailbox, bytes }: { clientId: string; mailbox: string; bytes: number },
    now: Date,
  ): () => void {
    const { concurrent, windowRequests, windowSeconds } = this.#settings.limits;
    const use = this.#use(`${clientId} ${mailbox}`);
    if (now.getTime() - use.windowStart >= windowSeconds * 1000) {
      use.windowStart = now.getTime();
      use.count = 0;
    }
    use.count += 1;
    if (use.count > windowRequests) {
      const left = Math.ceil((use.windowStart + windowSeconds * 1000 - now.getTime()) / 1000);
      throw this.#refuse('TooManyRequests', 'Please retry again later.', left);
    }
    this.#countUpload(use, bytes, now);
    if (use.inFlight >= concurrent) {
      const text = 'Application is over its MailboxConcurrency limit.';
      const seconds = this.#settings.limits.retryAfterSeconds;
      throw this.#refuse('ApplicationThrottled', text, seconds);
    }
    use.inFlight += 1;
    let given = true;
    return () => {
      if (given) use.inFlight -= 1;
      given = false;
    };
  }

  /** @throws {GraphError} 429 */
  countSubscriptions(
    { clientId, tenantId, kind }: { clientId: string; tenantId: string; kind: 'list' | 'other' },
    now: Date,
  ): void {
    const key = `${clientId} ${tenantId} ${kind}`;
    let use = this.#subscriptions.get(key);
    if (!use || now.getTime() - use.windowStart >= SUBSCRIPTION_WINDOW_MS) {
      use = { windowStart: now.getTime(), count: 0 };
      this.#subscriptions.set(key, use);
    }
    use.count += 1;
    if (use.count <= (kind === 'list' ? SUBSCRIPTION_LISTS : SUBSCRIPTION_CHANGES)) return;
    const seconds = Math.ceil((use.windowStart + SUBSCRIPTION_WINDOW_MS - now.getTime()) / 1000);
    throw this.#refuse('TooManyRequests', 'Please retry again later.', seconds);
  }

  #countUpload(use: Use, bytes: number, now: Date): void {
    if (now.getTime() - use.uploadStart >= UPLOAD_SECONDS * 1000) {
      use.uploadStart = now.getTime();
      use.uploaded = 0;
    }
    use.uploaded += bytes;
    if (use.uploaded <= this.#settings.limits.uploadBytes) return;
    const seconds = Math.ceil((use.uploadStart + UPLOAD_SECONDS * 1000 - now.getTime()) / 1000);
    throw this.#refuse('ApplicationThrottled', 'Application is over its IncomingBytes limit.', seconds);
  }

  #use(key: string): Use {
    let use = this.#uses.get(key);
    if (!use) {
      use = { inFlight: 0, windowStart: 0, count: 0, uploadStart: 0, uploaded: 0 };
      this.#uses.set(key, use);
    }
    return use;
  }

  #refuse(code: string, message: string, seconds: number): GraphError {
    const headers = retryAfter(seconds, this.#settings.limits.retryAfter);
    const inner =
      code === 'TooManyRequests' ? { code: '429', message: 'Please retry after', status: '429' } : {};
    return new GraphError(429, code, message, { headers, inner });
  }
}
