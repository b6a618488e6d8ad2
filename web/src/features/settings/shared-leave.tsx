import { useMutation, useQueryClient } from '@tanstack/react-query';
import { useState } from 'react';
import { toast } from 'sonner';

import { endMailbox } from '../../api/mailboxes.ts';
import { wordsOf } from '../../api/problem.ts';
import type { MailChoice, Watcher } from '../../api/types.ts';
import { Button } from '../../ui/button.tsx';
import { Confirm } from '../../ui/dialog.tsx';
import { alsoDeletes, MailChoiceField, mailAfter } from './mail-choice.tsx';

type Words = { done: string; failed: string };

function useEnding({ id }: Watcher, { done, failed }: Words) {
  const client = useQueryClient();
  const [asking, setAsking] = useState(false);
  const end = useMutation({
    mutationFn: (mail: MailChoice) => endMailbox(id, mail),
    onSuccess: (_, mail) => {
      for (const key of ['watchers', 'notices']) void client.invalidateQueries({ queryKey: [key] });
      toast.success(done, { description: mailAfter(mail) });
    },
    onError: (error) => {
      const { detail, advice } = wordsOf(error);
      toast.error(failed, { description: [detail, advice].filter(Boolean).join(' ') });
    },
    onSettled: () => setAsking(false),
  });
  return { asking, ask: setAsking, end };
}

/** Stops a shared mailbox, for all its readers. */
export function RemoveMailbox({ watcher }: { watcher: Watcher }) {
  const { mailbox } = watcher;
  const [mail, setMail] = useState<MailChoice>('keep');
  const words = { done: `${mailbox} is no longer synced`, failed: 'Still synced' };
  const { asking, ask, end } = useEnding(watcher, words);
  const askToLeave = () => {
    setMail('keep');
    ask(true);
  };
  return (
    <>
      <Button look="danger" onClick={askToLeave}>
        Remove
      </Button>
      <Confirm
        open={asking}
        title={`Stop syncing ${mailbox}?`}
        confirm={`Remove${alsoDeletes(mail)}`}
        cancel="Go on syncing"
        dangerous
        busy={end.isPending}
        onConfirm={() => end.mutate(mail)}
        onCancel={() => ask(false)}
      >
        <p>New mail of this mailbox no longer arrives here, for any of its readers.</p>
        <MailChoiceField value={mail} onChange={setMail} />
      </Confirm>
    </>
  );
}

/** Of one that has stopped, with its mail kept: removed, or because whoever opened it has left. */
export function DeleteMail({ watcher }: { watcher: Watcher }) {
  const words = { done: `${watcher.mailbox} is removed`, failed: 'Nothing was changed' };
  const { asking, ask, end } = useEnding(watcher, words);
  return (
    <>
      <Button look="danger" onClick={() => ask(true)}>
        Delete its mail
      </Button>
      <Confirm
        open={asking}
        title={`Delete the mail of ${watcher.mailbox} here?`}
        confirm="Delete its mail"
        cancel="Keep it"
        dangerous
        busy={end.isPending}
        onConfirm={() => end.mutate('purge')}
        onCancel={() => ask(false)}
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
