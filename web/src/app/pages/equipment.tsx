import { useSuspenseQuery } from '@tanstack/react-query';
import { getRouteApi, useNavigate, useParams } from '@tanstack/react-router';
import { Wrench } from 'lucide-react';

import { meQuery } from '../../api/session.ts';
import { EquipmentList } from '../../features/equipment/equipment-list.tsx';
import { EquipmentPage } from '../../features/equipment/equipment-page.tsx';
import { ThreadView } from '../../features/thread/thread-view.tsx';
import { Empty } from '../../ui/states.tsx';
import { useLinking } from '../linking.tsx';
import { Split } from '../split.tsx';

const route = getRouteApi('/shell/equipment');

export function EquipmentScreen() {
  const { q, thread } = route.useSearch();
  const { id } = useParams({ strict: false });
  const { data: me } = useSuspenseQuery(meQuery);
  const { ask } = useLinking();
  const navigate = useNavigate();
  const openItem = (next: string) =>
    void navigate({ to: '/equipment/$id', params: { id: next }, search: { q }, replace: id !== undefined });
  const showThread = (threadId: string | undefined) =>
    id && void navigate({ to: '/equipment/$id', params: { id }, search: { q, thread: threadId } });

  return (
    <Split
      open={id !== undefined}
      list={
        <EquipmentList
          q={q ?? ''}
          selectedId={id ?? null}
          onSearch={(next) =>
            void navigate({ to: '.', search: { q: next || undefined, thread }, replace: true })
          }
          onOpen={openItem}
        />
      }
    >
      {id && thread && (
        <ThreadView
          key={thread}
          threadId={thread}
          mayLink={me.may_link}
          backLabel="Back to the equipment"
          onBack={() => showThread(undefined)}
          onLink={ask}
        />
      )}
      {id && !thread && (
        <EquipmentPage
          key={id}
          id={id}
          openThreadId={null}
          mayLink={me.may_link}
          ownAddress={me.user.email}
          onBack={() => void navigate({ to: '/equipment', search: { q } })}
          onOpenThread={showThread}
          onOpenEquipment={(next) =>
            void navigate({ to: '/equipment/$id', params: { id: next }, search: { q } })
          }
          onOpenWorkOrder={(next) => void navigate({ to: '/work-orders/$id', params: { id: next } })}
        />
      )}
      {!id && (
        <Empty icon={<Wrench size={24} aria-hidden="true" />} title="No equipment open">
          Choose an item to see its work orders and its mail.
        </Empty>
      )}
    </Split>
  );
}
