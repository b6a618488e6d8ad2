// What an error of the database says about the database itself, rather than about the query.
// https://www.postgresql.org/docs/current/errcodes-appendix.html
import { DatabaseError } from 'pg';

/** A connection that was there broke. Class 08 is a connection exception, 57P01 to 57P03 a server that goes or comes. */
export function isLostConnection(error: unknown): boolean {
  if (error instanceof DatabaseError) return /^(08|57P0[123])/.test(error.code ?? '');
  if (!(error instanceof Error)) return false;
  // What the socket says itself when the server at its other end was killed.
  if (BROKEN.has((error as NodeJS.ErrnoException).code ?? '')) return true;
  return /^Connection terminated|connection error and is not queryable/.test(error.message);
}

const BROKEN = new Set(['ECONNRESET', 'EPIPE']);

/** There is no way to the database at the moment. */
export function isDatabaseAway(error: unknown): boolean {
  if (isLostConnection(error)) return true;
  if (!(error instanceof Error)) return false;
  const isRefused = (error as NodeJS.ErrnoException).syscall === 'connect';
  return isRefused || error.message.startsWith('timeout exceeded when trying to connect');
}

/** It has no room left to write (53100): nothing of the transaction was kept. */
export function isDatabaseFull(error: unknown): boolean {
  return error instanceof DatabaseError && error.code === '53100';
}
