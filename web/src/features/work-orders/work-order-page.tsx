import { useQuery } from '@tanstack/react-query';
import type { ReactNode } from 'react';

import { isWorthRetry, wordsOf } from '../../api/problem.ts';
import { workOrderQuery } from '../../api/records.ts';
import type { WorkOrderDetails } from '../../api/types.ts';
import { DateText } from '../../ui/date-text.tsx';
import { LinkedThreads } from '../../ui/linked-threads.tsx';
import { BackButton, Fact, PaneHeader } from '../../ui/pane.tsx';
import { Failure, Loading, Skeleton } from '../../ui/states.tsx';
import { DueText, PriorityMark, StatusMark } from '../../ui/work-order-marks.tsx';

type Props = {
  id: string;
  openThreadId: string | null;
  mayLink: boolean;
  ownAddress: string;
  onBack: () => void;
  onOpenThread: (threadId: string) => void;
  renderEquipmentLink: (id: string, children: ReactNode) => ReactNode;
};

/** One work order: what is to be done, and the conversations about it. */
export function WorkOrderPage(props: Props) {
  const order = useQuery(workOrderQuery(props.id));
  return (
    <section aria-label="Work order" className="flex h-full min-h-0 flex-col bg-surface">
      <PaneHeader className="px-5!">
        <BackButton label="Back to the list" onClick={props.onBack} className="md:hidden" />
        <span className="flex-1 truncate font-medium text-ink-2">{order.data?.wo_number}</span>
      </PaneHeader>
      <div className="min-h-0 flex-1 overflow-y-auto overscroll-contain">
        {order.isPending && (
          <Loading paused={order.isPaused}>
            <PageSkeleton />
          </Loading>
        )}
        {order.isError && (
          <Failure
            {...wordsOf(order.error)}
            onRetry={isWorthRetry(order.error) ? () => void order.refetch() : undefined}
            busy={order.isFetching}
          />
        )}
        {order.data && <Details order={order.data} {...props} />}
      </div>
    </section>
  );
}

function Details({ order, renderEquipmentLink, ...props }: Props & { order: WorkOrderDetails }) {
  return (
    <div className="max-w-4xl">
      <div className="px-5 pt-5 pb-4">
        <h1 className="text-xl leading-6 font-semibold tracking-[-0.01em] text-balance">{order.title}</h1>
        {order.description && (
          <p className="mt-2 max-w-[72ch] text-pretty whitespace-pre-line text-ink-2">{order.description}</p>
        )}
        <dl className="mt-4 grid gap-x-8 sm:grid-cols-2">
          <Fact name="Status">
            <StatusMark status={order.status} words />
          </Fact>
          <Fact name="Priority">
            <PriorityMark priority={order.priority} words />
          </Fact>
          <Fact name="Due">
            <DueText day={order.due_date} status={order.status} />
          </Fact>
          <Fact name="Assigned to">
            {order.assigned_to ?? <span className="text-ink-3">Nobody yet</span>}
          </Fact>
          <Fact name="Equipment">
            {order.equipment ? (
              renderEquipmentLink(
                order.equipment.id,
                <span className="text-accent hover:underline">
                  {order.equipment.name} <span className="text-ink-3">{order.equipment.code}</span>
                </span>,
              )
            ) : (
              <span className="text-ink-3">None</span>
            )}
          </Fact>
          <Fact name={order.completed_at ? 'Completed' : 'Created'}>
            <DateText at={order.completed_at ?? order.created_at} />
          </Fact>
        </dl>
      </div>
      <LinkedThreads threads={order.threads} record="work order" {...props} />
    </div>
  );
}

function PageSkeleton() {
  return (
    <div className="space-y-3 p-5" aria-busy="true" role="status">
      <span className="sr-only">Loading the work order</span>
      <Skeleton className="h-5 w-1/2" />
      <Skeleton className="h-3 w-4/5" />
      <Skeleton className="h-3 w-3/5" />
      <Skeleton className="mt-6 h-28 w-full rounded-lg" />
    </div>
  );
}
