// Faults chosen by data: which mailbox, which path, which method, after how many matching requests, how often.
import { randomUUID } from 'node:crypto';

import { dice } from '../notifications/dice.ts';
import { ControlError } from './call.ts';
import { FAULT_CATALOGUE } from './fault-catalogue.ts';
import type { RetryAfterMode } from './settings.ts';

export type FaultMatch = {
  mailbox?: string;
  /** Source of a regular expression, tried on path and query. */
  path?: string;
  method?: string;
  client_id?: string;
  /** True: parts of a $batch alone; false: none of them. */
  inner?: boolean;
};

export type Fault = {
  /** One of the catalogue (`fault-catalogue.ts`); what else is given here goes before it. */
  name?: string;
  /** With `delay_ms` alone the request is answered normally, only later. */
  status?: number;
  /** Graph's `error.code`, or the identity platform's `error`. */
  code?: string;
  message?: string;
  /** The AADSTS number, for sign-in addresses. */
  aadsts?: number;
  suberror?: string;
  /** What stands in `innerError` besides date and ids. */
  inner?: Record<string, unknown>;
  headers?: Record<string, string>;
  /** A Retry-After that counts from the moment of the answer; a number when `as` is absent. */
  retry_after?: { seconds: number; as?: RetryAfterMode };
  /** Sent as it is instead of Microsoft's JSON; may be empty. */
  body?: string;
  delay_ms?: number;
  /** Never answer. */
  hang?: boolean;
  /** Do the work, but send only so many bytes of the answer and break the connection. */
  cut?: number;
  /** JSON of a claims challenge: 401 with `insufficient_claims`. */
  claims?: string;
  /** The delta link that is followed dies, and is refused as `dead_token` says. */
  expire?: boolean;
  /** Do the work first, then answer with the fault: a write that succeeded and nobody heard of. */
  after_work?: boolean;
};

export type FaultRule = {
  match: FaultMatch;
  /** So many matching requests pass untouched first; default 0. */
  after?: number;
  /** How often it strikes; default 1. */
  count?: number;
  /** Which share of the matching requests it strikes; the same ones in every run. */
  share?: number;
  fault: Fault;
};

export type FaultTarget = {
  mailbox: string | null;
  path: string;
  method: string;
  clientId: string | null;
  inner: boolean;
};

type Armed = FaultRule & { id: string; n: number; pattern: RegExp | null; seen: number; fired: number };

export class FaultList {
  #armed: Armed[] = [];
  #added = 0;

  /** @throws {ControlError} 400 for a name that the catalogue does not have */
  add(rule: FaultRule): { id: string } {
    const id = randomUUID();
    this.#added += 1;
    const pattern = rule.match.path === undefined ? null : new RegExp(rule.match.path);
    const fault = fromCatalogue(rule.fault);
    this.#armed.push({ ...rule, fault, id, n: this.#added, pattern, seen: 0, fired: 0 });
    return { id };
  }

  list() {
    return this.#armed.map(({ id, match, fault, after = 0, count = 1, share = 1, seen, fired }) => ({
      ...{ id, match, fault, after, count, share, seen, fired },
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
      if (dice(rule.seen, `fault ${rule.n} `) >= (rule.share ?? 1)) continue;
      rule.fired += 1;
      return rule.fault;
    }
    return null;
  }
}

function fromCatalogue(fault: Fault): Fault {
  if (fault.name === undefined) return fault;
  const known = FAULT_CATALOGUE[fault.name];
  if (!known) throw new ControlError(400, `There is no fault "${fault.name}".`);
  return { ...known, ...fault };
}

function matches({ match, pattern }: Armed, target: FaultTarget): boolean {
  if (match.mailbox !== undefined && match.mailbox.toLowerCase() !== target.mailbox) return false;
  if (match.method !== undefined && match.method.toUpperCase() !== target.method) return false;
  if (match.client_id !== undefined && match.client_id !== target.clientId) return false;
  if (match.inner !== undefined && match.inner !== target.inner) return false;
  return pattern === null || pattern.test(target.path);
}
