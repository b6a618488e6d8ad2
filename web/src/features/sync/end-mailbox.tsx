import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { useState } from 'react';
import { toast } from 'sonner';

import { endMailbox, watchersQuery } from '../../api/mailboxes.ts';
import { wordsOf } from '../../api/problem.ts';
import type { Watcher } from '../../api/types.ts';
import { Button } from '../../ui/button.tsx';
import { Confirm } from '../../ui/dialog.tsx';
import { toastFailed } from '../../ui/failed.ts';
import { useShortcuts } from '../../ui/keys.tsx';
import { endWords } from './words.ts';

/** True for the captain at a mailbox that is somebody's own. One's own, and shared ones, are ended in the settings. */
export const mayEnd = ({ may_change, kind, owner, status }: Watcher): boolean =>
  may_change && kind === 'own' && !owner.is_you && status !== 'disconnected';

/** Ends the mailbox of one who has left without doing so. What becomes of its mail stays its owner's to say. */
export function EndMailbox({ watcher }: { watcher: Watcher }) {
  const client = useQueryClient();
  const watchers = useQuery(watchersQuery);
  const [asking, setAsking] = useState(false);
  const end = useMutation({
    mutationFn: () => endMailbox(watcher.id, 'keep'),
    onSuccess: () => {
      toast.success(`${watcher.mailbox} is disconnected`, { description: 'The mail that is here stays.' });
    },
    onError: (error) => {
      toastFailed('Still connected', wordsOf(error));
    },
    onSettled: () => {
      setAsking(false);
      for (const key of ['watchers', 'notices']) void client.invalidateQueries({ queryKey: [key] });
    },
  });
  useShortcuts([{ keys: 'd', label: 'Disconnect', group: 'Sync', run: () => setAsking(true) }]);
  return (
    <>
      <Button keys="d" look="danger" onClick={() => setAsking(true)}>
        Disconnect
      </Button>
      <Confirm
        open={asking}
        title={`Disconnect ${watcher.mailbox}?`}
        confirm="Disconnect"
        cancel="Go on syncing"
        dangerous
        busy={end.isPending}
        onConfirm={() => end.mutate()}
        onCancel={() => setAsking(false)}
      >
        {endWords(watcher, watchers.data ?? []).map((words) => (
          <p key={words}>{words}</p>
        ))}
      </Confirm>
    </>
  );
}
