import { useMutation } from '@tanstack/react-query';

import { authorizeUrl } from '../../api/mailboxes.ts';
import { wordsOf } from '../../api/problem.ts';
import { toastFailed } from '../../ui/failed.ts';

/** Sends the browser to Microsoft; it comes back to the settings. */
export function useConnect() {
  return useMutation({
    mutationFn: authorizeUrl,
    onSuccess: (url) => window.location.assign(url),
    onError: (error) => toastFailed('Outlook could not be opened', wordsOf(error)),
  });
}
