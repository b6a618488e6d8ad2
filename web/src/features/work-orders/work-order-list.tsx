import { useInfiniteQuery } from '@tanstack/react-query';
import { useVirtualizer } from '@tanstack/react-virtual';
import { ClipboardList } from 'lucide-react';
import { useEffect, useRef } from 'react';

import type { RecordTarget } from '../../api/links.ts';
import { wordsOf } from '../../api/problem.ts';
import { ANY_STATUS, type WorkOrderFilter, workOrdersQuery } from '../../api/records.ts';
import type { WorkOrder } from '../../api/types.ts';
import { Button } from '../../ui/button.tsx';
import { cx } from '../../ui/cx.ts';
import type { DraggedThread } from '../../ui/drag.ts';
import { useThreadDrop } from '../../ui/drop-target.ts';
import { useShortcuts } from '../../ui/keys.tsx';
import { useListKeys } from '../../ui/list-keys.ts';
import { PaneHeader } from '../../ui/pane.tsx';
import { SearchField } from '../../ui/search-field.tsx';
import { Empty, Failure, Loading, Skeleton } from '../../ui/states.tsx';
import {
  ConversationCount,
  DueText,
  PriorityMark,
  STATUS_WORDS,
  StatusMark,
} from '../../ui/work-order-marks.tsx';

const ROW_HEIGHT = 60;

type Props = {
  filter: WorkOrderFilter;
  selectedId: string | null;
  onFilter: (filter: WorkOrderFilter) => void;
  onOpen: (id: string) => void;
  /** Absent where this person may not link. */
  onDrop?: ((thread: DraggedThread, target: RecordTarget) => void) | undefined;
};

/** The yacht's work orders, searched and filtered; a conversation can be dropped on each. */
export function WorkOrderList({ filter, selectedId, onFilter, onOpen, onDrop }: Props) {
  const list = useInfiniteQuery(workOrdersQuery(filter));
  const orders = list.data?.pages.flatMap((page) => page.items) ?? [];
  const search = useRef<HTMLInputElement>(null);
  const filtered = filter.status !== ANY_STATUS || Boolean(filter.q);

  useListKeys(orders, { selectedId, onOpen }, { group: 'Work orders', item: 'work order' });
  useShortcuts([{ keys: '/', label: 'Search', group: 'Work orders', run: () => search.current?.focus() }]);

  return (
    <section aria-label="Work orders" className="flex h-full min-h-0 flex-col">
      <PaneHeader>
        <h1 className="flex-1 text-lg font-semibold">Work orders</h1>
        <StatusFilter
          value={filter.status ?? ''}
          onChange={(status) => onFilter({ ...filter, status: status || undefined })}
        />
      </PaneHeader>
      <div className="flex border-b border-line px-3 py-2">
        <SearchField
          ref={search}
          label="Search work orders"
          placeholder="Number, title, equipment"
          value={filter.q ?? ''}
          onChange={(q) => onFilter({ ...filter, q: q || undefined })}
        />
      </div>
      {list.isPending && (
        <Loading paused={list.isPaused}>
          <Skeletons />
        </Loading>
      )}
      {list.isError && orders.length === 0 && (
        <Failure {...wordsOf(list.error)} onRetry={() => void list.refetch()} busy={list.isFetching} />
      )}
      {list.isSuccess && orders.length === 0 && (
        <Empty
          icon={<ClipboardList size={22} aria-hidden="true" />}
          title={filtered ? 'No work order matches' : 'No work orders yet'}
          action={filtered && <Button onClick={() => onFilter({ status: ANY_STATUS })}>Show all</Button>}
        >
          {filtered
            ? 'Try fewer words, or look among all of them.'
            : 'They come from the maintenance system.'}
        </Empty>
      )}
      {orders.length > 0 && (
        <Rows
          orders={orders}
          selectedId={selectedId}
          onOpen={onOpen}
          onDrop={onDrop}
          onNearEnd={() => list.hasNextPage && !list.isFetching && void list.fetchNextPage()}
        />
      )}
    </section>
  );
}

function StatusFilter({ value, onChange }: { value: string; onChange: (status: string) => void }) {
  return (
    <select
      aria-label="Status"
      value={value}
      onChange={(event) => onChange(event.target.value)}
      className="h-7 rounded-md border border-line-strong bg-surface px-1.5 text-sm text-ink pointer-coarse:h-10"
    >
      <option value="">To do</option>
      <option value={ANY_STATUS}>Any status</option>
      {Object.entries(STATUS_WORDS).map(([status, words]) => (
        <option key={status} value={status}>
          {words}
        </option>
      ))}
    </select>
  );
}

type RowsProps = Pick<Props, 'selectedId' | 'onOpen' | 'onDrop'> & {
  orders: WorkOrder[];
  onNearEnd: () => void;
};

function Rows({ orders, selectedId, onOpen, onDrop, onNearEnd }: RowsProps) {
  const scroller = useRef<HTMLDivElement>(null);
  const virtual = useVirtualizer({
    count: orders.length,
    getScrollElement: () => scroller.current,
    estimateSize: () => ROW_HEIGHT,
    overscan: 10,
  });
  const items = virtual.getVirtualItems();
  const last = items.at(-1)?.index ?? 0;
  const near = useRef(onNearEnd);
  near.current = onNearEnd;
  useEffect(() => {
    if (last >= orders.length - 10) near.current();
  }, [last, orders.length]);
  const selectedIndex = orders.findIndex((order) => order.id === selectedId);
  useEffect(() => {
    if (selectedIndex >= 0) virtual.scrollToIndex(selectedIndex, { align: 'auto' });
  }, [selectedIndex, virtual]);
  return (
    <div ref={scroller} className="min-h-0 flex-1 overflow-y-auto overscroll-contain">
      <div className="relative" style={{ height: virtual.getTotalSize() }}>
        {items.map((item) => {
          const order = orders[item.index];
          if (!order) return null;
          return (
            <div key={order.id} className="absolute inset-x-0" style={{ top: item.start }}>
              <Row order={order} selected={order.id === selectedId} onOpen={onOpen} onDrop={onDrop} />
            </div>
          );
        })}
      </div>
    </div>
  );
}

type RowProps = { order: WorkOrder; selected: boolean } & Pick<Props, 'onOpen' | 'onDrop'>;

function Row({ order, selected, onOpen, onDrop }: RowProps) {
  const ref = useRef<HTMLButtonElement>(null);
  const over = useThreadDrop(ref, {
    accepts: (thread) => !thread.linkedTo.includes(`work_order:${order.id}`),
    onDrop:
      onDrop &&
      ((thread) =>
        onDrop(thread, {
          target_type: 'work_order',
          target_id: order.id,
          label: order.wo_number,
          title: order.title,
        })),
  });
  return (
    <button
      ref={ref}
      type="button"
      aria-current={selected || undefined}
      onClick={() => onOpen(order.id)}
      style={{ height: ROW_HEIGHT }}
      className={cx(
        'flex w-full items-center gap-3 border-b border-line px-4 text-left -outline-offset-2',
        over
          ? 'bg-accent-soft ring-2 ring-accent ring-inset'
          : selected
            ? 'bg-accent-soft'
            : 'hover:bg-hover',
      )}
    >
      <StatusMark status={order.status} />
      <span className="min-w-0 flex-1">
        <span className="block truncate font-medium">{order.title}</span>
        <span className="flex items-center gap-2 text-sm text-ink-3">
          <span className="shrink-0">{order.wo_number}</span>
          {order.equipment && <span className="truncate">{order.equipment.name}</span>}
        </span>
      </span>
      <span className="flex shrink-0 flex-col items-end gap-1 text-sm">
        <DueText day={order.due_date} status={order.status} />
        <span className="flex h-4 items-center gap-2 text-ink-3">
          <ConversationCount count={order.thread_count} />
          <PriorityMark priority={order.priority} />
        </span>
      </span>
    </button>
  );
}

function Skeletons() {
  return (
    <div aria-busy="true" role="status">
      <span className="sr-only">Loading work orders</span>
      {['70%', '52%', '64%', '48%', '60%', '74%', '55%', '66%'].map((width) => (
        <div
          key={width}
          style={{ height: ROW_HEIGHT }}
          className="flex items-center gap-3 border-b border-line px-4"
        >
          <Skeleton className="size-3.5 rounded-full" />
          <div className="flex-1 space-y-2">
            <span className="skeleton block h-3" style={{ width }} />
            <Skeleton className="h-2.5 w-1/3" />
          </div>
          <Skeleton className="h-3 w-12" />
        </div>
      ))}
    </div>
  );
}
