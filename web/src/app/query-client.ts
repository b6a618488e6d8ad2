import { MutationCache, QueryCache, QueryClient } from '@tanstack/react-query';

import { ApiProblem } from '../api/problem.ts';
import { meQuery } from '../api/session.ts';

/** Called when the service no longer knows who is signed in; the router sets it. */
let onSignedOut: () => void = () => undefined;
export function whenSignedOut(action: () => void): void {
  onSignedOut = action;
}

function noticeSignOut(error: unknown): void {
  const wasSignedIn = queryClient.getQueryData(meQuery.queryKey) !== undefined;
  if (wasSignedIn && error instanceof ApiProblem && error.code === 'sign_in_required') onSignedOut();
}

/** Worth another try: no answer, or a fault that passes. A refusal stays a refusal. */
function passes(failures: number, error: unknown): boolean {
  const passing = error instanceof ApiProblem && (error.status === 0 || error.status >= 502);
  return passing && failures < 2;
}

export const queryClient: QueryClient = new QueryClient({
  queryCache: new QueryCache({ onError: noticeSignOut }),
  mutationCache: new MutationCache({ onError: noticeSignOut }),
  defaultOptions: {
    queries: { retry: passes, staleTime: 15_000, gcTime: 15 * 60_000, refetchOnWindowFocus: true },
    mutations: { retry: false, networkMode: 'always' },
  },
});
