import { getRouteApi, useRouter } from '@tanstack/react-router';

import { SignInPage } from '../../features/sign-in/sign-in-page.tsx';
import { queryClient } from '../query-client.ts';

const route = getRouteApi('/sign-in');

export function SignIn() {
  const { next, expired } = route.useSearch();
  const router = useRouter();
  const enter = () => {
    queryClient.clear();
    // Only an address of this page: a link must not be able to send someone elsewhere after signing in.
    const safe = next?.startsWith('/') && !next.startsWith('//') ? next : '/inbox';
    router.history.push(safe);
  };
  return <SignInPage expired={expired === true} onSignedIn={enter} />;
}
