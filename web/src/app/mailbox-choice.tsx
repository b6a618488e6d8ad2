import { useQuery } from '@tanstack/react-query';
import { ChevronDown } from 'lucide-react';

import { watchersQuery } from '../api/mailboxes.ts';
import type { Watcher } from '../api/types.ts';

const isStopped = ({ status }: Watcher) => ['reauth_required', 'disconnected'].includes(status);

type Props = { chosen: string | undefined; onChoose: (watcherId: string | undefined) => void };

/** The inbox's name; whoever reads several mailboxes chooses here whether to see one of them or all. */
export function MailboxChoice({ chosen, onChoose }: Props) {
  const mine = useQuery(watchersQuery).data?.filter((watcher) => watcher.mine) ?? [];
  const current = mine.find((watcher) => watcher.id === chosen);
  if (mine.length < 2) return <h1 className="text-lg font-semibold">Inbox</h1>;
  return (
    <h1 className="relative flex min-w-0 items-center text-lg font-semibold">
      <span className="truncate">{current ? current.mailbox : 'Inbox'}</span>
      <ChevronDown size={15} className="ml-1 shrink-0 text-ink-3" aria-hidden="true" />
      <select
        aria-label="Mailbox"
        value={current?.id ?? ''}
        onChange={(event) => onChoose(event.target.value || undefined)}
        className="absolute inset-0 w-full cursor-pointer opacity-0"
      >
        <option value="">All mailboxes</option>
        {mine.map((watcher) => (
          <option key={watcher.id} value={watcher.id}>
            {watcher.mailbox}
            {isStopped(watcher) && ' (stopped)'}
          </option>
        ))}
      </select>
    </h1>
  );
}
