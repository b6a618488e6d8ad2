import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { Inbox, Plus } from 'lucide-react';
import { type FormEvent, useState } from 'react';
import { toast } from 'sonner';

import { outlookQuery, watchersQuery } from '../../api/mailboxes.ts';
import { wordsOf } from '../../api/problem.ts';
import { addSharedMailbox } from '../../api/shared-mailboxes.ts';
import type { Watcher } from '../../api/types.ts';
import { Button } from '../../ui/button.tsx';
import { useConnect } from './connect.ts';
import { ReadersDialog } from './readers-dialog.tsx';
import { DeleteMail, RemoveMailbox } from './shared-leave.tsx';

/** Role mailboxes (engineering@…) that Microsoft lets this person read, and who aboard reads them. */
export function SharedSection() {
  const outlook = useQuery(outlookQuery);
  const watchers = useQuery(watchersQuery);
  const shared = watchers.data?.filter((watcher) => watcher.kind === 'shared') ?? [];
  const connected = outlook.data?.read.state === 'connected';
  if (!connected && shared.length === 0) return null;
  return (
    <section aria-labelledby="shared-title">
      <h2 id="shared-title" className="text-lg font-semibold">
        Shared mailboxes
      </h2>
      <p className="mt-0.5 text-ink-2">
        A mailbox for a role, like engineering@. You choose who aboard reads it here.
      </p>
      <div className="mt-3 divide-y divide-line rounded-xl border border-line bg-surface">
        {shared.map((watcher) => (
          <SharedRow key={watcher.id} watcher={watcher} />
        ))}
        {connected && outlook.data && <AddMailbox scopes={outlook.data.read.scopes} />}
      </div>
    </section>
  );
}

function SharedRow({ watcher }: { watcher: Watcher }) {
  const [showsReaders, showReaders] = useState(false);
  return (
    <article aria-label={watcher.mailbox} className="flex flex-wrap items-center gap-x-3 gap-y-2 p-4">
      <Inbox size={18} className="shrink-0 text-ink-3" aria-hidden="true" />
      <div className="min-w-0 flex-1 basis-52">
        <h3 className="truncate font-medium">{watcher.mailbox}</h3>
        <p className="text-sm text-ink-3">
          {standing(watcher)}Added by {watcher.owner.display_name}
        </p>
        {watcher.problem && (
          <p className="text-sm text-warn">
            {watcher.problem.message} {watcher.problem.advice}
          </p>
        )}
      </div>
      <Button onClick={() => showReaders(true)}>Who reads it</Button>
      {watcher.may_change && <Leaving watcher={watcher} />}
      {showsReaders && <ReadersDialog watcher={watcher} onClose={() => showReaders(false)} />}
    </article>
  );
}

function standing({ status, mail_deleted }: Watcher): string {
  if (status !== 'disconnected') return '';
  return mail_deleted ? 'Not synced; its mail is deleted, except what is on a record. ' : 'Not synced. ';
}

function Leaving({ watcher }: { watcher: Watcher }) {
  if (watcher.status !== 'disconnected') return <RemoveMailbox watcher={watcher} />;
  return watcher.mail_deleted ? null : <DeleteMail watcher={watcher} />;
}

const SHARED_SCOPE = 'mail.read.shared';

function AddMailbox({ scopes }: { scopes: string[] }) {
  const client = useQueryClient();
  const connect = useConnect();
  const [address, setAddress] = useState('');
  const add = useMutation({
    mutationFn: () => addSharedMailbox(address.trim()),
    onSuccess: () => {
      setAddress('');
      void client.invalidateQueries({ queryKey: ['watchers'] });
      toast.success('Added. Its first sync begins; you read it, and choose who else does.');
    },
  });
  if (!scopes.some((scope) => scope.toLowerCase().endsWith(SHARED_SCOPE))) {
    return (
      <div className="flex flex-wrap items-center justify-between gap-3 p-4">
        <p className="min-w-0 flex-1 basis-60 text-ink-2">
          Microsoft asks you once more before Celeste Mail may read mailboxes shared with you.
        </p>
        <Button
          disabled={connect.isPending}
          onClick={() => connect.mutate({ purpose: 'read', shared: true })}
        >
          Allow shared mailboxes
        </Button>
      </div>
    );
  }
  const submit = (event: FormEvent) => {
    event.preventDefault();
    add.mutate();
  };
  const problem = add.isError ? wordsOf(add.error) : null;
  return (
    <form onSubmit={submit} className="p-4">
      <label htmlFor="shared-address" className="text-sm font-medium">
        Add a mailbox
      </label>
      <div className="mt-1.5 flex flex-wrap gap-2">
        <input
          id="shared-address"
          type="email"
          required
          value={address}
          onChange={(event) => setAddress(event.target.value)}
          placeholder="engineering@…"
          autoComplete="off"
          aria-invalid={problem !== null}
          aria-describedby={problem ? 'shared-problem' : undefined}
          className="h-7 min-w-0 flex-1 basis-56 rounded-md border border-line-strong bg-surface px-2.5 text-base text-ink pointer-coarse:h-10"
        />
        <Button
          type="submit"
          look="primary"
          disabled={add.isPending || address.trim() === ''}
          icon={<Plus size={14} aria-hidden="true" />}
        >
          {add.isPending ? 'Asking Microsoft' : 'Add'}
        </Button>
      </div>
      {problem && (
        <p id="shared-problem" role="alert" className="mt-2 text-sm text-danger">
          {[problem.detail, problem.advice].filter(Boolean).join(' ')}
        </p>
      )}
    </form>
  );
}
