// What went wrong with a request, in words a person can act on.

/** An answer that was a refusal, or no answer at all (`offline`). */
export class ApiProblem extends Error {
  readonly status: number;
  readonly code: string;
  readonly title: string;
  readonly advice: string | null;

  constructor(problem: {
    status: number;
    code: string;
    title: string;
    detail?: string;
    advice?: string | null;
  }) {
    super(problem.detail ?? problem.title);
    this.name = 'ApiProblem';
    this.status = problem.status;
    this.code = problem.code;
    this.title = problem.title;
    this.advice = problem.advice ?? null;
  }
}

/** The problem for a request that got no answer: the link is down, or the service is. */
export function noAnswer(): ApiProblem {
  return new ApiProblem({
    status: 0,
    code: 'offline',
    title: 'No answer from Celeste Mail',
    detail: 'The link is down or the service is not running.',
    advice: 'What was loaded before stays. This is tried again when the link is back.',
  });
}

/** Reads an application/problem+json answer; also copes with better-auth's `{ message, code }` and with HTML. */
export async function readProblem(response: Response): Promise<ApiProblem> {
  const body: unknown = await response.json().catch(() => null);
  const given = (body && typeof body === 'object' ? body : {}) as Record<string, unknown>;
  const text = (key: string) => (typeof given[key] === 'string' ? given[key] : undefined);
  return new ApiProblem({
    status: response.status,
    code: (text('code') ?? `http_${response.status}`).toLowerCase(),
    title: text('title') ?? text('message') ?? 'Something went wrong here',
    detail: text('detail') ?? text('message') ?? `The service answered ${response.status}.`,
    advice: text('advice') ?? null,
  });
}

/** False where asking again brings the same answer: what is asked for does not exist, or is not this person's. */
export const isWorthRetry = (error: unknown): boolean =>
  !(error instanceof ApiProblem && (error.status === 403 || error.status === 404));

/** Title, words and advice of anything thrown. */
export function wordsOf(error: unknown): { title: string; detail: string; advice: string | null } {
  if (error instanceof ApiProblem) return { title: error.title, detail: error.message, advice: error.advice };
  const detail = error instanceof Error ? error.message : String(error);
  return { title: 'Something went wrong on this page', detail, advice: 'Reload the page.' };
}
