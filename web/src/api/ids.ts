import { ApiProblem } from './problem.ts';

const UUID = /^[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i;

/** An id that may come from the address bar. @throws ApiProblem `not_found`, without asking: nothing has such an id. */
export function idOf(text: string): string {
  if (UUID.test(text)) return text;
  throw new ApiProblem({
    status: 404,
    code: 'not_found',
    title: 'Not found',
    detail: 'There is nothing at this address.',
    advice: 'The link may be old or cut short.',
  });
}
