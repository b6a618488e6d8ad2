import { useQuery, useQueryClient } from '@tanstack/react-query';
import { ChevronDown, TriangleAlert } from 'lucide-react';
import { useEffect, useState } from 'react';

import { watcherQuery } from '../../api/mailboxes.ts';
import { wordsOf } from '../../api/problem.ts';
import type { Folder } from '../../api/types.ts';
import { cx } from '../../ui/cx.ts';
import { DateText } from '../../ui/date-text.tsx';
import { count } from '../../ui/format.ts';
import { ProgressBar } from '../../ui/progress.tsx';
import { Failure, Skeleton } from '../../ui/states.tsx';

type Props = {
  watcherId: string;
  latest: string | null;
  /** Some of them could not be read. */
  troubled: boolean;
};

/** The folders of an own mailbox, where it is of interest. */
export function FolderList({ watcherId, latest, troubled }: Props) {
  const [open, setOpen] = useState(troubled);
  return (
    <section aria-label="Folders">
      <button
        type="button"
        aria-expanded={open}
        onClick={() => setOpen(!open)}
        className="-ml-1 inline-flex h-8 items-center gap-1 rounded px-1 text-sm font-semibold text-ink-2 hover:text-ink"
      >
        <ChevronDown
          size={14}
          className={cx('transition-transform', !open && '-rotate-90')}
          aria-hidden="true"
        />
        Folders
      </button>
      {open && <Folders watcherId={watcherId} latest={latest} />}
    </section>
  );
}

function Folders({ watcherId, latest }: { watcherId: string; latest: string | null }) {
  const client = useQueryClient();
  const watcher = useQuery(watcherQuery(watcherId));
  // A round that ended changed the counts.
  // biome-ignore lint/correctness/useExhaustiveDependencies: `latest` is what tells of a round
  useEffect(() => {
    void client.invalidateQueries({ queryKey: watcherQuery(watcherId).queryKey });
  }, [client, watcherId, latest]);
  if (watcher.isPending) return <Skeleton className="mt-2 h-32" />;
  if (watcher.isError && !watcher.data)
    return <Failure compact {...wordsOf(watcher.error)} onRetry={() => void watcher.refetch()} />;
  return (
    <ul className="grid gap-x-8 sm:grid-cols-2">
      {watcher.data.folders.map((folder) => (
        <FolderLine key={folder.id} folder={folder} />
      ))}
    </ul>
  );
}

function FolderLine({ folder }: { folder: Folder }) {
  const busy = folder.phase === 'initial';
  if (folder.problem) return <TroubledFolder folder={folder} {...folder.problem} />;
  return (
    <li className="flex h-8 items-center gap-3 border-b border-line text-sm">
      <span className="min-w-0 flex-1 truncate" title={folder.path}>
        {folder.path || folder.name}
      </span>
      {busy && (
        <ProgressBar thin label={folder.name} done={folder.done} total={folder.total} className="w-16" />
      )}
      <span className="shrink-0 text-ink-3 tabular-nums">
        {folder.phase === 'pending' && 'Waiting'}
        {busy && `${count(folder.done)} of ${count(folder.total)}`}
        {folder.phase === 'delta' && count(folder.total)}
      </span>
    </li>
  );
}

type TroubledProps = { folder: Folder; message: string; advice: string | null };

/** A folder that was not read to its end: why, since when, and what to do. */
function TroubledFolder({ folder, message, advice }: TroubledProps) {
  const since = folder.synced_at;
  return (
    <li className="border-b border-line py-1.5 text-sm sm:col-span-2">
      <span className="flex items-center gap-2">
        <TriangleAlert size={14} className="shrink-0 text-warn" aria-hidden="true" />
        <span className="min-w-0 truncate font-medium" title={folder.path}>
          {folder.path || folder.name}
        </span>
        <span className="shrink-0 text-ink-3">
          {since ? (
            <>
              read up to <DateText at={since} form="inline" />
            </>
          ) : (
            'not read yet'
          )}
        </span>
      </span>
      <span className="block pl-5.5 text-ink-2">
        {message} {advice}
      </span>
    </li>
  );
}
