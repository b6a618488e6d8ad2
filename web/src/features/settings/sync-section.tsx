import { useQuery } from '@tanstack/react-query';
import { Link } from '@tanstack/react-router';
import { ChevronRight } from 'lucide-react';

import { watchersQuery } from '../../api/mailboxes.ts';
import { wordsOf } from '../../api/problem.ts';
import type { Watcher } from '../../api/types.ts';
import { cx } from '../../ui/cx.ts';
import { useNow } from '../../ui/date-text.tsx';
import { count, plural } from '../../ui/format.ts';
import { mailboxState, TONE_DOT } from '../../ui/mailbox-state.ts';
import { ProgressBar } from '../../ui/progress.tsx';
import { Failure, Skeleton } from '../../ui/states.tsx';

/** The mailboxes this person answers for, each in one line; the sync page has the rest. */
export function SyncSection() {
  const watchers = useQuery(watchersQuery);
  const own = watchers.data?.filter((watcher) => watcher.mine) ?? [];
  const others = watchers.data?.filter((watcher) => !watcher.mine) ?? [];
  if (watchers.isSuccess && watchers.data.length === 0) return null;
  return (
    <section aria-labelledby="sync-title">
      <h2 id="sync-title" className="text-lg font-semibold">
        {others.length > 0 ? 'Mailboxes of the yacht' : own.length > 1 ? 'Your mailboxes' : 'Your mailbox'}
      </h2>
      {watchers.isPending && <Skeleton className="mt-3 h-16 rounded-xl" />}
      {watchers.isError && !watchers.data && (
        <div className="mt-3">
          <Failure
            compact
            {...wordsOf(watchers.error)}
            onRetry={() => void watchers.refetch()}
            busy={watchers.isFetching}
          />
        </div>
      )}
      <div className="mt-3 divide-y divide-line overflow-hidden rounded-xl border border-line bg-surface empty:hidden">
        {[...own, ...others].map((watcher) => (
          <MailboxRow key={watcher.id} watcher={watcher} />
        ))}
      </div>
    </section>
  );
}

function MailboxRow({ watcher }: { watcher: Watcher }) {
  const now = useNow();
  const { tone, text } = mailboxState(watcher, now);
  const isFirst = !watcher.first_sync_done && watcher.status !== 'disconnected';
  return (
    <article aria-label={watcher.mailbox}>
      <Link
        to="/sync/$id"
        params={{ id: watcher.id }}
        className="flex items-center gap-3 p-4 -outline-offset-2 hover:bg-hover"
      >
        <span className={cx('size-2 shrink-0 rounded-full', TONE_DOT[tone])} />
        <span className="min-w-0 flex-1">
          <span className="block truncate font-medium">{watcher.mailbox}</span>
          <span className={cx('block', tone === 'danger' ? 'text-danger' : 'text-ink-2')}>{text}</span>
          {!watcher.mine && <span className="block text-sm text-ink-3">{watcher.owner.display_name}</span>}
        </span>
        <ChevronRight size={16} className="shrink-0 text-ink-3" aria-hidden="true" />
      </Link>
      {isFirst && <FirstSync watcher={watcher} />}
    </article>
  );
}

function FirstSync({ watcher }: { watcher: Watcher }) {
  const { done, total, folders_done, folders_total } = watcher.progress;
  return (
    <div className="space-y-1.5 px-4 pb-4">
      <ProgressBar label="First sync" done={done} total={total} />
      <p className="text-sm text-ink-2">
        {count(done)} of {total ? plural(total, 'message') : 'messages'}, {folders_done} of{' '}
        {plural(folders_total, 'folder')}. Inbox and sent mail come first.
      </p>
    </div>
  );
}
