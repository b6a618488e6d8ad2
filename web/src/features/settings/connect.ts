import { useMutation } from '@tanstack/react-query';
import { toast } from 'sonner';

import { authorizeUrl } from '../../api/mailboxes.ts';
import { wordsOf } from '../../api/problem.ts';

/** Sends the browser to Microsoft; it comes back to the settings. */
export function useConnect() {
  return useMutation({
    mutationFn: authorizeUrl,
    onSuccess: (url) => window.location.assign(url),
    onError: (error) => {
      const { detail, advice } = wordsOf(error);
      toast.error('Outlook could not be opened', { description: [detail, advice].filter(Boolean).join(' ') });
    },
  });
}
