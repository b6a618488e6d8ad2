import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { CircleCheck } from 'lucide-react';

import { outlookQuery, replaceAccount, watchersQuery } from '../../api/mailboxes.ts';
import { wordsOf } from '../../api/problem.ts';
import type { Purpose } from '../../api/types.ts';
import { Button } from '../../ui/button.tsx';
import { Confirm } from '../../ui/dialog.tsx';
import { Failure } from '../../ui/states.tsx';
import { accountWords } from './account-words.ts';
import { callbackWords } from './callback-words.ts';
import { useConnect } from './connect.ts';

export type CallbackResult = {
  outlook?: 'connected' | 'error' | 'confirm_account' | undefined;
  purpose?: Purpose | undefined;
  code?: string | undefined;
  state?: string | undefined;
  /** The account Microsoft signed in, when it is another than before. */
  account?: string | undefined;
};

/** What came of the visit to Microsoft, said where the browser came back to. */
export function CallbackNotice({ result, onDone }: { result: CallbackResult; onDone: () => void }) {
  if (result.outlook === 'connected') return <Connected purpose={result.purpose ?? 'read'} onDone={onDone} />;
  if (result.outlook === 'error') return <Refused result={result} />;
  if (result.outlook === 'confirm_account' && result.state) {
    return <OtherAccount result={result} state={result.state} onDone={onDone} />;
  }
  return null;
}

function Connected({ purpose, onDone }: { purpose: Purpose; onDone: () => void }) {
  const state = useQuery(outlookQuery).data?.[purpose].state;
  const filling = useQuery(watchersQuery).data?.some((watcher) => watcher.mine && !watcher.first_sync_done);
  if (state && state !== 'connected') return null;
  return (
    <div role="status" className="flex items-center gap-2.5 rounded-lg bg-ok-soft px-3 py-2">
      <CircleCheck size={16} className="shrink-0 text-ok" aria-hidden="true" />
      <p className="min-w-0 flex-1">
        {purpose === 'read'
          ? `Outlook is connected.${filling ? ' The first sync runs below; you can read and link mail while it does.' : ''}`
          : 'Celeste Mail may now write and send for you.'}
      </p>
      <Button look="ghost" onClick={onDone}>
        Close
      </Button>
    </div>
  );
}

function Refused({ result }: { result: CallbackResult }) {
  const connect = useConnect();
  return (
    <Failure
      compact
      {...callbackWords(result.code)}
      onRetry={() => connect.mutate({ purpose: result.purpose ?? 'read' })}
      busy={connect.isPending}
    />
  );
}

function OtherAccount({
  result,
  state,
  onDone,
}: {
  result: CallbackResult;
  state: string;
  onDone: () => void;
}) {
  const client = useQueryClient();
  const status = useQuery(outlookQuery);
  const replace = useMutation({
    mutationFn: () => replaceAccount(state),
    onSuccess: (fresh) => {
      client.setQueryData(outlookQuery.queryKey, fresh);
      void client.invalidateQueries({ queryKey: ['watchers'] });
      onDone();
    },
  });
  const purpose = result.purpose ?? 'read';
  const words = accountWords({
    purpose,
    account: result.account,
    before: status.data?.[purpose].mailbox ?? null,
    other: status.data?.[purpose === 'read' ? 'write' : 'read'].mailbox ?? null,
  });
  return (
    <>
      {replace.isError && <Failure compact {...wordsOf(replace.error)} onRetry={() => replace.mutate()} />}
      <Confirm
        open={!status.isPending && !replace.isError}
        title="That is another Microsoft account"
        confirm={words.confirm}
        cancel={words.cancel}
        busy={replace.isPending}
        onConfirm={() => replace.mutate()}
        onCancel={onDone}
      >
        <p>
          {words.before} <strong className="font-medium text-ink">{words.known}</strong>. Microsoft has now
          signed you in as{' '}
          {result.account ? (
            <strong className="font-medium text-ink">{result.account}</strong>
          ) : (
            'someone else'
          )}
          .
        </p>
        <p>Nothing was changed yet. {words.consequence}</p>
      </Confirm>
    </>
  );
}
