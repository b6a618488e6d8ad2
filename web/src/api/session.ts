// Who is signed in, and how one signs in and out.
import { queryOptions } from '@tanstack/react-query';

import { abortable, answer, post, service } from './client.ts';

export const instanceQuery = queryOptions({
  queryKey: ['instance'],
  queryFn: ({ signal }) => answer(service.api.instance.$get({}, abortable(signal))),
  staleTime: 10 * 60_000,
});

export const meQuery = queryOptions({
  queryKey: ['me'],
  queryFn: ({ signal }) => answer(service.api.me.$get({}, abortable(signal))),
  staleTime: 5 * 60_000,
});

/** Signs in with e-mail and password. Throws ApiProblem when they do not match. */
export function signIn(email: string, password: string): Promise<void> {
  return post('/api/auth/sign-in/email', { email, password });
}

/** Demo mode only: signs in as a member of the demo crew. */
export function signInAs(userId: string): Promise<void> {
  return post('/api/auth/demo/sign-in', { user_id: userId });
}

export function signOut(): Promise<void> {
  return post('/api/auth/sign-out', {});
}
