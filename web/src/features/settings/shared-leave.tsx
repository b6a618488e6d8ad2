import { useMutation, useQueryClient } from '@tanstack/react-query';
import { useState } from 'react';
import { toast } from 'sonner';

import { endMailbox } from '../../api/mailboxes.ts';
import { wordsOf } from '../../api/problem.ts';
import type { Watcher } from '../../api/types.ts';
import { Button } from '../../ui/button.tsx';
import { Confirm } from '../../ui/dialog.tsx';
import { toastFailed } from '../../ui/failed.ts';
import { Leave } from './leave.tsx';
import { mailAfter } from './mail-choice.tsx';

/** Stops a shared mailbox, for all its readers. */
export function RemoveMailbox({ watcher: { id, mailbox } }: { watcher: Watcher }) {
  return (
    <Leave
      words={{
        leave: 'Remove',
        question: `Stop syncing ${mailbox}?`,
        cancel: 'Go on syncing',
        done: `${mailbox} is no longer synced`,
      }}
      hasMail
      onLeave={(mail) => endMailbox(id, mail)}
      onFailed={(error) => toastFailed('Still synced', wordsOf(error))}
    >
      <p>New mail of this mailbox no longer arrives here, for any of its readers.</p>
    </Leave>
  );
}

/** Of one that has stopped, with its mail kept: removed, or because whoever opened it has left. */
export function DeleteMail({ watcher: { id, mailbox } }: { watcher: Watcher }) {
  const client = useQueryClient();
  const [asking, setAsking] = useState(false);
  const end = useMutation({
    mutationFn: () => endMailbox(id, 'purge'),
    onSuccess: () => {
      for (const key of ['watchers', 'notices']) void client.invalidateQueries({ queryKey: [key] });
      toast.success(`${mailbox} is removed`, { description: mailAfter('purge') });
    },
    onError: (error) => toastFailed('Nothing was changed', wordsOf(error)),
    onSettled: () => setAsking(false),
  });
  return (
    <>
      <Button look="danger" onClick={() => setAsking(true)}>
        Delete its mail
      </Button>
      <Confirm
        open={asking}
        title={`Delete the mail of ${mailbox} here?`}
        confirm="Delete its mail"
        cancel="Keep it"
        dangerous
        busy={end.isPending}
        onConfirm={() => end.mutate()}
        onCancel={() => setAsking(false)}
      >
        <p>
          For good, and for all its readers, except what is on a work order or equipment. Nothing changes in
          Outlook.
        </p>
        <p>
          Until it is deleted, whoever Microsoft lets read the mailbox can add it again and goes on with it.
        </p>
      </Confirm>
    </>
  );
}
