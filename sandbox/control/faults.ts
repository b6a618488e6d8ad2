// Faults chosen by data: which mailbox, which path, which method, after how many matching requests, how often.
import { randomUUID } from 'node:crypto';

export type FaultMatch = {
  mailbox?: string;
  /** Source of a regular expression, tried on path and query. */
  path?: string;
  method?: string;
};

export type Fault = {
  /** With `delay_ms` alone the request is answered normally, only later. */
  status?: number;
  /** Graph's `error.code`, or the identity platform's `error`. */
  code?: string;
  message?: string;
  /** The AADSTS number, for sign-in addresses. */
  aadsts?: number;
  suberror?: string;
  headers?: Record<string, string>;
  /** Sent as it is instead of Microsoft's JSON; may be empty. */
  body?: string;
  delay_ms?: number;
  /** Never answer. */
  hang?: boolean;
  /** Do the work, but send only so many bytes of the answer and break the connection. */
  cut?: number;
  /** JSON of a claims challenge: 401 with `insufficient_claims`. */
  claims?: string;
  /** Do the work first, then answer with the fault: a write that succeeded and nobody heard of. */
  after_work?: boolean;
};

export type FaultRule = { match: FaultMatch; after?: number; count?: number; fault: Fault };

export type FaultTarget = { mailbox: string | null; path: string; method: string };

type Armed = FaultRule & { id: string; pattern: RegExp | null; seen: number; fired: number };

export class FaultList {
  #armed: Armed[] = [];

  /** @param rule `count` defaults to 1; `after` matching requests pass untouched first (default 0) */
  add(rule: FaultRule): { id: string } {
    const id = randomUUID();
    const pattern = rule.match.path === undefined ? null : new RegExp(rule.match.path);
    this.#armed.push({ ...rule, id, pattern, seen: 0, fired: 0 });
    return { id };
  }

  list() {
    return this.#armed.map(({ id, match, fault, after = 0, count = 1, seen, fired }) => ({
      ...{ id, match, fault, after, count, seen, fired },
    }));
  }

  remove(id: string): void {
    this.#armed = this.#armed.filter((rule) => rule.id !== id);
  }

  clear(): void {
    this.#armed = [];
  }

  /** The fault this request runs into; counts it against its rule. */
  take(target: FaultTarget): Fault | null {
    for (const rule of this.#armed) {
      if (!matches(rule, target)) continue;
      rule.seen += 1;
      if (rule.seen <= (rule.after ?? 0) || rule.fired >= (rule.count ?? 1)) continue;
      rule.fired += 1;
      return rule.fault;
    }
    return null;
  }
}

function matches({ match, pattern }: Armed, target: FaultTarget): boolean {
  if (match.mailbox !== undefined && match.mailbox.toLowerCase() !== target.mailbox) return false;
  if (match.method !== undefined && match.method.toUpperCase() !== target.method) return false;
  return pattern === null || pattern.test(target.path);
}
