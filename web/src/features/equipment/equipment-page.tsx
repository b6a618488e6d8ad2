import { useQuery } from '@tanstack/react-query';
import { ChevronRight } from 'lucide-react';
import type { ReactNode } from 'react';

import { isWorthRetry, wordsOf } from '../../api/problem.ts';
import { equipmentQuery } from '../../api/records.ts';
import type { EquipmentDetails } from '../../api/types.ts';
import { count, plural } from '../../ui/format.ts';
import { LinkedThreads } from '../../ui/linked-threads.tsx';
import { BackButton, Fact, PaneHeader, PartTitle } from '../../ui/pane.tsx';
import { Failure, Loading, Skeleton } from '../../ui/states.tsx';
import { ConversationCount, DueText, StatusMark } from '../../ui/work-order-marks.tsx';

type Props = {
  id: string;
  openThreadId: string | null;
  mayLink: boolean;
  ownAddress: string;
  onBack: () => void;
  onOpenThread: (threadId: string) => void;
  onOpenEquipment: (id: string) => void;
  onOpenWorkOrder: (id: string) => void;
};

/** One piece of equipment: what it is, its parts, its work orders, and the conversations about it. */
export function EquipmentPage(props: Props) {
  const item = useQuery(equipmentQuery(props.id));
  return (
    <section aria-label="Equipment details" className="flex h-full min-h-0 flex-col bg-surface">
      <PaneHeader className="px-5!">
        <BackButton label="Back to the list" onClick={props.onBack} className="md:hidden" />
        <span className="flex min-w-0 flex-1 items-center gap-1 text-ink-3">
          {item.data?.parent && (
            <>
              <button
                type="button"
                onClick={() => item.data.parent && props.onOpenEquipment(item.data.parent.id)}
                className="truncate rounded hover:text-ink"
              >
                {item.data.parent.name}
              </button>
              <ChevronRight size={14} className="shrink-0" aria-hidden="true" />
            </>
          )}
          <span className="shrink-0 font-medium text-ink-2">{item.data?.code}</span>
        </span>
      </PaneHeader>
      <div className="min-h-0 flex-1 overflow-y-auto overscroll-contain">
        {item.isPending && (
          <Loading paused={item.isPaused}>
            <PageSkeleton />
          </Loading>
        )}
        {item.isError && (
          <Failure
            {...wordsOf(item.error)}
            onRetry={isWorthRetry(item.error) ? () => void item.refetch() : undefined}
            busy={item.isFetching}
          />
        )}
        {item.data && <Details item={item.data} {...props} />}
      </div>
    </section>
  );
}

function Details({ item, onOpenEquipment, onOpenWorkOrder, ...props }: Props & { item: EquipmentDetails }) {
  return (
    <div className="max-w-4xl">
      <div className="px-5 pt-5 pb-4">
        <h1 className="text-xl leading-6 font-semibold tracking-[-0.01em] text-balance">{item.name}</h1>
        <Facts item={item} />
      </div>
      {item.children.length > 0 && (
        <Part title="Parts">
          {item.children.map((child) => (
            <PartRow
              key={child.id}
              onClick={() => onOpenEquipment(child.id)}
              name={child.name}
              detail={child.code}
              conversations={child.thread_count}
            />
          ))}
        </Part>
      )}
      {item.work_orders.length > 0 && (
        <Part title="Work orders">
          {item.work_orders.map((order) => (
            <PartRow
              key={order.id}
              onClick={() => onOpenWorkOrder(order.id)}
              mark={<StatusMark status={order.status} />}
              name={order.title}
              detail={order.wo_number}
              conversations={order.thread_count}
              aside={<DueText day={order.due_date} status={order.status} />}
            />
          ))}
        </Part>
      )}
      <LinkedThreads threads={item.threads} record="equipment" elsewhere={mailElsewhere(item)} {...props} />
    </div>
  );
}

/** Which of the rows above have mail, for equipment that has none itself. */
function mailElsewhere({ work_orders, children }: EquipmentDetails): string | null {
  const orders = work_orders.filter((order) => order.thread_count > 0).length;
  const parts = children.filter((child) => child.thread_count > 0).length;
  const places = [orders && plural(orders, 'work order'), parts && plural(parts, 'part')].filter(Boolean);
  return places.length === 0 ? null : `There is mail on ${places.join(' and ')} above.`;
}

function Facts({ item }: { item: EquipmentDetails }) {
  const facts: [string, string | null][] = [
    ['Maker', item.manufacturer],
    ['Model', item.model],
    ['Serial no.', item.serial_number],
    ['Location', item.location],
    ['System', item.system],
    ['Criticality', item.criticality && item.criticality.charAt(0).toUpperCase() + item.criticality.slice(1)],
    ['Running hours', item.running_hours === null ? null : `${count(item.running_hours)} h`],
  ];
  return (
    <dl className="mt-4 grid gap-x-8 sm:grid-cols-2">
      {facts
        .filter(([, value]) => value)
        .map(([name, value]) => (
          <Fact key={name} name={name}>
            {value}
          </Fact>
        ))}
    </dl>
  );
}

function Part({ title, children }: { title: string; children: ReactNode }) {
  return (
    <div className="border-t border-line px-2 pt-2 pb-4 sm:px-5">
      <PartTitle>
        <span className="max-sm:pl-3">{title}</span>
      </PartTitle>
      <div className="mt-1 overflow-hidden rounded-lg border border-line">{children}</div>
    </div>
  );
}

type PartRowProps = {
  name: string;
  detail: string;
  conversations: number;
  mark?: ReactNode;
  aside?: ReactNode;
  onClick: () => void;
};

function PartRow({ name, detail, conversations, mark, aside, onClick }: PartRowProps) {
  return (
    <button
      type="button"
      onClick={onClick}
      className="flex h-10 w-full items-center gap-3 px-3.5 text-left -outline-offset-2 not-last:border-b hover:bg-hover"
    >
      {mark}
      <span className="flex min-w-0 flex-1 items-baseline gap-1.5">
        <span className="truncate">{name}</span>
        <span className="shrink-0 text-sm text-ink-3">{detail}</span>
      </span>
      <ConversationCount count={conversations} />
      <span className="shrink-0 text-sm">{aside}</span>
    </button>
  );
}

function PageSkeleton() {
  return (
    <div className="space-y-3 p-5" aria-busy="true" role="status">
      <span className="sr-only">Loading the equipment</span>
      <Skeleton className="h-5 w-1/2" />
      <Skeleton className="h-24 w-full rounded-lg" />
      <Skeleton className="mt-6 h-28 w-full rounded-lg" />
    </div>
  );
}
