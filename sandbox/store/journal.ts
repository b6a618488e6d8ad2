// The sandbox's memory across restarts: each change that came after the world was built, one JSON line each,
// written before the answer goes out. Replayed in order on the rebuilt world it gives the same ids, folder
// logs and sign-in state, so the tokens that clients hold stay good.
import { closeSync, existsSync, ftruncateSync, openSync, readFileSync, writeSync } from 'node:fs';
import { join } from 'node:path';

import { holdFolder } from './folder.ts';

export type JournalHeader = { version: 1; world: string; seed: number; epoch: string };

type JournalEntry = { op: string; at: number; args: unknown[] };

export type Journal = {
  header: JournalHeader;
  /** Runs `work` with `now()` standing still at `at`. */
  at(at: Date, work: () => void): void;
  /** Applies what was recorded by an earlier run. @returns how many entries could not be applied */
  replay(targets: Record<string, object>): number;
  /** The same object, whose named methods are recorded once they have succeeded. */
  record<T extends object>(name: string, target: T, methods: (keyof T & string)[]): T;
  /** The time that state should carry: the record's own while replaying. */
  now(): Date;
  close(): void;
};

type Method = (...args: unknown[]) => unknown;

/**
 * @param directory where `journal.jsonl` lives; null keeps nothing
 * @param header what a new journal begins with; an existing one keeps its own
 * @throws as `holdFolder`
 */
export function openJournal(directory: string | null, header: JournalHeader, clock: () => Date): Journal {
  const file = directory === null ? null : openFile(directory, header);
  let replaying: Date | null = null;
  const now = () => replaying ?? clock();

  const write = (entry: JournalEntry) => {
    if (file) writeSync(file.descriptor, `${JSON.stringify(entry, encode)}\n`);
  };

  return {
    header: file?.header ?? header,
    now,
    at(at, work) {
      replaying = at;
      work();
      replaying = null;
    },
    replay(targets) {
      let refused = 0;
      for (const entry of file?.entries ?? []) {
        replaying = new Date(entry.at);
        if (!apply(targets, entry)) refused += 1;
      }
      replaying = null;
      if (file) file.entries = [];
      return refused;
    },
    record(name, target, methods) {
      const run = (key: string, method: Method, args: unknown[]) => {
        const at = clock().getTime();
        const outermost = replaying === null;
        replaying ??= new Date(at);
        try {
          const result = method.apply(target, args);
          if (outermost) write({ op: `${name}.${key}`, at, args });
          return result;
        } finally {
          if (outermost) replaying = null;
        }
      };
      const bound = new Map<string | symbol, unknown>();
      return new Proxy(target, {
        get(_, key) {
          if (bound.has(key)) return bound.get(key);
          const value = Reflect.get(target, key, target) as unknown;
          if (typeof value !== 'function') return value;
          const method = value as Method;
          const kept = (methods as (string | symbol)[]).includes(key)
            ? (...args: unknown[]) => run(String(key), method, args)
            : method.bind(target);
          bound.set(key, kept);
          return kept;
        },
      });
    },
    close() {
      if (!file) return;
      closeSync(file.descriptor);
      file.hold.release();
    },
  };
}

function apply(targets: Record<string, object>, entry: JournalEntry): boolean {
  const [name = '', method = ''] = entry.op.split('.');
  const target = targets[name] as Record<string, Method> | undefined;
  const run = target?.[method];
  if (!target || !run) return false;
  try {
    run.apply(target, entry.args);
    return true;
  } catch (error) {
    // The world may have been built by a newer version that no longer has this message.
    process.stderr.write(`sandbox: ${entry.op} of the journal no longer applies: ${String(error)}\n`);
    return false;
  }
}

function openFile(directory: string, header: JournalHeader) {
  const hold = holdFolder(directory);
  const path = join(directory, 'journal.jsonl');
  const text = existsSync(path) ? readFileSync(path, 'utf8') : '';
  // A line without its end was being written when the process died: it was never answered.
  const whole = text.slice(0, text.lastIndexOf('\n') + 1);
  const [first, ...rest] = whole.split('\n').filter((line) => line !== '');
  const descriptor = openSync(path, 'a');
  if (whole.length < text.length) ftruncateSync(descriptor, Buffer.byteLength(whole));
  if (first === undefined) writeSync(descriptor, `${JSON.stringify(header)}\n`);
  return {
    descriptor,
    hold,
    header: first === undefined ? header : (JSON.parse(first) as JournalHeader),
    entries: rest.map((line) => JSON.parse(line, decode) as JournalEntry),
  };
}

function encode(this: unknown, key: string, value: unknown): unknown {
  // JSON.stringify has already turned a Date into text: the holder still has the Date.
  const held = (this as Record<string, unknown>)[key];
  if (held instanceof Date) return { $date: held.getTime() };
  const made = typeof held === 'function' ? (held as () => unknown)() : held;
  if (made instanceof Uint8Array) return { $bytes: Buffer.from(made).toString('base64') };
  return typeof held === 'function' ? made : value;
}

function decode(_key: string, value: unknown): unknown {
  if (typeof value !== 'object' || value === null) return value;
  if ('$date' in value) return new Date(value.$date as number);
  if ('$bytes' in value) return new Uint8Array(Buffer.from(value.$bytes as string, 'base64'));
  return value;
}
