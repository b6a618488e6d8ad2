// One error for the whole product: a stable code for programs, words for people, and what to do.

export type ErrorDetails = {
  /** What the person or the operator can do about it, as one sentence. */
  advice?: string;
  cause?: unknown;
};

/**
 * An error with a stable `code` (snake_case, part of the HTTP API), a message in plain words, and advice.
 * Neither may hold a token, an address or a subject: both are logged and shown.
 */
export class CelesteError extends Error {
  readonly code: string;
  readonly advice: string | undefined;

  constructor(code: string, message: string, details: ErrorDetails = {}) {
    super(message, details.cause === undefined ? undefined : { cause: details.cause });
    this.name = 'CelesteError';
    this.code = code;
    this.advice = details.advice;
  }
}

/** True when `error` is ours and carries this code. */
export function hasCode(error: unknown, code: string): error is CelesteError {
  return error instanceof CelesteError && error.code === code;
}
