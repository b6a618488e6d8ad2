// Why the inbox looks as it does: not connected, filling, stopped, or simply read.
import { useQuery } from '@tanstack/react-query';
import { Inbox, MailCheck, Plug } from 'lucide-react';

import { outlookQuery } from '../api/mailboxes.ts';
import type { InboxFilter } from '../api/threads.ts';
import type { Watcher } from '../api/types.ts';
import { useConnect } from '../features/settings/connect.ts';
import { Button } from '../ui/button.tsx';
import { count } from '../ui/format.ts';
import { ProgressBar } from '../ui/progress.tsx';
import { Empty } from '../ui/states.tsx';
import { Freshness, useMailboxInView } from './rail.tsx';

const fills = (watcher: Watcher | undefined) =>
  watcher !== undefined && !watcher.first_sync_done && watcher.status !== 'disconnected';

/** A line above the rows: the first sync's progress, or how fresh the mail is where the rail is not there to say so. */
export function InboxNotice({ mailbox }: { mailbox: string | undefined }) {
  const shown = useMailboxInView(mailbox);
  if (shown && fills(shown)) {
    const { done, total } = shown.progress;
    return (
      <div className="border-b border-line px-4 py-2">
        <div className="mb-1.5 flex justify-between text-sm text-ink-2">
          <span>First sync, newest mail first</span>
          <span>{total > 0 && `${count(done)} of ${count(total)}`}</span>
        </div>
        <ProgressBar thin label="First sync" done={done} total={total} />
      </div>
    );
  }
  return (
    <div className="md:hidden">
      <Freshness compact mailbox={mailbox} />
    </div>
  );
}

type EmptyProps = { filter: InboxFilter; onShowAll: () => void };

/** What stands where the rows would: what to do next. */
export function InboxEmpty({ filter, onShowAll }: EmptyProps) {
  const outlook = useQuery(outlookQuery);
  const own = useMailboxInView();
  const connect = useConnect();
  if (outlook.data && outlook.data.read.state !== 'connected' && !own) {
    return (
      <Empty
        icon={<Plug size={24} aria-hidden="true" />}
        title="No mailbox connected yet"
        action={
          <Button
            look="primary"
            size="md"
            disabled={connect.isPending}
            onClick={() => connect.mutate({ purpose: 'read' })}
          >
            Connect Outlook
          </Button>
        }
      >
        Connect your Outlook mailbox and its mail appears here, ready to be put on work orders. Nobody else
        reads it until it is linked.
      </Empty>
    );
  }
  if (fills(own)) {
    return (
      <Empty icon={<Inbox size={24} aria-hidden="true" />} title="Mail is on its way">
        The newest comes first. You can start reading as soon as it appears.
      </Empty>
    );
  }
  if (filter === 'unread') {
    return (
      <Empty
        icon={<MailCheck size={24} aria-hidden="true" />}
        title="All read"
        action={<Button onClick={onShowAll}>Show all mail</Button>}
      >
        There is no unread mail in your inbox.
      </Empty>
    );
  }
  return (
    <Empty icon={<Inbox size={24} aria-hidden="true" />} title="The inbox is empty">
      New mail appears here by itself.
    </Empty>
  );
}
