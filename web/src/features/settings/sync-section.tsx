import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { ChevronDown, Pause, Play, RefreshCw } from 'lucide-react';
import { useEffect, useState } from 'react';
import { toast } from 'sonner';

import { onLive } from '../../api/live.ts';
import { rememberWatcher, setPaused, syncNow, watcherQuery, watchersQuery } from '../../api/mailboxes.ts';
import { wordsOf } from '../../api/problem.ts';
import type { Folder, Watcher } from '../../api/types.ts';
import { Button } from '../../ui/button.tsx';
import { cx } from '../../ui/cx.ts';
import { useNow } from '../../ui/date-text.tsx';
import { until } from '../../ui/dates.ts';
import { count, plural } from '../../ui/format.ts';
import { mailboxState, TONE_DOT } from '../../ui/mailbox-state.ts';
import { ProgressBar } from '../../ui/progress.tsx';
import { Failure, Skeleton } from '../../ui/states.tsx';

/** The mailboxes this person answers for: their own, and for the captain every one of the yacht. */
export function SyncSection() {
  const watchers = useQuery(watchersQuery);
  const own = watchers.data?.filter((watcher) => watcher.mine) ?? [];
  const others = watchers.data?.filter((watcher) => !watcher.mine) ?? [];
  if (watchers.isSuccess && watchers.data.length === 0) return null;
  return (
    <section aria-labelledby="sync-title">
      <h2 id="sync-title" className="text-lg font-semibold">
        {others.length > 0 ? 'Mailboxes of the yacht' : 'Your mailbox'}
      </h2>
      {watchers.isPending && <Skeleton className="mt-3 h-28 rounded-xl" />}
      {watchers.isError && (
        <div className="mt-3">
          <Failure
            compact
            {...wordsOf(watchers.error)}
            onRetry={() => void watchers.refetch()}
            busy={watchers.isFetching}
          />
        </div>
      )}
      <div className="mt-3 divide-y divide-line rounded-xl border border-line bg-surface empty:hidden">
        {[...own, ...others].map((watcher) => (
          <MailboxRow key={watcher.id} watcher={watcher} />
        ))}
      </div>
    </section>
  );
}

function MailboxRow({ watcher }: { watcher: Watcher }) {
  const now = useNow();
  const [open, setOpen] = useState(false);
  const { tone, text } = mailboxState(watcher, now);
  const first = !watcher.first_sync_done && watcher.status !== 'disconnected';
  return (
    <article aria-label={watcher.mailbox} className="p-4">
      <div className="flex flex-wrap items-start justify-between gap-x-4 gap-y-2">
        <div className="min-w-0 flex-1 basis-60">
          <h3 className="truncate font-medium">{watcher.mailbox}</h3>
          <p className="flex items-center gap-2 text-ink-2">
            <span className={cx('size-2 shrink-0 rounded-full', TONE_DOT[tone])} />
            {text}
          </p>
          {!watcher.mine && <p className="text-sm text-ink-3">{watcher.owner.display_name}</p>}
        </div>
        {watcher.status !== 'disconnected' && <MailboxButtons watcher={watcher} />}
      </div>
      {watcher.problem && (
        <p className="mt-2 text-sm text-warn">
          {watcher.problem.message} {watcher.problem.advice}
        </p>
      )}
      {first && <FirstSync watcher={watcher} />}
      <div className="mt-2 flex flex-wrap items-center gap-x-4 text-sm text-ink-3">
        <button
          type="button"
          aria-expanded={open}
          onClick={() => setOpen(!open)}
          className="-ml-1 inline-flex items-center gap-1 rounded px-1 hover:text-ink"
        >
          <ChevronDown
            size={14}
            className={cx('transition-transform', !open && '-rotate-90')}
            aria-hidden="true"
          />
          Folders
        </button>
        {!first && watcher.status !== 'paused' && watcher.next_sync_at && (
          <span>
            Every {watcher.interval_minutes} min, next {until(new Date(watcher.next_sync_at), now)}
          </span>
        )}
      </div>
      {open && <Folders watcherId={watcher.id} />}
    </article>
  );
}

function FirstSync({ watcher }: { watcher: Watcher }) {
  const { done, total, folders_done, folders_total } = watcher.progress;
  return (
    <div className="mt-3 space-y-1.5">
      <ProgressBar label="First sync" done={done} total={total} />
      <p className="text-sm text-ink-2">
        {count(done)} of {total ? plural(total, 'message') : 'messages'}, {folders_done} of{' '}
        {plural(folders_total, 'folder')}. Inbox and sent mail come first.
      </p>
    </div>
  );
}

function MailboxButtons({ watcher }: { watcher: Watcher }) {
  const client = useQueryClient();
  const failed = (what: string) => (error: unknown) => {
    const words = wordsOf(error);
    toast.error(what, { description: [words.detail, words.advice].filter(Boolean).join(' ') });
  };
  const sync = useMutation({
    mutationFn: () => syncNow(watcher.id),
    onSuccess: (fresh) => rememberWatcher(client, fresh),
    onError: failed('Not synced'),
  });
  const paused = watcher.status === 'paused';
  const pause = useMutation({
    mutationFn: () => setPaused(watcher.id, !paused),
    onSuccess: (fresh) => rememberWatcher(client, fresh),
    onError: failed(paused ? 'Still paused' : 'Not paused'),
  });
  const syncing = watcher.syncing || sync.isPending;
  return (
    <div className="flex gap-2">
      {!paused && (
        <Button
          disabled={syncing || watcher.status === 'reauth_required'}
          onClick={() => sync.mutate()}
          icon={<RefreshCw size={14} className={cx(syncing && 'animate-spin')} aria-hidden="true" />}
        >
          {syncing ? 'Syncing' : 'Sync now'}
        </Button>
      )}
      <Button
        look={paused ? 'primary' : 'ghost'}
        disabled={pause.isPending}
        onClick={() => pause.mutate()}
        icon={paused ? <Play size={14} aria-hidden="true" /> : <Pause size={14} aria-hidden="true" />}
      >
        {paused ? 'Resume' : 'Pause'}
      </Button>
    </div>
  );
}

function Folders({ watcherId }: { watcherId: string }) {
  const client = useQueryClient();
  const watcher = useQuery(watcherQuery(watcherId));
  useEffect(
    () =>
      onLive('sync', (event) => {
        if (event.watcher_id === watcherId)
          void client.invalidateQueries({ queryKey: watcherQuery(watcherId).queryKey });
      }),
    [client, watcherId],
  );
  if (watcher.isPending) return <Skeleton className="mt-2 h-32" />;
  if (watcher.isError)
    return <Failure compact {...wordsOf(watcher.error)} onRetry={() => void watcher.refetch()} />;
  return (
    <ul className="mt-2 grid gap-x-8 sm:grid-cols-2">
      {watcher.data.folders.map((folder) => (
        <FolderLine key={folder.id} folder={folder} />
      ))}
    </ul>
  );
}

function FolderLine({ folder }: { folder: Folder }) {
  const busy = folder.phase === 'initial';
  return (
    <li className="flex h-8 items-center gap-3 border-b border-line text-sm">
      <span className="min-w-0 flex-1 truncate" title={folder.path}>
        {folder.path || folder.name}
      </span>
      {busy && (
        <ProgressBar thin label={folder.name} done={folder.done} total={folder.total} className="w-16" />
      )}
      <span className="shrink-0 text-ink-3">
        {folder.phase === 'pending' && 'Waiting'}
        {busy && `${count(folder.done)} of ${count(folder.total)}`}
        {folder.phase === 'delta' && count(folder.total)}
      </span>
    </li>
  );
}
