import { CelesteError } from '#base/errors.ts';
import { censor } from '#base/log.ts';
import { readEnv } from '#config/env.ts';

/**
 * Ends the process as every command does that cannot go on: one line on standard error that says what is wrong
 * and what to do, exit code 1. The stack of what nobody foresaw is shown with LOG_LEVEL=debug.
 */
export function fail(error: unknown): never {
  process.stderr.write(`celeste: ${explain(error)}\n`);
  if (!(error instanceof CelesteError) && error instanceof Error && isDebugging()) {
    process.stderr.write(`${censor(error.stack ?? '')}\n`);
  }
  process.exit(1);
}

/** What `fail` says of an error: one line, without anything secret. */
export function explain(error: unknown): string {
  const { message, advice } = translate(error);
  return censor([message, advice].filter(Boolean).join(' ')).replaceAll(/\s*\n\s*/g, ' ');
}

type Failure = { message: string; advice?: string | undefined };
type SystemError = Error & { code?: string; syscall?: string; port?: number };

function translate(error: unknown): Failure {
  if (isDiskFull(error)) return diskFull();
  if (error instanceof CelesteError) return error;
  if (!(error instanceof Error)) return { message: String(error) };
  const { code, syscall, port } = error as SystemError;
  if (syscall === 'listen' && code === 'EADDRINUSE') {
    return {
      message: `Port ${port} is in use.`,
      advice: 'Stop the program that listens there, or set PORT.',
    };
  }
  if (syscall === 'listen' && code === 'EACCES') {
    return { message: `This user may not listen on port ${port}.`, advice: 'Set PORT to 1024 or higher.' };
  }
  if (syscall === 'listen') {
    return { message: `Cannot listen: ${error.message}.`, advice: 'Check HOST and PORT.' };
  }
  return { message: error.message || error.name };
}

/** On our side, or on the database's as it told us: class 53 "disk full", in whatever it stopped. */
function isDiskFull(error: unknown): boolean {
  for (let at = error; at instanceof Error; at = at.cause) {
    const { code, message } = at as SystemError;
    if (code === 'ENOSPC' || code === '53100' || /No space left on device/.test(message)) return true;
  }
  return false;
}

function diskFull(): Failure {
  const { MASTER_DATABASE_URL: elsewhere, DATA_DIR: folder = '.data' } = readEnv();
  const where = elsewhere === undefined ? `of DATA_DIR (${folder})` : 'here or of the database server';
  return { message: `The disk ${where} is full.`, advice: 'Make room and start again.' };
}

function isDebugging(): boolean {
  return ['debug', 'trace'].includes(readEnv().LOG_LEVEL ?? '');
}
