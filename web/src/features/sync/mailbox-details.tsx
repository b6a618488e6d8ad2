import { useQuery } from '@tanstack/react-query';
import { Pause, Play, RefreshCw, TriangleAlert } from 'lucide-react';
import { type RefObject, useRef } from 'react';

import { watchersQuery } from '../../api/mailboxes.ts';
import type { Watcher } from '../../api/types.ts';
import { Button } from '../../ui/button.tsx';
import { cx } from '../../ui/cx.ts';
import { DateText, useNow } from '../../ui/date-text.tsx';
import { until } from '../../ui/dates.ts';
import { count, plural } from '../../ui/format.ts';
import { useShortcuts } from '../../ui/keys.tsx';
import { isRunning, mailboxState, TONE_DOT } from '../../ui/mailbox-state.ts';
import { BackButton, Fact, PaneHeader } from '../../ui/pane.tsx';
import { ProgressBar } from '../../ui/progress.tsx';
import { Empty, Skeleton } from '../../ui/states.tsx';
import { DayChart } from './day-chart.tsx';
import { EndMailbox, mayEnd } from './end-mailbox.tsx';
import { FolderList } from './folder-list.tsx';
import { GapLedger } from './gap-ledger.tsx';
import { useMailboxActions } from './use-mailbox-actions.ts';
import { intervalWords, keptBy, roundWords, whoMayChange } from './words.ts';

type Props = {
  id: string;
  /** Absent where there is no list to go back to. */
  onBack?: (() => void) | undefined;
};

/** One mailbox: how complete it is, what the last day was like, what was missed and found again. */
export function MailboxDetails({ id, onBack }: Props) {
  const watchers = useQuery(watchersQuery);
  const watcher = watchers.data?.find((each) => each.id === id);
  if (watchers.isPending) return <Skeleton className="m-6 h-40 rounded-xl" />;
  if (!watcher) return <Empty title="There is no such mailbox here">It may have been removed.</Empty>;
  return <Details watcher={watcher} onBack={onBack} />;
}

type DetailsProps = Omit<Props, 'id'> & { watcher: Watcher };

function Details({ watcher, onBack }: DetailsProps) {
  const now = useNow();
  const interval = useRef<HTMLSelectElement>(null);
  const { tone, text } = mailboxState(watcher, now);
  const isFirst = !watcher.first_sync_done && watcher.status !== 'disconnected';
  const latest = watcher.last_round?.ended_at ?? null;
  return (
    <section aria-label={watcher.mailbox} className="flex h-full min-h-0 flex-col bg-surface">
      <PaneHeader className="px-5!">
        {onBack && <BackButton label="Back to the mailboxes" onClick={onBack} className="md:hidden" />}
        <h1 className="min-w-0 flex-1 truncate font-medium text-ink-2">{watcher.mailbox}</h1>
        <Actions watcher={watcher} interval={interval} />
        {mayEnd(watcher) && <EndMailbox watcher={watcher} />}
      </PaneHeader>
      <div className="min-h-0 flex-1 overflow-y-auto overscroll-contain">
        <div className="mx-auto max-w-[760px] space-y-7 px-5 py-6">
          <div>
            <p className="flex items-center gap-2.5 text-xl font-semibold">
              <span className={cx('size-2.5 shrink-0 rounded-full', TONE_DOT[tone])} />
              {text}
            </p>
            {!watcher.mine && <p className="mt-0.5 text-ink-3">{watcher.owner.display_name}</p>}
            {watcher.problem && <Trouble watcher={watcher} />}
            {isFirst && <FirstSync watcher={watcher} />}
          </div>
          <Facts watcher={watcher} interval={interval} />
          <DayChart watcherId={watcher.id} latest={latest} />
          <GapLedger watcherId={watcher.id} latest={latest} gone={watcher.status === 'disconnected'} />
          {watcher.mine && (
            <FolderList watcherId={watcher.id} latest={latest} troubled={hasTroubledFolders(watcher)} />
          )}
        </div>
      </div>
    </section>
  );
}

const hasTroubledFolders = ({ problem }: Watcher) =>
  ['folders_incomplete', 'folders_left_out'].includes(problem?.code ?? '');

type Parts = { watcher: Watcher; interval: RefObject<HTMLSelectElement | null> };

function Actions({ watcher, interval }: Parts) {
  const { sync, pause } = useMailboxActions(watcher);
  const isPaused = watcher.status === 'paused';
  const isScheduled = isRunning(watcher);
  const isSyncing = watcher.syncing || sync.isPending;
  const maySync = watcher.mine && isScheduled && !isSyncing;
  const mayPause = watcher.mine && (isScheduled || isPaused) && !pause.isPending;
  const group = 'Sync';
  useShortcuts([
    { keys: 's', label: 'Sync now', group, run: () => maySync && sync.mutate() },
    { keys: 'p', label: isPaused ? 'Resume' : 'Pause', group, run: () => mayPause && pause.mutate() },
    ...(watcher.may_change
      ? [{ keys: 'i', label: 'How often', group, run: () => interval.current?.focus() }]
      : []),
  ]);
  if (!watcher.mine || watcher.status === 'disconnected') return null;
  return (
    <>
      {!isPaused && (
        <Button
          keys="s"
          disabled={!maySync}
          onClick={() => sync.mutate()}
          icon={<RefreshCw size={14} className={cx(isSyncing && 'animate-spin')} aria-hidden="true" />}
        >
          {isSyncing ? 'Syncing' : 'Sync now'}
        </Button>
      )}
      {(isPaused || isScheduled) && (
        <Button
          keys="p"
          look={isPaused ? 'primary' : 'ghost'}
          disabled={!mayPause}
          onClick={() => pause.mutate()}
          icon={isPaused ? <Play size={14} aria-hidden="true" /> : <Pause size={14} aria-hidden="true" />}
        >
          {isPaused ? 'Resume' : 'Pause'}
        </Button>
      )}
    </>
  );
}

function Trouble({ watcher }: { watcher: Watcher }) {
  const needsPerson = watcher.status === 'reauth_required';
  return (
    <div className={cx('mt-3 flex gap-2.5 rounded-lg p-3', needsPerson ? 'bg-danger-soft' : 'bg-warn-soft')}>
      <TriangleAlert
        size={16}
        className={cx('mt-0.5 shrink-0', needsPerson ? 'text-danger' : 'text-warn')}
        aria-hidden="true"
      />
      <div className="min-w-0 flex-1">
        <p className="font-medium">{watcher.problem?.message}</p>
        <p className="text-ink-2">
          {watcher.problem?.advice}
          {needsPerson && !watcher.owner.is_you && ' Mail synced so far stays.'}
        </p>
      </div>
    </div>
  );
}

function FirstSync({ watcher }: { watcher: Watcher }) {
  const { done, total, folders_done, folders_total } = watcher.progress;
  return (
    <div className="mt-4 space-y-1.5">
      <ProgressBar label="First sync" done={done} total={total} />
      <p className="text-ink-2">
        {count(done)} of {total ? plural(total, 'message') : 'messages'}, {folders_done} of{' '}
        {plural(folders_total, 'folder')}. Inbox and sent mail come first; you can read them already.
      </p>
    </div>
  );
}

function Facts({ watcher, interval }: Parts) {
  const now = useNow();
  const { last_round, reconciled_at } = watcher;
  const isConnected = watcher.status !== 'disconnected';
  const isScheduled = isRunning(watcher);
  return (
    <dl>
      <Fact name="Last round">
        {last_round ? (
          <>
            <DateText at={last_round.ended_at} form="medium" />: {roundWords(last_round)}
          </>
        ) : (
          `None${isConnected ? ' yet' : ' on record'}`
        )}
      </Fact>
      <Fact name="Next round">{nextWords(watcher, now)}</Fact>
      {isConnected && (
        <Fact name="New mail">
          {isScheduled ? keptBy(watcher, now) : 'Not looked for at the moment; otherwise every'}{' '}
          {watcher.may_change ? (
            <IntervalSelect watcher={watcher} ref={interval} />
          ) : (
            `${intervalWords(watcher.interval_minutes)}. ${whoMayChange(watcher.kind)}`
          )}
          {isScheduled && watcher.push.problem && (
            <p className="text-pretty text-ink-2">
              {watcher.push.state === 'lost' && `${watcher.push.problem.message} `}
              {watcher.push.problem.advice}
            </p>
          )}
        </Fact>
      )}
      {(isConnected || reconciled_at) && (
        <Fact name="Counts">
          {reconciled_at ? (
            <>
              The same as Microsoft’s, <DateText at={reconciled_at} form="inline" />
            </>
          ) : (
            'Compared with Microsoft’s once a day, not yet'
          )}
        </Fact>
      )}
    </dl>
  );
}

function nextWords(watcher: Watcher, now: Date): string {
  if (watcher.syncing) return 'One is running';
  if (watcher.status === 'paused') return 'When somebody resumes it';
  if (watcher.status === 'reauth_required') return 'When Outlook is connected again';
  if (watcher.status === 'disconnected' || !watcher.next_sync_at) return 'None';
  const next = new Date(watcher.next_sync_at);
  const words = until(next, now);
  if (watcher.throttled_until) return `${words}: Microsoft asked us to wait`;
  return words.charAt(0).toUpperCase() + words.slice(1);
}

const CHOICES = [5, 10, 15, 30, 60, 120, 240, 720, 1440];

function IntervalSelect({ watcher, ref }: { watcher: Watcher; ref: RefObject<HTMLSelectElement | null> }) {
  const { interval } = useMailboxActions(watcher);
  const current = interval.isPending ? interval.variables : watcher.interval_minutes;
  const choices = [...new Set([...CHOICES, current])].sort((a, b) => a - b);
  return (
    <select
      ref={ref}
      aria-label="Look every"
      title="How often (i)"
      value={current}
      disabled={interval.isPending}
      onChange={(event) => interval.mutate(Number(event.target.value))}
      className="h-7 rounded-md border border-line-strong bg-surface px-1.5 text-ink pointer-coarse:h-10"
    >
      {choices.map((minutes) => (
        <option key={minutes} value={minutes}>
          {intervalWords(minutes)}
        </option>
      ))}
    </select>
  );
}
