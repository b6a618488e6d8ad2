// $filter on messages: a small OData grammar (and, or, not, comparisons, functions, any).
// https://learn.microsoft.com/en-us/graph/filter-query-parameter
import type { StoredMessage } from '../store/types.ts';
import { badRequest, unknownProperty } from './errors.ts';
import { changeKey, hasAttachments, previewText } from './message-json.ts';

type Value = string | number | boolean | null;
type Read = (message: StoredMessage) => Value;
type Test = (message: StoredMessage) => boolean;

export type CompiledFilter = {
  matches: Test;
  /** Properties in the order of the text; `$orderby` must begin with them. */
  properties: string[];
};

const FIELDS: Record<string, Read> = {
  receiveddatetime: (m) => m.receivedAt.getTime(),
  sentdatetime: (m) => m.sentAt?.getTime() ?? null,
  createddatetime: (m) => m.createdAt.getTime(),
  lastmodifieddatetime: (m) => m.modifiedAt.getTime(),
  isread: (m) => m.isRead,
  isdraft: (m) => m.isDraft,
  hasattachments: (m) => hasAttachments(m),
  importance: (m) => m.importance,
  subject: (m) => m.subject ?? '',
  bodypreview: (m) => previewText(m),
  conversationid: (m) => m.conversationId,
  internetmessageid: (m) => m.internetMessageId,
  parentfolderid: (m) => m.placement.folder.id,
  inferenceclassification: (m) => m.inferenceClassification,
  changekey: (m) => changeKey(m),
  'from/emailaddress/address': (m) => m.from?.address.toLowerCase() ?? null,
  'from/emailaddress/name': (m) => m.from?.name ?? null,
  'sender/emailaddress/address': (m) => m.sender?.address.toLowerCase() ?? null,
  'sender/emailaddress/name': (m) => m.sender?.name ?? null,
  'flag/flagstatus': (m) => m.flag.flagStatus,
};
const DATES = new Set(['receiveddatetime', 'sentdatetime', 'createddatetime', 'lastmodifieddatetime']);

const LISTS: Record<string, (message: StoredMessage) => string[]> = {
  categories: (m) => m.categories,
  torecipients: (m) => m.to.map(({ address }) => address.toLowerCase()),
  ccrecipients: (m) => m.cc.map(({ address }) => address.toLowerCase()),
};

const TOKEN =
  /\s*(?:('(?:[^']|'')*')|(\d{4}-\d\d-\d\d(?:T[\d:.]+(?:Z|[+-]\d\d:\d\d)?)?)|(-?\d+)|([A-Za-z_@][\w./]*)|([(),:]))/gy;

/** Reads a property for sorting. @throws {GraphError} for one that does not exist */
export function fieldReader(name: string): Read {
  const read = FIELDS[name.toLowerCase()];
  if (!read) throw unknownProperty(name, 'Message');
  return read;
}

/** @throws {GraphError} 400 for bad syntax or unknown properties */
export function compileFilter(text: string): CompiledFilter {
  const parser = new Parser(text);
  return { matches: parser.parse(), properties: parser.properties };
}

class Parser {
  readonly #text: string;
  readonly #tokens: string[] = [];
  #at = 0;
  properties: string[] = [];

  constructor(text: string) {
    this.#text = text;
    TOKEN.lastIndex = 0;
    while (TOKEN.lastIndex < text.trimEnd().length) {
      const start = TOKEN.lastIndex;
      const match = TOKEN.exec(text);
      if (!match) throw this.#bad(start);
      this.#tokens.push(match[0].trim());
    }
  }

  parse(): Test {
    const test = this.#or();
    if (this.#at < this.#tokens.length) throw this.#bad(this.#at);
    return test;
  }

  #bad(position: number) {
    return badRequest(`Invalid filter clause: Syntax error at position ${position} in '${this.#text}'.`);
  }

  #peek(): string {
    return this.#tokens[this.#at] ?? '';
  }

  #take(expected?: string): string {
    const token = this.#tokens[this.#at];
    if (token === undefined || (expected !== undefined && token !== expected)) throw this.#bad(this.#at);
    this.#at += 1;
    return token;
  }

  #or(): Test {
    let left = this.#and();
    while (this.#peek().toLowerCase() === 'or') {
      this.#take();
      const [a, b] = [left, this.#and()];
      left = (m) => a(m) || b(m);
    }
    return left;
  }

  #and(): Test {
    let left = this.#not();
    while (this.#peek().toLowerCase() === 'and') {
      this.#take();
      const [a, b] = [left, this.#not()];
      left = (m) => a(m) && b(m);
    }
    return left;
  }

  #not(): Test {
    if (this.#peek().toLowerCase() === 'not') {
      this.#take();
      const inner = this.#not();
      return (m) => !inner(m);
    }
    if (this.#peek() === '(') {
      this.#take();
      const inner = this.#or();
      this.#take(')');
      return inner;
    }
    return this.#comparison();
  }

  #comparison(): Test {
    const name = this.#take();
    const key = name.toLowerCase();
    if (['startswith', 'endswith', 'contains'].includes(key)) return this.#textFunction(key);
    const [list, any] = [key.slice(0, key.lastIndexOf('/')), key.slice(key.lastIndexOf('/') + 1)];
    if (any === 'any') return this.#any(list, name);
    const read = this.#field(name);
    const operator = this.#take().toLowerCase();
    const value = this.#literal(DATES.has(key), key.endsWith('address'));
    const compare = COMPARISONS[operator];
    if (!compare) throw this.#bad(this.#at - 2);
    return (m) => compare(read(m), value);
  }

  #field(name: string): Read {
    const read = FIELDS[name.toLowerCase()];
    if (!read) throw unknownProperty(name, 'Message');
    this.properties.push(name.toLowerCase());
    return read;
  }

  #literal(asDate: boolean, lower: boolean): Value {
    const token = this.#take();
    if (token.startsWith("'")) {
      const text = token.slice(1, -1).replaceAll("''", "'");
      if (asDate) return this.#date(text);
      return lower ? text.toLowerCase() : text;
    }
    if (/^\d{4}-/.test(token)) return this.#date(token);
    if (token === 'true' || token === 'false') return token === 'true';
    if (token === 'null') return null;
    if (/^-?\d+$/.test(token)) return Number(token);
    throw this.#bad(this.#at - 1);
  }

  #date(text: string): number {
    const time = Date.parse(/T/.test(text) ? text : `${text}T00:00:00Z`);
    if (Number.isNaN(time)) throw this.#bad(this.#at - 1);
    return time;
  }

  #textFunction(kind: string): Test {
    this.#take('(');
    const read = this.#field(this.#take());
    this.#take(',');
    const part = String(this.#literal(false, false)).toLowerCase();
    this.#take(')');
    return (m) => {
      const text = String(read(m) ?? '').toLowerCase();
      if (kind === 'startswith') return text.startsWith(part);
      return kind === 'endswith' ? text.endsWith(part) : text.includes(part);
    };
  }

  /** `categories/any(c:c eq 'x')`, `toRecipients/any(r:r/emailAddress/address eq 'x')`. */
  #any(list: string, name: string): Test {
    const read = LISTS[list];
    if (!read) throw unknownProperty(name, 'Message');
    this.properties.push(list);
    this.#take('(');
    this.#take();
    this.#take(':');
    this.#take();
    if (this.#take().toLowerCase() !== 'eq') throw this.#bad(this.#at - 1);
    const value = String(this.#literal(false, list !== 'categories'));
    this.#take(')');
    return (m) => read(m).includes(value);
  }
}

const order = (a: Value, b: Value) => (a === null || b === null ? Number.NaN : a < b ? -1 : a > b ? 1 : 0);
const same = (a: Value, b: Value) =>
  typeof a === 'string' && typeof b === 'string' ? a.toLowerCase() === b.toLowerCase() : a === b;

const COMPARISONS: Record<string, (a: Value, b: Value) => boolean> = {
  eq: same,
  ne: (a, b) => !same(a, b),
  gt: (a, b) => order(a, b) > 0,
  ge: (a, b) => order(a, b) >= 0,
  lt: (a, b) => order(a, b) < 0,
  le: (a, b) => order(a, b) <= 0,
};
