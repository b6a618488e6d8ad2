import { useVirtualizer } from '@tanstack/react-virtual';
import { ArrowUp } from 'lucide-react';
import { type ReactNode, useCallback, useEffect, useRef } from 'react';

import { wordsOf } from '../../api/problem.ts';
import type { InboxFilter, InboxView } from '../../api/threads.ts';
import type { ThreadRow as Row } from '../../api/types.ts';
import { plural } from '../../ui/format.ts';
import { useShortcuts } from '../../ui/keys.tsx';
import { PaneHeader } from '../../ui/pane.tsx';
import { Segmented } from '../../ui/segmented.tsx';
import { Failure, Loading } from '../../ui/states.tsx';
import { THREAD_ROW_HEIGHT, ThreadRow, ThreadRowSkeleton } from '../../ui/thread-row.tsx';
import { useInbox } from './use-inbox.ts';

type Props = {
  view: InboxView;
  selectedId: string | null;
  mayLink: boolean;
  ownAddress: string;
  /** Shown when there is no row: why, and what to do. */
  empty: ReactNode;
  /** Names the list; where there are several mailboxes it chooses among them. */
  heading: ReactNode;
  /** Stands between the header and the rows, e.g. the progress of the first sync. */
  notice?: ReactNode;
  onFilter: (filter: InboxFilter) => void;
  onOpen: (threadId: string) => void;
};

/** The inbox's conversations, newest first: a virtual list of rows of one height. */
export function InboxList({
  view,
  selectedId,
  mayLink,
  ownAddress,
  empty,
  heading,
  notice,
  onFilter,
  onOpen,
}: Props) {
  const scroller = useRef<HTMLDivElement>(null);
  const hovered = useRef(false);
  const mayMove = useCallback(() => !hovered.current && (scroller.current?.scrollTop ?? 0) < 8, []);
  const { list, rows, waiting, hasHeld, showWaiting } = useInbox(view, mayMove);
  const virtual = useVirtualizer({
    count: rows.length + (list.hasNextPage ? 4 : 0),
    getScrollElement: () => scroller.current,
    estimateSize: () => THREAD_ROW_HEIGHT,
    getItemKey: (index) => rows[index]?.id ?? `coming:${index}`,
    overscan: 8,
  });
  const items = virtual.getVirtualItems();
  const lastShown = items.at(-1)?.index ?? 0;

  useEffect(() => {
    const near = lastShown >= rows.length - 15;
    if (
      near &&
      rows.length > 0 &&
      list.hasNextPage &&
      !list.isFetchingNextPage &&
      !list.isFetchNextPageError
    ) {
      void list.fetchNextPage();
    }
  }, [lastShown, rows.length, list]);

  useListKeys({ rows, selectedId, onOpen, scrollTo: (index) => virtual.scrollToIndex(index), scroller });

  const toTop = () => {
    showWaiting();
    scroller.current?.scrollTo({ top: 0 });
  };

  return (
    <section aria-label="Inbox" className="flex h-full min-h-0 flex-col">
      <PaneHeader className="justify-between">
        {heading}
        <Segmented
          label="Show"
          value={view.filter}
          onChange={onFilter}
          options={[
            { value: 'all', label: 'All' },
            { value: 'unread', label: 'Unread' },
          ]}
        />
      </PaneHeader>
      {notice}
      <div className="relative min-h-0 flex-1">
        {hasHeld && waiting > 0 && (
          <div className="pointer-events-none absolute inset-x-0 top-2 z-10 flex justify-center">
            <button
              type="button"
              onClick={toTop}
              className="pointer-events-auto inline-flex h-7 items-center gap-1 rounded-full bg-accent px-3 text-sm font-medium text-accent-ink shadow-float hover:bg-accent-hover"
            >
              <ArrowUp size={13} aria-hidden="true" /> {waiting} new
            </button>
          </div>
        )}
        <p role="status" className="sr-only">
          {waiting > 0 ? `${plural(waiting, 'new conversation')} above` : ''}
        </p>
        <div
          ref={scroller}
          data-testid="inbox-rows"
          className="h-full overflow-y-auto overscroll-contain"
          onPointerEnter={(event) => {
            hovered.current = event.pointerType === 'mouse';
          }}
          onPointerLeave={() => {
            hovered.current = false;
            if (hasHeld && mayMove()) showWaiting();
          }}
        >
          {list.isPending && (
            <Loading paused={list.isPaused}>
              <Skeletons />
            </Loading>
          )}
          {list.isError && rows.length === 0 && (
            <Failure {...wordsOf(list.error)} onRetry={() => void list.refetch()} busy={list.isFetching} />
          )}
          {list.isSuccess && rows.length === 0 && empty}
          <div className="relative" style={{ height: rows.length > 0 ? virtual.getTotalSize() : 0 }}>
            {rows.length > 0 &&
              items.map((item) => (
                <div
                  key={item.key}
                  className="absolute inset-x-0 top-0"
                  style={{ transform: `translateY(${item.start}px)` }}
                >
                  <ListItem
                    row={rows[item.index]}
                    index={item.index}
                    selectedId={selectedId}
                    mayLink={mayLink}
                    ownAddress={ownAddress}
                    open={onOpen}
                  />
                </div>
              ))}
          </div>
          {list.isFetchNextPageError && (
            <Failure {...wordsOf(list.error)} onRetry={() => void list.fetchNextPage()} />
          )}
        </div>
      </div>
    </section>
  );
}

type ItemProps = {
  row: Row | undefined;
  index: number;
  selectedId: string | null;
  mayLink: boolean;
  ownAddress: string;
  open: (threadId: string) => void;
};

function ListItem({ row, index, selectedId, mayLink, ownAddress, open }: ItemProps) {
  if (!row) return <ThreadRowSkeleton seed={index} />;
  return (
    <ThreadRow
      row={row}
      selected={row.id === selectedId}
      mayDrag={mayLink}
      ownAddress={ownAddress}
      onOpen={open}
    />
  );
}

function Skeletons() {
  return (
    <div aria-busy="true" role="status">
      <span className="sr-only">Loading conversations</span>
      {Array.from({ length: 12 }, (_, seed) => (
        // biome-ignore lint/suspicious/noArrayIndexKey: the shapes have no other name
        <ThreadRowSkeleton key={seed} seed={seed} />
      ))}
    </div>
  );
}

type KeyDeps = {
  rows: Row[];
  selectedId: string | null;
  onOpen: (id: string) => void;
  scrollTo: (index: number) => void;
  scroller: React.RefObject<HTMLDivElement | null>;
};

/** j and k walk the list; while a conversation is open, walking opens the next one. */
function useListKeys({ rows, selectedId, onOpen, scrollTo, scroller }: KeyDeps): void {
  const cursor = useRef<string | null>(selectedId);
  useEffect(() => {
    if (selectedId) cursor.current = selectedId;
  }, [selectedId]);

  const move = (step: number) => {
    const at = rows.findIndex((row) => row.id === cursor.current);
    const next = rows[at < 0 ? 0 : Math.min(Math.max(at + step, 0), rows.length - 1)];
    if (!next) return;
    cursor.current = next.id;
    scrollTo(rows.indexOf(next));
    if (selectedId) onOpen(next.id);
    const find = () => scroller.current?.querySelector<HTMLElement>(`[data-thread="${next.id}"]`);
    // At once where it can be: an Enter that follows quickly opens what has the focus.
    const here = find();
    if (here) here.focus({ preventScroll: true });
    else requestAnimationFrame(() => find()?.focus({ preventScroll: true }));
  };
  const group = 'Inbox';
  useShortcuts([
    { keys: 'j', also: ['ArrowDown'], label: 'Next conversation', group, run: () => move(1) },
    { keys: 'k', also: ['ArrowUp'], label: 'Previous conversation', group, run: () => move(-1) },
    {
      keys: 'o',
      also: ['Enter'],
      label: 'Open the conversation',
      group,
      run: () => cursor.current && onOpen(cursor.current),
    },
  ]);
}
