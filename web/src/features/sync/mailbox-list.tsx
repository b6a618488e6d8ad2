import { useQuery } from '@tanstack/react-query';
import { RefreshCw } from 'lucide-react';
import type { ReactNode } from 'react';

import { watchersQuery } from '../../api/mailboxes.ts';
import { wordsOf } from '../../api/problem.ts';
import type { Watcher } from '../../api/types.ts';
import { cx } from '../../ui/cx.ts';
import { useNow } from '../../ui/date-text.tsx';
import { plural } from '../../ui/format.ts';
import { useListKeys } from '../../ui/list-keys.ts';
import { mailboxState, TONE_DOT } from '../../ui/mailbox-state.ts';
import { PaneHeader } from '../../ui/pane.tsx';
import { Empty, Failure, Skeleton } from '../../ui/states.tsx';

type Props = { selectedId: string | null; onOpen: (id: string) => void; connect: ReactNode };

/** Own mailboxes first, then those of the others aboard. */
export const inOrder = (watchers: Watcher[]): Watcher[] => [
  ...watchers.filter((watcher) => watcher.mine),
  ...watchers.filter((watcher) => !watcher.mine),
];

/** Every mailbox this person may see, and how each stands. */
export function MailboxList({ selectedId, onOpen, connect }: Props) {
  const watchers = useQuery(watchersQuery);
  const items = inOrder(watchers.data ?? []);
  useListKeys(items, { selectedId, onOpen }, { group: 'Sync', item: 'mailbox' });
  return (
    <section aria-label="Mailboxes" className="flex h-full min-h-0 flex-col">
      <PaneHeader>
        <h1 className="flex-1 text-lg font-semibold">Sync</h1>
        <span className="text-sm text-ink-3">
          {watchers.data && plural(items.length, 'mailbox', 'mailboxes')}
        </span>
      </PaneHeader>
      <div className="min-h-0 flex-1 overflow-y-auto overscroll-contain pb-4">
        {watchers.isPending && <Skeletons />}
        {watchers.isError && !watchers.data && (
          <Failure
            {...wordsOf(watchers.error)}
            onRetry={() => void watchers.refetch()}
            busy={watchers.isFetching}
          />
        )}
        {watchers.data?.length === 0 && (
          <Empty
            icon={<RefreshCw size={22} aria-hidden="true" />}
            title="No mailbox connected yet"
            action={connect}
          >
            Connect Outlook, and this page shows how complete your mail is.
          </Empty>
        )}
        <ul>
          {items.map((watcher) => (
            <li key={watcher.id}>
              <Row watcher={watcher} selected={watcher.id === selectedId} onOpen={onOpen} />
            </li>
          ))}
        </ul>
      </div>
    </section>
  );
}

type RowProps = { watcher: Watcher; selected: boolean; onOpen: (id: string) => void };

function Row({ watcher, selected, onOpen }: RowProps) {
  const now = useNow();
  const { tone, text } = mailboxState(watcher, now);
  return (
    <button
      type="button"
      aria-current={selected || undefined}
      onClick={() => onOpen(watcher.id)}
      className={cx(
        'flex h-16 w-full items-center gap-3 border-b border-line px-4 text-left -outline-offset-2',
        selected ? 'max-md:hover:bg-hover md:bg-accent-soft' : 'hover:bg-hover',
      )}
    >
      <span className={cx('size-2 shrink-0 rounded-full', TONE_DOT[tone])} />
      <span className="min-w-0 flex-1">
        <span className="block truncate font-medium">{watcher.mailbox}</span>
        <span className={cx('block truncate text-sm', tone === 'danger' ? 'text-danger' : 'text-ink-2')}>
          {text}
        </span>
        {!watcher.mine && (
          <span className="block truncate text-xs text-ink-3">{watcher.owner.display_name}</span>
        )}
      </span>
    </button>
  );
}

function Skeletons() {
  return (
    <div aria-busy="true" role="status">
      <span className="sr-only">Loading mailboxes</span>
      {['58%', '46%', '52%'].map((width) => (
        <div key={width} className="flex h-16 flex-col justify-center gap-1.5 border-b border-line px-4">
          <span className="skeleton block h-3" style={{ width }} />
          <Skeleton className="h-2.5 w-1/3" />
        </div>
      ))}
    </div>
  );
}
