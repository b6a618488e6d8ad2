import { useQuery, useSuspenseQuery } from '@tanstack/react-query';
import { getRouteApi, Link, useNavigate, useParams } from '@tanstack/react-router';
import { MailOpen } from 'lucide-react';
import { useCallback } from 'react';

import { watchersQuery } from '../../api/mailboxes.ts';
import { meQuery } from '../../api/session.ts';
import type { InboxFilter } from '../../api/threads.ts';
import { InboxList } from '../../features/inbox/inbox-list.tsx';
import { RecordPane } from '../../features/record/record-pane.tsx';
import { ThreadView } from '../../features/thread/thread-view.tsx';
import { cx } from '../../ui/cx.ts';
import { Kbd } from '../../ui/kbd.tsx';
import { Empty } from '../../ui/states.tsx';
import { InboxEmpty, InboxNotice } from '../inbox-states.tsx';
import { useLinking } from '../linking.tsx';
import { MailboxChoice } from '../mailbox-choice.tsx';

const route = getRouteApi('/shell/inbox');

/** Three panes on a desk: list, conversation, records. On a phone one at a time, chosen by the address. */
export function Inbox() {
  const { filter, mailbox, pane } = route.useSearch();
  const { threadId } = useParams({ strict: false });
  const { data: me } = useSuspenseQuery(meQuery);
  const navigate = useNavigate();
  const shown: InboxFilter = filter ?? 'all';

  const open = useCallback(
    (id: string) =>
      void navigate({ to: '/inbox/$threadId', params: { threadId: id }, search: { filter, mailbox } }),
    [navigate, filter, mailbox],
  );
  const choose = (next: InboxFilter) =>
    void navigate({ to: '.', search: { filter: next === 'unread' ? 'unread' : undefined, mailbox } });
  const enter = (next: string | undefined) => void navigate({ to: '.', search: { filter, mailbox: next } });

  return (
    <div className="relative flex h-full min-h-0">
      <div
        className={cx(
          'h-full w-full shrink-0 border-line bg-surface md:w-[340px] md:border-r xl:w-[400px]',
          // Out of sight on a phone, but laid out, so that it keeps its place.
          threadId && 'max-md:invisible max-md:absolute max-md:inset-0',
        )}
      >
        <InboxList
          key={`${shown} ${mailbox ?? ''}`}
          view={{ filter: shown, mailbox: mailbox ?? null }}
          selectedId={threadId ?? null}
          mayLink={me.may_link}
          ownAddress={me.user.email}
          heading={<MailboxChoice chosen={mailbox} onChoose={enter} />}
          notice={<InboxNotice mailbox={mailbox} />}
          empty={<InboxEmpty filter={shown} onShowAll={() => choose('all')} />}
          onFilter={choose}
          onOpen={open}
        />
      </div>
      {threadId ? <OpenThread threadId={threadId} pane={pane} mayLink={me.may_link} /> : <NothingOpen />}
    </div>
  );
}

function NothingOpen() {
  const connected = useQuery(watchersQuery).data?.some((watcher) => watcher.mine);
  if (!connected) return <div className="hidden flex-1 bg-bg md:block" />;
  return (
    <div className="hidden min-w-0 flex-1 bg-bg md:block">
      <Empty icon={<MailOpen size={24} aria-hidden="true" />} title="No conversation open">
        <span className="inline-flex flex-wrap items-center justify-center gap-1.5">
          Choose one, or walk with <Kbd keys="j" /> <Kbd keys="k" /> and open with <Kbd keys="Enter" />
        </span>
      </Empty>
    </div>
  );
}

type OpenProps = { threadId: string; pane: 'record' | undefined; mayLink: boolean };

function OpenThread({ threadId, pane, mayLink }: OpenProps) {
  const navigate = useNavigate();
  const { filter, mailbox } = route.useSearch();
  const { ask, actions } = useLinking();
  const record = pane === 'record';
  const showRecord = (shown: boolean) =>
    void navigate({
      to: '/inbox/$threadId',
      params: { threadId },
      search: { filter, mailbox, pane: shown ? 'record' : undefined },
      replace: true,
    });
  return (
    <>
      <div className={cx('min-w-0 flex-1', record && 'max-md:hidden')}>
        <ThreadView
          key={threadId}
          threadId={threadId}
          mayLink={mayLink}
          backLabel="Back to the inbox"
          onBack={() => void navigate({ to: '/inbox', search: { filter, mailbox } })}
          onLink={ask}
          onShowRecord={() => showRecord(!record)}
          recordButtonClass="xl:hidden"
        />
      </div>
      <div
        className={cx(
          'border-line xl:block xl:w-[300px] xl:shrink-0 xl:border-l',
          record
            ? 'max-md:w-full md:max-xl:absolute md:max-xl:inset-y-0 md:max-xl:right-0 md:max-xl:w-[320px] md:max-xl:border-l md:max-xl:shadow-float'
            : 'hidden',
        )}
      >
        <RecordPane
          threadId={threadId}
          mayLink={mayLink}
          onBack={() => showRecord(false)}
          onLink={ask}
          onUnlink={(id, link) => void actions.unlink(id, link)}
          onConfirm={(id, link) => void actions.confirm(id, link)}
          onReject={(id, link) => void actions.reject(id, link)}
          renderRecordLink={(link, children) => (
            <Link
              to={link.target_type === 'work_order' ? '/work-orders/$id' : '/equipment/$id'}
              params={{ id: link.target_id }}
            >
              {children}
            </Link>
          )}
        />
      </div>
    </>
  );
}
