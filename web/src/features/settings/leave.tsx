import { useMutation, useQueryClient } from '@tanstack/react-query';
import { type ReactNode, useState } from 'react';
import { toast } from 'sonner';

import { disconnect, endMailbox } from '../../api/mailboxes.ts';
import { wordsOf } from '../../api/problem.ts';
import type { MailChoice, Purpose } from '../../api/types.ts';
import { Button } from '../../ui/button.tsx';
import { Confirm } from '../../ui/dialog.tsx';
import { alsoDeletes, MailChoiceField, mailAfter } from './mail-choice.tsx';

type LeaveProps = { purpose: Purpose; title: string; loses: string };

/** Takes back a permission; with the one to read, its owner says what becomes of the mail. */
export function LeaveOutlook({ purpose, title, loses }: LeaveProps) {
  return (
    <Leave
      words={{
        leave: 'Disconnect',
        question: `Disconnect “${title.toLowerCase()}”?`,
        cancel: 'Stay connected',
        done: `Disconnected: ${title.toLowerCase()}`,
      }}
      hasMail={purpose === 'read'}
      onLeave={(mail) => disconnect(purpose, mail)}
      onFailed={(error) => toast.error('Still connected', { description: wordsOf(error).detail })}
      after={<p>The stored permission is erased. You can connect again at any time.</p>}
    >
      <p>{loses}</p>
    </Leave>
  );
}

/** Of a mailbox that somebody else has disconnected, whose owner has not said yet what they want. */
export function LeaveEnded({ id, mailbox }: { id: string; mailbox: string }) {
  return (
    <Leave
      words={{
        leave: 'Leave it disconnected',
        question: `Leave ${mailbox} disconnected?`,
        cancel: 'Decide later',
        done: `${mailbox} stays disconnected`,
      }}
      hasMail
      isLeft
      onLeave={(mail) => endMailbox(id, mail)}
      onFailed={(error) => toast.error('Nothing was changed', { description: wordsOf(error).detail })}
      after={<p>The stored permission is erased already. You can connect again at any time.</p>}
    >
      <p>Its new mail no longer arrives here.</p>
    </Leave>
  );
}

type Words = Record<'leave' | 'question' | 'cancel' | 'done', string>;
type Props = {
  words: Words;
  hasMail: boolean;
  isLeft?: boolean;
  onLeave: (mail: MailChoice) => Promise<unknown>;
  onFailed: (error: Error) => void;
  children: ReactNode;
  after?: ReactNode;
};

/** The button to leave something, and the question before it. */
export function Leave({ words, hasMail, isLeft = false, onLeave, onFailed, children, after }: Props) {
  const [asking, setAsking] = useState(false);
  const [mail, setMail] = useState<MailChoice>('keep');
  const client = useQueryClient();
  const leave = useMutation({
    mutationFn: () => onLeave(mail),
    onSuccess: () => {
      for (const key of ['outlook', 'watchers', 'notices'])
        void client.invalidateQueries({ queryKey: [key] });
      toast.success(words.done, { description: hasMail ? mailAfter(mail) : undefined });
    },
    onError: onFailed,
    onSettled: () => setAsking(false),
  });
  const ask = () => {
    setMail('keep');
    setAsking(true);
  };
  return (
    <>
      <Button look={isLeft ? 'secondary' : 'danger'} onClick={ask}>
        {words.leave}
      </Button>
      <Confirm
        open={asking}
        title={words.question}
        confirm={`${words.leave}${alsoDeletes(mail)}`}
        cancel={words.cancel}
        dangerous={!isLeft || mail === 'purge'}
        busy={leave.isPending}
        onConfirm={() => leave.mutate()}
        onCancel={() => setAsking(false)}
      >
        {children}
        {hasMail && <MailChoiceField value={mail} onChange={setMail} />}
        {after}
      </Confirm>
    </>
  );
}
