import { useSuspenseQuery } from '@tanstack/react-query';
import { getRouteApi, Link, useNavigate, useParams } from '@tanstack/react-router';
import { ClipboardList } from 'lucide-react';

import { meQuery } from '../../api/session.ts';
import { ThreadView } from '../../features/thread/thread-view.tsx';
import { WorkOrderList } from '../../features/work-orders/work-order-list.tsx';
import { WorkOrderPage } from '../../features/work-orders/work-order-page.tsx';
import { Empty } from '../../ui/states.tsx';
import { useLinking } from '../linking.tsx';
import { Split } from '../split.tsx';

const route = getRouteApi('/shell/work-orders');

export function WorkOrders() {
  const { q, status, thread } = route.useSearch();
  const { id } = useParams({ strict: false });
  const { data: me } = useSuspenseQuery(meQuery);
  const { ask, drop } = useLinking();
  const navigate = useNavigate();
  const filter = { q, status };
  const openOrder = (next: string) =>
    void navigate({
      to: '/work-orders/$id',
      params: { id: next },
      search: filter,
      replace: id !== undefined,
    });
  const showThread = (threadId: string | undefined) =>
    id && void navigate({ to: '/work-orders/$id', params: { id }, search: { ...filter, thread: threadId } });

  return (
    <Split
      open={id !== undefined}
      list={
        <WorkOrderList
          filter={filter}
          selectedId={id ?? null}
          onFilter={(next) => void navigate({ to: '.', search: { ...next, thread }, replace: true })}
          onOpen={openOrder}
          onDrop={me.may_link ? drop : undefined}
        />
      }
    >
      {id && thread && (
        <ThreadView
          key={thread}
          threadId={thread}
          mayLink={me.may_link}
          backLabel="Back to the work order"
          onBack={() => showThread(undefined)}
          onLink={ask}
        />
      )}
      {id && !thread && (
        <WorkOrderPage
          key={id}
          id={id}
          openThreadId={null}
          mayLink={me.may_link}
          ownAddress={me.user.email}
          onBack={() => void navigate({ to: '/work-orders', search: filter })}
          onOpenThread={showThread}
          renderEquipmentLink={(equipmentId, children) => (
            <Link to="/equipment/$id" params={{ id: equipmentId }}>
              {children}
            </Link>
          )}
        />
      )}
      {!id && (
        <Empty icon={<ClipboardList size={24} aria-hidden="true" />} title="No work order open">
          Choose one to see its mail.{me.may_link && ' A conversation can be dropped on it.'}
        </Empty>
      )}
    </Split>
  );
}
