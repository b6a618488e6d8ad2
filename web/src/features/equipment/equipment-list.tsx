import { useQuery } from '@tanstack/react-query';
import { ClipboardList, Wrench } from 'lucide-react';
import { useEffect, useMemo, useRef } from 'react';

import { wordsOf } from '../../api/problem.ts';
import { equipmentListQuery } from '../../api/records.ts';
import { Button } from '../../ui/button.tsx';
import { cx } from '../../ui/cx.ts';
import { plural } from '../../ui/format.ts';
import { useShortcuts } from '../../ui/keys.tsx';
import { useListKeys } from '../../ui/list-keys.ts';
import { PaneHeader } from '../../ui/pane.tsx';
import { SearchField } from '../../ui/search-field.tsx';
import { Empty, Failure, Loading, Skeleton } from '../../ui/states.tsx';
import { ConversationCount } from '../../ui/work-order-marks.tsx';
import { bySystem, type Line } from './tree.ts';

type Props = {
  q: string;
  selectedId: string | null;
  onSearch: (q: string) => void;
  onOpen: (id: string) => void;
};

/** The yacht's equipment by system, as a tree. */
export function EquipmentList({ q, selectedId, onSearch, onOpen }: Props) {
  const list = useQuery(equipmentListQuery(q));
  const groups = useMemo(() => bySystem(list.data ?? []), [list.data]);
  const search = useRef<HTMLInputElement>(null);
  useListKeys(
    groups.flatMap((group) => group.lines.map((line) => line.item)),
    { selectedId, onOpen },
    { group: 'Equipment', item: 'item' },
  );
  useShortcuts([{ keys: '/', label: 'Search', group: 'Equipment', run: () => search.current?.focus() }]);
  return (
    <section aria-label="Equipment" className="flex h-full min-h-0 flex-col">
      <PaneHeader>
        <h1 className="flex-1 text-lg font-semibold">Equipment</h1>
        <span className="text-sm text-ink-3">{list.data && plural(list.data.length, 'item')}</span>
      </PaneHeader>
      <div className="flex border-b border-line px-3 py-2">
        <SearchField
          ref={search}
          label="Search equipment"
          placeholder="Name, code, maker, serial number"
          value={q}
          onChange={onSearch}
        />
      </div>
      <div className="min-h-0 flex-1 overflow-y-auto overscroll-contain pb-4">
        {list.isPending && (
          <Loading paused={list.isPaused}>
            <Skeletons />
          </Loading>
        )}
        {list.isError && !list.data && (
          <Failure {...wordsOf(list.error)} onRetry={() => void list.refetch()} busy={list.isFetching} />
        )}
        {list.data?.length === 0 && (
          <Empty
            icon={<Wrench size={22} aria-hidden="true" />}
            title={q ? 'No equipment matches' : 'No equipment yet'}
            action={q && <Button onClick={() => onSearch('')}>Show all</Button>}
          >
            {q
              ? 'Try a part of the name, the maker or the serial number.'
              : 'It comes from the maintenance system.'}
          </Empty>
        )}
        {groups.map((group) => (
          <div key={group.system}>
            <h2 className="sticky top-0 z-[1] flex h-8 items-center justify-between border-b border-line bg-bg px-4 text-sm font-semibold text-ink-2">
              {group.system}
              <span className="font-normal text-ink-3">{group.lines.length}</span>
            </h2>
            <ul>
              {group.lines.map((line) => (
                <li key={line.item.id}>
                  <Row line={line} selected={line.item.id === selectedId} onOpen={onOpen} />
                </li>
              ))}
            </ul>
          </div>
        ))}
      </div>
    </section>
  );
}

function Row({
  line: { item, depth },
  selected,
  onOpen,
}: {
  line: Line;
  selected: boolean;
  onOpen: (id: string) => void;
}) {
  const ref = useRef<HTMLButtonElement>(null);
  useEffect(() => {
    if (selected) ref.current?.scrollIntoView({ block: 'nearest' });
  }, [selected]);
  return (
    <button
      ref={ref}
      type="button"
      aria-current={selected || undefined}
      onClick={() => onOpen(item.id)}
      style={{ paddingLeft: 16 + Math.min(depth, 4) * 18 }}
      className={cx(
        'flex h-11 w-full scroll-mt-8 items-center gap-3 border-b border-line pr-4 text-left -outline-offset-2',
        selected ? 'bg-accent-soft' : 'hover:bg-hover',
      )}
    >
      <span className="min-w-0 flex-1">
        <span className={cx('block truncate leading-[18px]', depth === 0 && 'font-medium')}>{item.name}</span>
        <span className="block truncate text-xs text-ink-3">
          {[item.code, [item.manufacturer, item.model].filter(Boolean).join(' ')].filter(Boolean).join(' · ')}
        </span>
      </span>
      <span className="flex shrink-0 items-center gap-2.5 text-sm text-ink-3">
        {item.work_order_count > 0 && (
          <span
            className="inline-flex items-center gap-1"
            title={plural(item.work_order_count, 'work order')}
          >
            <ClipboardList size={12} aria-hidden="true" />
            {item.work_order_count}
            <span className="sr-only"> work orders</span>
          </span>
        )}
        <ConversationCount count={item.thread_count} />
      </span>
    </button>
  );
}

function Skeletons() {
  return (
    <div aria-busy="true" role="status">
      <span className="sr-only">Loading equipment</span>
      {['62%', '48%', '55%', '40%', '66%', '51%', '58%', '44%', '60%'].map((width) => (
        <div key={width} className="flex h-11 flex-col justify-center gap-1.5 border-b border-line px-4">
          <span className="skeleton block h-3" style={{ width }} />
          <Skeleton className="h-2.5 w-1/4" />
        </div>
      ))}
    </div>
  );
}
