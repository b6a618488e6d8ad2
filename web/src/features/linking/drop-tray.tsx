import { monitorForElements } from '@atlaskit/pragmatic-drag-and-drop/element/adapter';
import { useQuery } from '@tanstack/react-query';
import { Search } from 'lucide-react';
import { type ReactNode, useEffect, useRef, useState } from 'react';

import type { RecordTarget } from '../../api/links.ts';
import { recordSearchQuery } from '../../api/records.ts';
import type { WorkOrder } from '../../api/types.ts';
import { cx } from '../../ui/cx.ts';
import { type DraggedThread, draggedThread } from '../../ui/drag.ts';
import { useThreadDrop } from '../../ui/drop-target.ts';
import { Skeleton } from '../../ui/states.tsx';
import { DueText, StatusMark } from '../../ui/work-order-marks.tsx';
import { recentTargets } from './recent.ts';
import { TakenMark } from './taken-mark.tsx';

type Props = {
  onDrop: (thread: DraggedThread, target: RecordTarget) => void;
  /** Dropped on "search": the person wants another record than those shown. */
  onSearch: (thread: DraggedThread) => void;
};

/** While a thread is dragged: the work orders it may be meant for, at the side of the window. */
export function DropTray({ onDrop, onSearch }: Props) {
  const [dragged, setDragged] = useState<DraggedThread | null>(null);
  useEffect(
    () =>
      monitorForElements({
        canMonitor: ({ source }) => draggedThread(source.data) !== null,
        // Changing the page in the very event that starts a drag makes Chrome end it at once.
        onDragStart: ({ source }) => setTimeout(() => setDragged(draggedThread(source.data))),
        onDrop: () => setTimeout(() => setDragged(null)),
      }),
    [],
  );
  if (!dragged) return null;
  return (
    <aside
      aria-label="Drop on a work order"
      data-testid="drop-tray"
      className="fixed inset-y-3 right-3 z-30 flex w-[min(380px,calc(100vw-24px))] flex-col overflow-hidden rounded-xl border border-line-strong bg-surface shadow-float"
    >
      <p className="border-b border-line px-4 py-3 font-semibold">Drop on a work order</p>
      <TrayRows dragged={dragged} onDrop={onDrop} onSearch={onSearch} />
    </aside>
  );
}

function TrayRows({ dragged, onDrop, onSearch }: Props & { dragged: DraggedThread }) {
  const named = /\bWO-?\d{3,6}\b/i.exec(dragged.subject)?.[0] ?? '';
  const open = useQuery(recordSearchQuery(''));
  const mentioned = useQuery({ ...recordSearchQuery(named), enabled: named !== '' });
  const orders = open.data?.orders ?? [];
  const first = named ? (mentioned.data?.orders ?? []).slice(0, 2) : [];
  const recent = recentTargets().filter((target) => !first.some((order) => order.id === target.target_id));
  const rest = orders.filter(
    (order) => !first.some((one) => one.id === order.id) && !recent.some((one) => one.target_id === order.id),
  );
  return (
    <div className="min-h-0 flex-1 overflow-y-auto p-2">
      <SearchPlace dragged={dragged} onSearch={onSearch} />
      {first.length > 0 && <TrayTitle>Named in the subject</TrayTitle>}
      {first.map((order) => (
        <OrderPlace key={order.id} order={order} dragged={dragged} onDrop={onDrop} />
      ))}
      {recent.length > 0 && <TrayTitle>You linked to lately</TrayTitle>}
      {recent.map((target) => (
        <Place key={target.target_id} target={target} dragged={dragged} onDrop={onDrop} />
      ))}
      <TrayTitle>Open work orders</TrayTitle>
      {open.isPending &&
        ['a', 'b', 'c', 'd', 'e', 'f'].map((row) => <Skeleton key={row} className="mx-2 my-3 h-6" />)}
      {rest.map((order) => (
        <OrderPlace key={order.id} order={order} dragged={dragged} onDrop={onDrop} />
      ))}
    </div>
  );
}

function TrayTitle({ children }: { children: ReactNode }) {
  return <p className="px-3 pt-3 pb-1 text-xs font-semibold text-ink-3">{children}</p>;
}

type PlaceProps = {
  target: RecordTarget;
  dragged: DraggedThread;
  onDrop: Props['onDrop'];
  mark?: ReactNode;
  detail?: ReactNode;
};

function OrderPlace({
  order,
  ...rest
}: {
  order: WorkOrder;
  dragged: DraggedThread;
  onDrop: Props['onDrop'];
}) {
  return (
    <Place
      {...rest}
      target={{ target_type: 'work_order', target_id: order.id, label: order.wo_number, title: order.title }}
      mark={<StatusMark status={order.status} />}
      detail={<DueText day={order.due_date} status={order.status} />}
    />
  );
}

function Place({ target, dragged, onDrop, mark, detail }: PlaceProps) {
  const ref = useRef<HTMLDivElement>(null);
  const taken = dragged.linkedTo.includes(`${target.target_type}:${target.target_id}`);
  const over = useThreadDrop(ref, { accepts: () => !taken, onDrop: (thread) => onDrop(thread, target) });
  return (
    <div
      ref={ref}
      data-drop={target.label}
      className={cx(
        'flex h-12 items-center gap-2.5 rounded-lg px-3',
        over ? 'bg-accent text-accent-ink **:text-accent-ink' : taken && 'opacity-60',
      )}
    >
      {mark}
      <span className="min-w-0 flex-1">
        <span className="block truncate">{target.title}</span>
        <span className="block text-xs text-ink-3">{target.label}</span>
      </span>
      <TakenMark taken={taken}>{detail}</TakenMark>
    </div>
  );
}

function SearchPlace({ dragged, onSearch }: { dragged: DraggedThread; onSearch: Props['onSearch'] }) {
  const ref = useRef<HTMLDivElement>(null);
  const over = useThreadDrop(ref, { onDrop: () => onSearch(dragged) });
  return (
    <div
      ref={ref}
      className={cx(
        'flex h-11 items-center gap-2.5 rounded-lg border border-dashed px-3',
        over ? 'border-accent bg-accent-soft text-accent' : 'border-line-strong text-ink-2',
      )}
    >
      <Search size={15} aria-hidden="true" /> Drop here to search all records
    </div>
  );
}
