import { useQuery } from '@tanstack/react-query';
import { useNavigate, useParams } from '@tanstack/react-router';

import { watchersQuery } from '../../api/mailboxes.ts';
import { MailboxDetails } from '../../features/sync/mailbox-details.tsx';
import { inOrder, MailboxList } from '../../features/sync/mailbox-list.tsx';
import { ConnectButton } from '../connect-button.tsx';
import { Split } from '../split.tsx';

/** The sync of every mailbox one may see; with a single one there is no list to choose from. */
export function Sync() {
  const { id } = useParams({ strict: false });
  const watchers = useQuery(watchersQuery);
  const navigate = useNavigate();
  const items = inOrder(watchers.data ?? []);
  const shown = items.find((item) => item.id === id) ?? items[0];
  const open = (next: string) =>
    void navigate({ to: '/sync/$id', params: { id: next }, replace: id !== undefined });
  if (shown && items.length === 1) return <MailboxDetails key={shown.id} id={shown.id} />;
  return (
    <Split
      open={id !== undefined}
      list={
        <MailboxList
          selectedId={shown?.id ?? null}
          onOpen={open}
          connect={<ConnectButton words="Connect Outlook" />}
        />
      }
    >
      {shown && <MailboxDetails key={shown.id} id={shown.id} onBack={() => void navigate({ to: '/sync' })} />}
    </Split>
  );
}
