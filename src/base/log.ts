// The service's log. Nothing in it may hold a token, a link that carries one, an address or a subject: keys
// that name such things are censored, and every line is searched for their shapes before it is written.
import { pino } from 'pino';

export type Log = {
  debug: LogMethod;
  info: LogMethod;
  warn: LogMethod;
  error: LogMethod;
  /** A log whose every line carries these fields, ids mostly. */
  child(fields: Record<string, unknown>): Log;
};
type LogMethod = {
  (message: string): void;
  (fields: Record<string, unknown>, message: string): void;
};

export type LogOptions = {
  /** `json` for collectors, `text` for a person at a terminal. */
  format?: 'json' | 'text';
  /** Where lines go; standard error by default, so that a command's standard output stays its answer. */
  write?: (line: string) => void;
};

const SENSITIVE_KEYS = [
  'access_token',
  'accessToken',
  'refresh_token',
  'refreshToken',
  'id_token',
  'token',
  'password',
  'secret',
  'client_secret',
  'clientSecret',
  'authorization',
  'cookie',
  'code_verifier',
  'email',
  'mailbox',
  'address',
  'subject',
  'delta_link',
  'deltaLink',
  'next_link',
  'nextLink',
];

const SENSITIVE_SHAPES: [RegExp, string][] = [
  // JWS and JWE, Microsoft's access tokens among them.
  [/\beyJ[\w-]{8,}(?:\.[\w-]*){1,4}/g, '[token]'],
  [/\b(Bearer|Basic)\s+[\w.~+/=-]{8,}/gi, '$1 [token]'],
  [/(\$?(?:delta|skip)token=)[^&\s"'\\]+/gi, '$1[token]'],
  [/\b((?:code|state|refresh_token|client_secret|code_verifier)=)[^&\s"'\\]+/g, '$1[hidden]'],
  [/(\w+:\/\/[^\s:/@"']+:)[^\s@"']+@/g, '$1[password]@'],
  [/[\w.!#$%&'*+/=?^`{|}~-]+@(?:[\w-]+\.)+[a-z]{2,}/gi, '[address]'],
];

/** `text` without anything that has the shape of a token, a password in a URL, or a mail address. */
export function censor(text: string): string {
  return SENSITIVE_SHAPES.reduce((rest, [shape, instead]) => rest.replace(shape, instead), text);
}

/**
 * A log that writes lines of `level` and above: `trace`, `debug`, `info`, `warn`, `error`, `fatal` or `silent`.
 * Pass an error as the field `err` to have its code, message and stack written.
 */
export function createLog(level: string, options: LogOptions = {}): Log {
  const write = options.write ?? ((line: string) => void process.stderr.write(line));
  const shape = options.format === 'text' ? asText : (line: string) => line;
  return pino(
    {
      level,
      base: null,
      timestamp: pino.stdTimeFunctions.isoTime,
      formatters: { level: (label) => ({ level: label }) },
      redact: {
        paths: SENSITIVE_KEYS.flatMap((key) => [key, `*.${key}`, `*.*.${key}`]),
        censor: '[hidden]',
      },
    },
    { write: (line: string) => write(shape(censor(line))) },
  );
}

type Line = { level: string; time: string; msg?: string; err?: { message?: string; stack?: string } };

function asText(json: string): string {
  const { level, time, msg, err, ...fields } = JSON.parse(json) as Line;
  const rest = Object.entries(fields).map(([name, value]) => ` ${name}=${inline(value)}`);
  const fault = err === undefined ? '' : `\n  ${(err.stack ?? err.message ?? '').replaceAll('\n', '\n  ')}`;
  return `${time.slice(11, 19)} ${level.padEnd(5)} ${msg ?? ''}${rest.join('')}${fault}\n`;
}

function inline(value: unknown): string {
  return typeof value === 'string' ? value : JSON.stringify(value);
}
